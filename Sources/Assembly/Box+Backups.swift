import Backups
import FHIRModel
import Glibc
import Kernel
import RecordStore
import Sealing
import Steward
import Synchronization

extension Box {
    /// What backups of this box are made of.
    var backupSource: BackupSource {
        let file = SettingsReading.defaultFile
        return BackupSource(
            store: store, clinicName: clinic?.name, appVersion: AppVersion.text,
            configuration: access(file, R_OK) == 0 ? file : nil, clock: clock, ids: ids)
    }

    /// What keeps the commits of a store; nil where nothing hands them out.
    static func redoLog(_ store: RecordStore) -> RedoLog? {
        guard let tap = store.parts.redo else { return nil }
        return RedoLog(
            RedoLog.Parts(
                store: store, tap: tap, folder: store.dataFolder.backups,
                appVersion: AppVersion.text,
                schemaStep: schemaSteps.map(\.number).max() ?? 0))
    }

    /// What restored records are opened with.
    static func restoring(clock: Clock, ids: IDs) -> BackupProver.Parts {
        // A record in a scratch folder that fails says so to whoever opened it, and ends nothing.
        BackupProver.Parts(
            steps: schemaSteps,
            store: RecordStore.Parts(clock: clock, ids: ids, onFatal: { _ in }, onDamage: { _ in }))
    }

    /// Where the first screen of the setup restores.
    func restoreDesk() -> RestoreDesk {
        let folder = folder
        let bell = bell
        return RestoreDesk(
            RestoreDesk.Parts(
                data: folder,
                restorer: Restorer(
                    folder, parts: Self.restoring(clock: clock, ids: ids),
                    appVersion: AppVersion.text),
                clock: clock, machineKey: { try SystemMachineKey.find(folder) },
                restart: { bell.ring() }))
    }

    /// Where administrators look into backups.
    func timeMachine() -> TimeMachine {
        TimeMachine(
            TimeMachine.Parts(
                gate: gate, store: store, data: folder,
                opening: Self.restoring(clock: clock, ids: ids), steps: Self.schemaSteps))
    }

    /// Ends what a restore or a backup left half done; the caller holds the lock of the folder.
    static func settle(_ folder: DataFolder) throws {
        let change = FolderSwitch(folder, step: RestoreStop.step)
        if let aside = try change.finish() {
            Console.problem(
                "tribal-ehr: The restored record is in its place. What was there before is kept in "
                    + "\(folder.path)/\(aside).")
        }
        change.removeUndecided()
        BackupWriter.removeRemains(of: folder, in: folder.backups)
    }
}

/// The secret of this machine where the system keeps it.
enum SystemMachineKey {
    /// The credential that systemd handed to this process; nil where it did not.
    static func find(_ folder: DataFolder) throws -> SecretBytes? {
        guard let place = MachineKey.credentialsFolder,
            access(place + "/" + MachineKey.credentialName, F_OK) == 0
        else { return nil }
        do throws(KeyRingError) {
            return try MachineKey.find(folder: folder.path, credentialsFolder: place)
        } catch {
            throw Problem(.security, "\(error)")
        }
    }
}

/// Where the fault tests stop a restore.
enum RestoreStop {
    #if FAULT_CONTROLS
    private static let word = "restore-stop-"

    /// Ends the process as a power cut would, before the step whose number, counted from 1, stands
    /// in the fault `restore-stop-N`.
    @Sendable static func step(_ name: String) {
        guard let fault = FaultControls.fault, fault.hasPrefix(word),
            let wanted = Int(fault.dropFirst(word.count))
        else { return }
        if count.add(1, ordering: .relaxed).newValue == wanted { kill(getpid(), SIGKILL) }
    }

    private static let count = Atomic<Int>(0)
    #else
    /// Does nothing in a release build.
    @Sendable static func step(_ name: String) {}
    #endif
}

extension BackupFile {
    /// What a list says of a backup, as members of an object.
    func write(to out: inout JSONWriter) {
        out.member("path", path)
        out.member("name", FilePath.name(path))
        out.member("bytes", byteCount)
        out.member("backupID", header.backupID)
        out.member("instanceID", header.instanceID)
        out.member("at", Timestamp.text(ms: header.atMs))
        out.member("atMs", Int(header.atMs))
        if let clinicName = header.clinicName { out.member("clinicName", clinicName) }
        out.member("version", header.appVersion)
        out.member("contentBytes", header.contentBytes)
        out.member("auditSeq", Int(header.auditSeq))
        out.array("kits") { list in for kit in header.kitIDs { list.string(kit) } }
    }
}
