import AccessControl
import Backups
import FHIRModel
import Kernel
import RecordStore
import Sealing

extension Operations {
    /// Makes a backup in the folder of the box, or in another one.
    func backupCreate(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(Self.backupAsk(.administer), call.caller)
        let folder = call.arguments.string("folder") ?? box.folder.backups
        let made = try await BackupWriter(box.backupSource).make(in: folder) { call.progress($0) }
        try await box.store.note(
            AuditNote(grant.ask, id: made.file.header.backupID, detail: "made"), by: call.caller)
        made.file.write(to: &answer)
        answer.member("digest", Hex.text(made.digest))
        answer.member("snapshotMs", Int(made.snapshotMs))
        answer.member("totalMs", Int(made.totalMs))
    }

    /// The backups of a folder.
    func backupList(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        _ = try await box.grant(Self.backupAsk(.read), call.caller)
        let folder = call.arguments.string("folder") ?? box.folder.backups
        let files = try await QuietThread.run { BackupFile.list(in: folder) }
        answer.member("folder", folder)
        answer.array("backups") { list in
            for file in files { list.object { file.write(to: &$0) } }
        }
    }

    /// Reads every byte of a backup and checks it.
    func backupVerify(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(Self.backupAsk(.read), call.caller)
        let file = try BackupFile.open(try call.text("path"))
        let open = try file.unlock(with: try unlock(call))
        let clock = box.clock
        let startedMs = clock.steadyMs()
        let manifest = try await QuietThread.run { try open.verify { call.progress($0) } }
        try await box.store.note(
            AuditNote(grant.ask, id: file.header.backupID, detail: "verified"), by: call.caller)
        file.write(to: &answer)
        answer.member("files", manifest.entries.count)
        answer.member("tookMs", Int(clock.steadyMs() - startedMs))
    }

    /// Restores a backup into a scratch folder, looks at all of it and removes it again.
    func backupProve(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let grant = try await box.grant(Self.backupAsk(.administer), call.caller)
        let file = try BackupFile.open(try call.text("path"))
        let scratch = call.arguments.string("scratch") ?? box.folder.scratch
        let parts = Box.restoring(clock: box.clock, ids: box.ids)
        let proof = try await BackupProver(parts).prove(
            file, with: try unlock(call), scratch: scratch + "/prove-" + box.ids.next()
        ) { call.progress($0) }
        try await box.store.note(
            AuditNote(
                grant.ask, id: file.header.backupID, detail: "proven with \(proof.openedBy)"),
            by: call.caller)
        file.write(to: &answer)
        answer.member("tookMs", Int(proof.tookMs))
        answer.member("auditEntries", Int(proof.auditEntries))
        answer.member("sealsOpened", proof.seals.openedCount)
        answer.member("sealsTotal", proof.seals.totalCount)
        answer.member("chartRead", proof.isChartRead)
        answer.member("openedBy", proof.openedBy)
    }

    private func unlock(_ call: OperationCall) throws -> BackupUnlock {
        guard let typed = call.arguments.string("recoveryCode") else {
            return .box(box.store.keyRing)
        }
        do throws(RecoveryCodeError) {
            return .kit(try RecoveryCode(typed: typed))
        } catch {
            throw Problem(.value, "\(error)", location: "recoveryCode")
        }
    }

    private static func backupAsk(_ verb: Verb) -> Ask {
        Ask(verb, area: .system, type: "Backup")
    }
}
