import Foundation
import TestKit

/// The reference data beside the project, which a checkout elsewhere may lack.
enum SharedData {
    /// The folder, or nil with a printed reason.
    static let folder: URL? = {
        let named = ProcessInfo.processInfo.environment["TRIBAL_EHR_SHARED"]
        let beside = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "../../../../shared")
        let folder = (named.map { URL(filePath: $0) } ?? beside).standardizedFileURL
        guard FileManager.default.fileExists(atPath: folder.appending(path: "data").path) else {
            print(
                "Skipped: no reference data at \(folder.path); set TRIBAL_EHR_SHARED to its folder."
            )
            return nil
        }
        return folder.appending(path: "data")
    }()

    /// A file or folder of the data, or nil if the data is absent.
    static func url(_ path: String) -> URL? { folder?.appending(path: path) }

    /// The content of a gzip file.
    static func gunzipped(_ url: URL) throws -> [UInt8] {
        try output(of: "/usr/bin/gzip", ["-dc", url.path])
    }

    /// The lines of a gzip file.
    static func lines(_ url: URL) throws -> [[UInt8]] {
        try gunzipped(url).split(separator: 0x0A).map(Array.init)
    }

    /// Unpacks an archive into a folder of its own, hands over its files, and takes it away.
    static func withFiles(ofArchive url: URL, _ body: ([URL]) throws -> Void) throws {
        let folder = FileManager.default.temporaryDirectory.appending(
            path: "fhirmodel-\(UInt64.random(in: 0 ... .max))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }  // A leftover harms nobody.
        _ = try output(
            of: "/usr/bin/tar",
            ["--extract", "--gzip", "--file", url.path, "--directory", folder.path])
        let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let files = (found?.allObjects as? [URL] ?? []).filter { !$0.hasDirectoryPath }
        try body(files.sorted { $0.path < $1.path })
    }

    /// The files of a folder with an ending, sorted.
    static func files(in folder: URL, ending: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasSuffix(ending) }
            .sorted { $0.path < $1.path }
    }

    private static func output(of tool: String, _ arguments: [String]) throws -> [UInt8] {
        try Program.run(tool, arguments).output
    }
}
