import Foundation
import TestKit
import Testing

/// Compares the table of what US Core asks with the package it is made from; skipped where that is
/// absent.
@Suite struct `US Core checks` {
    @Test func `the table in the tree is what its generator makes`() throws {
        guard let data = SharedData.folder else { return }
        let root = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../.."
        ).standardizedFileURL
        let run = try Program.run(
            "/usr/bin/env",
            [
                "TRIBAL_EHR_SHARED=\(data.deletingLastPathComponent().path)", "python3",
                root.appending(path: "appliance/generate-us-core-checks").path, "--check",
            ], errors: .withOutput)
        #expect(run.status == 0, "\(run.text)")
    }
}
