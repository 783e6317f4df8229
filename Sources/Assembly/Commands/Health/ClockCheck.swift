import Kernel

/// Whether the clock of the machine can be right.
package enum ClockCheck {
    /// 2026-11-01T00:00:00Z; the program is not older than that.
    package static let plausibleFromMs: Int64 = 1_793_491_200_000
    /// 2100-01-01T00:00:00Z.
    package static let plausibleToMs: Int64 = 4_102_444_800_000

    /// Why nobody can begin to work with the clock as it is; nil if they can.
    package static func fault(nowMs: Int64) -> String? {
        guard !isPlausible(nowMs) else { return nil }
        return "The clock of the box says \(Timestamp.text(ms: nowMs).prefix(10)), which cannot be "
            + "right. Set it on the box first, such as with: timedatectl set-ntp true"
    }

    private static func isPlausible(_ nowMs: Int64) -> Bool {
        (plausibleFromMs..<plausibleToMs).contains(nowMs)
    }

    /// A sentence if it cannot; nil if it can.
    package static func warning(nowMs: Int64) -> String? {
        guard !isPlausible(nowMs) else { return nil }
        return "The clock of this machine says \(Timestamp.text(ms: nowMs).prefix(10)), which "
            + "cannot be right; entries get wrong times. Set it, such as with: timedatectl set-ntp true"
    }
}
