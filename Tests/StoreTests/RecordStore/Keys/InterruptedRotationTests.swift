import AccessControl
import FHIRModel
import Glibc
import Kernel
import RecordStore
import SQLite
import Sealing
import TestKit
import Testing

@Suite struct `Interrupted changes of the master key` {
    /// A power cut is played by the files of the folder as they were at that moment.
    private struct Snapshot {
        let files: [String: [UInt8]]

        init(_ folder: TemporaryFolder) {
            var files: [String: [UInt8]] = [:]
            for path in folder.files where !path.hasSuffix("/ballast") {
                files[path] = TemporaryFolder.bytes(of: path)
            }
            self.files = files
        }

        func restore(_ folder: TemporaryFolder) {
            for path in folder.files where files[path] == nil { unlink(path) }
            for (path, bytes) in files { TemporaryFolder.write(bytes, to: path) }
        }
    }

    @Test func `cut off between any two batches it is finished after the next start`() async throws
    {
        let test = try TestStore()
        for number in 0..<1_200 {
            try await test.store.put(SampleResources.patient("p\(number)"))
        }
        let shots = Shots()
        let folder = test.folder
        try await test.store.rotateKeys(
            Callers.machine.grant(.administer, area: .system, "Keys")
        ) { _ in shots.list.append(Snapshot(folder)) }
        #expect(shots.list.count >= 4)
        for shot in shots.list {
            test.close()
            shot.restore(folder)
            try test.reopen()
            #expect(try await test.store.auditVerdict().firstBad == nil)
            _ = try await test.store.read("Patient", "p7")
            let wasOpen = test.store.isKeyRotationOpen
            try await test.store.rotateKeys(
                Callers.machine.grant(.administer, area: .system, "Keys")
            ) { _ in }
            #expect(!test.store.isKeyRotationOpen)
            try test.reopen()
            #expect(test.keyRing.generations == [wasOpen ? 2 : 3])
            for number in stride(from: 0, to: 1_200, by: 97) {
                _ = try await test.store.read("Patient", "p\(number)")
            }
            #expect(test.store.people.count == 1_200)
            #expect(try await test.store.auditVerdict().firstBad == nil)
        }
    }

    @Test func `cut off right after the second master key was made it gives the chain its key`()
        async throws
    {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("p"))
        _ = try test.keyRing.beginRotation(nowMs: 0)
        try test.reopen()
        #expect(test.store.isKeyRotationOpen)
        try await test.store.rotateKeys(
            Callers.machine.grant(.administer, area: .system, "Keys")
        ) { _ in }
        let raw = try test.falsifying()
        #expect(try raw.int("SELECT max(version) FROM data_key WHERE compartment = 'audit'") == 2)
        raw.close()
        try test.reopen()
        _ = try await test.store.read("Patient", "p")
        #expect(try await test.store.auditVerdict().firstBad == nil)
    }

    private final class Shots: @unchecked Sendable {  // because the rotation calls it one by one
        var list: [Snapshot] = []
    }
}
