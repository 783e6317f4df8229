import AccessControl
import Backups
import Glibc
import Kernel
import RecordStore
import Sealing
import TestKit
import Testing

@Suite("Backup files")
struct BackupFileTests {
    @Test func `a backup holds the record of one moment and says which`() async throws {
        let stage = try await BackupStage()
        let before = try await stage.stage.store.auditTail(1)
        let made = try await stage.make()
        let header = made.file.header
        #expect(header.clinicName == "Red Mesa Clinic")
        #expect(header.auditSeq > (before.first?.seq ?? 0))
        #expect(header.auditSeq == made.manifest.auditSeq)
        #expect(made.manifest.counts["resource_version"] == 6)
        #expect(made.manifest.counts["audit_entry"] == Int(made.manifest.auditSeq))
        #expect(
            made.manifest.entries.map(\.name)
                == ["record.sqlite", "audit-anchors.ndjson", "keyring.json"])
        #expect(made.file.path.hasSuffix(header.fileName))
        let kit = try stage.stage.recoveryCode.kitID()
        #expect(header.kitIDs == [kit])
        #expect(try made.file.check() == made.digest)
    }

    @Test func `nothing but finished backups is left behind`() async throws {
        let stage = try await BackupStage()
        let made = try await stage.make()
        #expect(TemporaryFolder.names(in: stage.backups) == [made.file.header.fileName])
        #expect(TemporaryFolder.names(in: stage.stage.data.scratch).isEmpty)
        let stopped = await problem {
            _ = try await BackupWriter(stage.source).make(in: stage.backups) { part in
                if part > 0.5 { throw Problem(.transient, "Stopped.") }
            }
        }
        #expect(stopped?.code == .transient)
        #expect(TemporaryFolder.names(in: stage.backups) == [made.file.header.fileName])
        #expect(TemporaryFolder.names(in: stage.stage.data.scratch).isEmpty)
    }

    @Test func `the slot of the machine is not in a backup, and no record lies open in it`()
        async throws
    {
        let stage = try await BackupStage()
        try await stage.stage.store.put(SampleResources.patient("px", family: "Quillwort"))
        let made = try await stage.make()
        let open = try made.file.unlock(with: .box(stage.stage.keyRing))
        let out = try TemporaryFolder()
        try open.extract(into: out.path)
        let ring = try KeyRing.load(folder: out.path)
        #expect(ring.slots.map(\.kind) == [.recovery])
        for path in [made.file.path] + out.files {
            let bytes = TemporaryFolder.bytes(of: path)
            let text = String(decoding: bytes, as: Unicode.ASCII.self)
            #expect(!text.contains("Quillwort"))
        }
        let machine = stage.stage.machineKey.withBytes { Array($0) }
        let bytes = TemporaryFolder.bytes(of: made.file.path)
        #expect(bytes.firstRange(of: machine) == nil)
    }

    @Test func `the kit of its time opens a backup on a machine that never saw the box`()
        async throws
    {
        let stage = try await BackupStage()
        let made = try await stage.make()
        let proof = try await stage.prover.prove(
            made.file, with: .kit(stage.stage.recoveryCode), scratch: stage.scratch)
        #expect(proof.openedBy == made.file.header.kitIDs.first)
        let later = try stage.stage.keyRing.replaceRecovery(nowMs: 5)
        let second = try await stage.make()
        #expect(second.file.header.kitIDs == [later.kitID])
        _ = try made.file.unlock(with: .kit(stage.stage.recoveryCode)).manifest()
        let refusal = await problem {
            _ = try second.file.unlock(with: .kit(stage.stage.recoveryCode))
        }
        #expect(refusal?.code == .forbidden)
        #expect(refusal?.detail.contains("needs kit \(later.kitID)") == true)
        #expect(refusal?.detail.contains(made.file.header.kitIDs[0]) == true)
    }

    @Test func `a backup from before a rotation of keys says that its kit is needed`()
        async throws
    {
        let stage = try await BackupStage()
        let made = try await stage.make()
        let grant = try Callers.machine.grant(.administer, area: .system, "Keys")
        try await stage.stage.store.rotateKeys(grant) { _ in }
        let refusal = await problem {
            _ = try made.file.unlock(with: .box(stage.stage.keyRing))
        }
        #expect(refusal?.detail.contains("recovery kit \(made.file.header.kitIDs[0])") == true)
        _ = try made.file.unlock(with: .kit(stage.stage.recoveryCode)).verify()
        let after = try await stage.make()
        _ = try await stage.prove(after.file.path)
    }

    @Test func `the backups of a folder are listed newest first, without what is none`()
        async throws
    {
        let stage = try await BackupStage()
        let first = try await stage.make()
        let second = try await stage.make()
        TemporaryFolder.write([1, 2, 3], to: stage.backups + "/x.tribal-ehr-backup")
        TemporaryFolder.write([1], to: stage.backups + "/.x.part")
        #expect(
            BackupFile.list(in: stage.backups).map(\.header.backupID)
                == [second.file.header.backupID, first.file.header.backupID])
        #expect(first.file.header.instanceID == second.file.header.instanceID)
    }
}
