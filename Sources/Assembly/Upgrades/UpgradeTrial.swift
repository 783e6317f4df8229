import AccessControl
import Backups
import Kernel
import RecordStore
import Steward
import Synchronization

/// Whether this release is on trial over a record that it has just brought up: nobody's entry is
/// taken until it has shown that it works, so that the record of before can come back without a loss.
final class UpgradeTrial: Sendable {
    private static let retrySeconds = 2

    private let data: DataFolder
    private let isOnTrial: Mutex<Bool>

    /// Makes it for a folder.
    init(_ data: DataFolder, isOn: Bool) {
        self.data = data
        isOnTrial = Mutex(isOn)
    }

    /// Whether entries are refused.
    var isOn: Bool { isOnTrial.withLock { $0 } }

    /// What everybody is told meanwhile; nil where there is no trial.
    var refusal: Problem? {
        guard isOn else { return nil }
        return Problem(
            .transient,
            "The box is being updated and is back in a moment. What you typed stays; save it again "
                + "then.", retryAfterSeconds: Self.retrySeconds)
    }

    /// Ends the trial; on the disk first.
    func confirm(nowMs: Int64) throws {
        try DataUpgrade.confirm(data, nowMs: nowMs)
        isOnTrial.withLock { $0 = false }
    }
}

extension Box {
    /// Why the box is closed to a caller; nil where it is open to them.
    func refusal(_ caller: Caller?) -> Problem? {
        trial.refusal ?? maintenance.refusal(caller)
    }
}
