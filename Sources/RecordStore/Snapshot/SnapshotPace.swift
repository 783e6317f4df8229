/// How fast a snapshot goes, and when it gives up so that the people who work are not disturbed.
package struct SnapshotPace: Sendable {
    /// Pages of 4 KiB that are copied at once.
    package var stepPages = 256
    /// How long others may have the disk after each step, in microseconds.
    package var pauseMicroseconds: UInt32 = 500
    /// Pages after which the copy is brought to the disk, so that nobody waits for much at once.
    package var syncPages = 1_024
    /// The most that the write-ahead log may grow meanwhile, in bytes.
    package var logBytesMax = 256 << 20
    /// The least time that a copy may take, in milliseconds.
    package var timeMsMin: Int64 = 60_000
    /// The time that a copy may take for each GiB, in milliseconds.
    package var timeMsPerGiB: Int64 = 60_000
    /// How often a copy is tried that took too long.
    package var triesMax = 3

    /// The pace of a clinic at work.
    package init() {}
}

/// Where a snapshot stands in the history of the box.
package struct SnapshotMark: Sendable, Hashable {
    /// Entries in the audit log.
    package let auditSeq: Int64
    /// The digest of the newest one.
    package let auditMac: [UInt8]
    /// When the copy was begun, in UTC milliseconds.
    package let atMs: Int64
    /// How long the copy took, in milliseconds.
    package let tookMs: Int64
}
