import AccessControl
import Backups
import FHIRModel
import Kernel
import RecordStore
import SQLite
import Sealing
import TestKit
import Testing

@Suite("Proof of backups")
struct BackupProofTests {
    @Test func `a backup is proven by a restore that opens everything in it`() async throws {
        let stage = try await BackupStage()
        let made = try await stage.make()
        let proof = try await stage.prove(made.file.path)
        #expect(proof.isChartRead)
        #expect(proof.seals.firstBad == nil)
        #expect(proof.seals.openedCount == proof.seals.totalCount)
        #expect(proof.auditEntries >= made.manifest.auditSeq)
        #expect(!Folders.exists(stage.scratch))
    }

    @Test func `a sample opens fewer values and says how many`() async throws {
        let stage = try await BackupStage(patients: 20)
        let made = try await stage.make()
        let proof = try await stage.prove(made.file.path, sampleMax: 5)
        #expect(proof.seals.openedCount < proof.seals.totalCount)
        #expect(proof.seals.openedCount > 10)
    }

    /// Makes a backup of a record that somebody changed below the program.
    private func refusal(
        _ stage: BackupStage, _ change: StaticString
    ) async throws -> Problem? {
        let raw = try stage.stage.rawConnection()
        try raw.run(change)
        raw.close()
        let made = try await stage.make()
        return await problem { _ = try await stage.prove(made.file.path) }
    }

    @Test func `a backup of a changed record is not proven`() async throws {
        let stage = try await BackupStage()
        let found = try await refusal(
            stage,
            "UPDATE resource_version SET sealed_body = zeroblob(60) WHERE id = 'o1'")
        #expect(found?.code == .security)
        #expect(found?.detail.contains("audit log is broken") == true)
    }

    @Test func `a backup with a setting that does not open is not proven`() async throws {
        let stage = try await BackupStage()
        let grant = try Callers.machine.grant(.update, area: .system, "Setting")
        try await stage.stage.store.changeRows(grant) { rows in
            try SettingRows.put(grant, "x", [1, 2, 3], rows)
        }
        let good = try await stage.make()
        _ = try await stage.prove(good.file.path)
        let found = try await refusal(
            stage, "UPDATE setting SET sealed_value = zeroblob(60) WHERE name = 'x'")
        #expect(found?.detail.contains("setting x does not open") == true)
    }

    @Test func `an empty record can be backed up and proven`() async throws {
        let stage = try await BackupStage(patients: 0, clinicName: nil)
        let made = try await stage.make()
        #expect(made.file.header.clinicName == nil)
        let proof = try await stage.prove(made.file.path)
        #expect(!proof.isChartRead)
    }

    @Test func `backups beside a busy writer each hold one moment`() async throws {
        let stage = try await BackupStage(patients: 1)
        let store = stage.stage.store
        let room = Permits()
        let writing = Task {
            for index in 0... {
                guard await room.next() else { return }
                try await store.put(
                    SampleResources.observation("w\(index)", of: "p0", value: "\(index)"))
            }
        }
        for _ in 0..<(FullRun.isOn ? 200 : 6) {
            room.allow(50)
            let made = try await stage.make()
            let proof = try await stage.prove(made.file.path)
            #expect(proof.manifest.auditSeq == made.file.header.auditSeq)
        }
        room.end()
        try await writing.value
        #expect(try await store.auditVerdict().firstBad == nil)
    }
}

/// How much a writer may still write.
private final class Permits: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func allow(_ count: Int) { for _ in 0..<count { continuation.yield() } }

    func end() { continuation.finish() }

    func next() async -> Bool {
        for await _ in stream { return true }
        return false
    }
}
