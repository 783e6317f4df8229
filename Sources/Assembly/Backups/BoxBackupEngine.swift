import Backups
import Glibc
import Kernel
import RecordStore
import Sealing
import Steward

/// The engine of the backups over an open record.
enum BoxBackupEngine {
    /// Makes it.
    ///
    /// - Parameters:
    ///   - parts: where the time and ids come from.
    ///   - clinicName: asked whenever a backup is made.
    static func of(
        _ store: RecordStore, parts: RecordStore.Parts,
        clinicName: @escaping @Sendable () -> String?
    ) -> BackupEngine {
        let prover = BackupProver(Box.restoring(clock: parts.clock, ids: parts.ids))
        let ids = parts.ids
        let scratch = store.dataFolder.scratch
        return BackupEngine(
            make: { folder, goesOn in
                let source = BackupSource(
                    store: store, clinicName: clinicName(), appVersion: AppVersion.text,
                    clock: parts.clock, ids: ids)
                let made = try await BackupWriter(source).make(in: folder) {
                    try check(goesOn($0))
                }
                return BackupEngine.Made(
                    id: made.file.header.backupID, name: made.file.header.fileName)
            },
            prove: { path, goesOn in
                _ = try await prover.prove(
                    try BackupFile.open(path), with: .box(store.keyRing),
                    scratch: scratch + "/prove-" + ids.next()
                ) { try check(goesOn($0)) }
            },
            drill: { path, code, goesOn in
                _ = try await prover.prove(
                    try BackupFile.open(path), with: .kit(try code.recoveryCode()),
                    scratch: scratch + "/drill-" + ids.next()
                ) { try check(goesOn($0)) }
            },
            ownHead: { path in
                // Any other file is none of ours, whatever is wrong with it.
                guard let header = try? BackupFile.open(path).header,
                    header.instanceID == (try? store.instanceID())  // As above.
                else { return nil }
                return BackupEngine.Head(id: header.backupID, atMs: header.atMs)
            },
            recordBytes: { bytes(of: store.dataFolder) })
    }

    private static func check(_ goesOn: Bool) throws(Problem) {
        guard goesOn else { throw Problem(.transient, "The box stops. It is begun anew later.") }
    }

    private static func bytes(of folder: DataFolder) -> Int64 {
        [folder.database, folder.database + "-wal"].reduce(0) { sum, path in
            var facts = stat()
            return stat(path, &facts) == 0 ? sum + Int64(facts.st_size) : sum
        }
    }
}

extension Hidden<String> {
    /// The code of a recovery kit that somebody typed.
    ///
    /// - Throws: ``Problem`` `.value` that says how it was mistyped.
    fileprivate func recoveryCode() throws(Problem) -> RecoveryCode {
        do {
            return try RecoveryCode(typed: value)
        } catch {
            throw Problem(
                .value,
                "That is no code of a recovery kit: a letter is wrong, missing or too many. Type it "
                    + "once more.", location: "code")
        }
    }
}
