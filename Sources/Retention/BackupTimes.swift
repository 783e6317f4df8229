import Kernel

/// When the box backs up and proves by itself.
package enum BackupTimes {
    private static let dayMs: Int64 = 86_400_000
    /// A drill with the recovery kit is due after so long: a quarter of a year.
    package static let drillMs: Int64 = 91 * dayMs
    /// A copy at another place is read back as a whole at least this often.
    package static let placeProofMs: Int64 = 28 * dayMs

    /// Whether the next backup is due.
    ///
    /// - Parameters:
    ///   - lastMs: box time of the last one; nil where there is none.
    ///   - nowMs: box time.
    package static func isDue(lastMs: Int64?, everyMinutes: Int, nowMs: Int64) -> Bool {
        guard let lastMs else { return true }
        // A mark ahead of now was made under a clock that nobody believes any more.
        return nowMs >= lastMs + Int64(everyMinutes) * 60_000 || lastMs > nowMs + dayMs
    }

    /// The number of the night that a time belongs to; it changes at `hour` of the clinic's clock.
    ///
    /// Work of the night is due where this differs from the night of its last run, so that a box
    /// that was off at the hour does it when it is on again.
    package static func night(markMs: Int64, zoneOffsetSeconds: Int, hour: Int) -> Int64 {
        (markMs + Int64(zoneOffsetSeconds - hour * 3_600) * 1_000)
            .flooringDivided(by: dayMs).quotient
    }
}
