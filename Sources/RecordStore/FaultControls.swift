#if FAULT_CONTROLS
import Glibc
import Kernel
import SQLite

/// Faults that the fault tests bring back on purpose, to show that the tests would notice them.
///
/// Not in a release build.
package enum FaultControls {
    /// The word of the environment variable `TRIBAL_EHR_FAULT`.
    package static var fault: String? {
        guard let value = getenv("TRIBAL_EHR_FAULT") else { return nil }
        return String(cString: value)
    }

    /// The word of the environment variable `TRIBAL_EHR_FAULT_RELEASE`: another release to play.
    package static var release: String? {
        guard let value = getenv("TRIBAL_EHR_FAULT_RELEASE") else { return nil }
        return String(cString: value)
    }

    /// Reads that are not put on record.
    package static let isAuditOff = fault == "no-audit"

    /// Commits that are not synced, where the test asks for it.
    static func weaken(_ connection: Connection) throws {
        guard fault == "synchronous-normal" else { return }
        try connection.execute("PRAGMA synchronous = NORMAL")
    }

    /// A second connection that checkpoints in a loop beside the writer, where asked for.
    static func disturb(_ path: String) {
        guard fault == "second-checkpointer" else { return }
        _ = OwnedThread {
            // The fault itself may fail at any point; the test looks at the database, not at it.
            guard let other = try? Connection(path: path, mode: .readWrite) else { return }
            while true { try? other.execute("PRAGMA wal_checkpoint(PASSIVE)") }
        }
    }
}
#endif
