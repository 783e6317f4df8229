import Glibc
import Synchronization

/// The hour at which a practice clinic begins anew, by the local time of the machine.
struct NightHour: Sendable {
    private static let hour: Int32 = 3
    private static let dayMs: Int64 = 86_400_000

    /// How long it is until the next one, in milliseconds; at least a minute, at most a day.
    func msLeft(from nowMs: Int64) -> Int64 {
        var now = time_t(nowMs / 1_000)
        var parts = tm()
        guard localtime_r(&now, &parts) != nil else { return Self.dayMs }
        if parts.tm_hour >= Self.hour { parts.tm_mday += 1 }
        parts.tm_hour = Self.hour
        parts.tm_min = 0
        parts.tm_sec = 0
        parts.tm_isdst = -1
        let next = mktime(&parts)
        guard next > now else { return Self.dayMs }
        return max(60_000, Int64(next - now) * 1_000)
    }
}

/// A number that was seen last.
final class SeenCount: Sendable {
    private let count = Mutex(-1)

    /// Remembers a number and gives back the one before.
    func exchange(_ value: Int) -> Int {
        count.withLock { known in
            defer { known = value }
            return known
        }
    }
}
