import AccessControl
import Backups
import FHIRModel
import Glibc
import Kernel
import RecordStore
import Sealing
import ServerKit
import Steward
import Synchronization

extension Box {
    /// How long the service manager is asked to wait for the next step, in seconds.
    private static let stepSeconds = 600

    /// Brings the record of a folder to this release, or the record of before back; the caller holds
    /// the lock of the folder.
    ///
    /// - Parameter isOrdered: whether a person ordered the record of before back.
    /// - Returns: whether this release is on trial.
    static func bringUp(
        _ folder: DataFolder, clock: Clock, ids: IDs, isOrdered: Bool
    ) async throws -> Bool {
        let notice = SystemdNotice(environment: Terminal.current.environment)
        let upgrade = DataUpgrade(
            folder, parts: restoring(clock: clock, ids: ids),
            version: FaultRelease.version ?? AppVersion.text, isOrdered: isOrdered,
            step: { name in
                UpgradeStop.step(name)
                notice.busy(
                    "The record is brought to this release (\(name)).", seconds: stepSeconds)
            })
        let outcome = try await upgrade.settle {
            try KeyFolder.open(folder, nowMs: clock.wallMs())
        }
        switch outcome {
        case .open: return false
        case .trial: return true
        case .putBack(let later):
            Console.problem(
                "tribal-ehr: The record of before the upgrade is back. The later one is kept in "
                    + "\(folder.path)/\(later).")
            return false
        }
    }

    /// Where the page of updates puts packages and asks for them.
    func upgradeDesk() -> UpgradeDesk {
        let settings = settings
        let data = folder
        return UpgradeDesk(
            UpgradeDesk.Parts(
                data: data,
                machine: { PackageRun.machine(settings.current) },
                write: { out in
                    out.member("version", InstalledPackage.version() ?? AppVersion.text)
                    out.member("program", AppVersion.text)
                    if let state = settings.current.upgradeState.flatMap({ UpgradeState.read($0) })
                    {
                        out.object("package") { one in
                            one.member("state", state.phase.rawValue)
                            one.member("from", state.from)
                            one.member("to", state.to)
                            if let notice = state.notice { one.member("notice", notice) }
                        }
                    }
                    if let journal = try UpgradeJournal.read(data) {
                        out.object("record") { one in
                            one.member("phase", journal.phase.rawValue)
                            one.member("version", journal.version)
                            one.member("hasBefore", journal.aside != nil)
                            if let atMs = journal.endedAtMs {
                                one.member("endedAt", Timestamp.text(ms: atMs))
                            }
                        }
                    }
                    if let result = PackageRun.result() { out.member("result", raw: result) }
                }, isPackaged: { PackageRun.isPackaged }))
    }

    /// Tells administrators how an upgrade ended that did not end well.
    func noteUpgrade(_ stateFile: String) async throws {
        let grant = try await grant(
            Ask(.administer, area: .system, type: "Upgrade"), machine("job"))
        try await NoticeBoard(store: store).keep(
            grant, kind: "upgrade", UpgradeState.read(stateFile)?.notice)
    }
}

/// Where the fault tests stop an upgrade.
enum UpgradeStop {
    #if FAULT_CONTROLS
    private static let word = "upgrade-stop-"

    /// Ends the process as a power cut would, before the step whose number, counted from 1, stands
    /// in the fault `upgrade-stop-N`.
    static func step(_ name: String) {
        guard let fault = FaultControls.fault, fault.hasPrefix(word),
            let wanted = Int(fault.dropFirst(word.count))
        else { return }
        if count.add(1, ordering: .relaxed).newValue == wanted { kill(getpid(), SIGKILL) }
    }

    private static let count = Atomic<Int>(0)
    #else
    /// Does nothing in a release build.
    static func step(_ name: String) {}
    #endif
}
