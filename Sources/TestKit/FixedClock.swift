package import Kernel
import Synchronization

/// A clock that stands still until a test moves it.
package final class FixedClock: Sendable {
    private struct Hands {
        var wallMs: Int64
        var steadyMs: Int64
    }

    private let hands: Mutex<Hands>

    /// 2026-03-02T15:00:00Z, a Monday morning in the clinic.
    package static let mondayMs: Int64 = 1_772_463_600_000

    /// Starts a clock at a time, UTC milliseconds.
    package init(wallMs: Int64 = mondayMs) {
        hands = Mutex(Hands(wallMs: wallMs, steadyMs: 1_000_000))
    }

    /// The clock as product code takes it.
    package var clock: Clock {
        Clock(
            wallMs: { self.hands.withLock(\.wallMs) },
            steadyMs: { self.hands.withLock(\.steadyMs) })
    }

    /// UTC milliseconds that the clock shows.
    package var wallMs: Int64 { hands.withLock(\.wallMs) }

    /// Lets time pass, in milliseconds.
    package func advance(ms: Int64) {
        hands.withLock {
            $0.wallMs += ms
            $0.steadyMs += ms
        }
    }

    /// Turns the wall clock alone, as an administrator or a time server does.
    package func turn(toWallMs ms: Int64) { hands.withLock { $0.wallMs = ms } }
}
