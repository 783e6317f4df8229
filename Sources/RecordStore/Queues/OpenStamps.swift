import Synchronization

/// The times of changes that are on their way to the disk.
///
/// A change carries the time at which it was made ready, and another one that is made ready later
/// may be on the disk before it. So a client that asks "what changed since" may count only on what
/// is older than every change on its way.
final class OpenStamps: Sendable {
    private struct State {
        var next: UInt64 = 0
        var open: [UInt64: Int64] = [:]
    }

    private let state = Mutex(State())

    private let wallMs: @Sendable () -> Int64

    init(wallMs: @escaping @Sendable () -> Int64) { self.wallMs = wallMs }

    /// Notes a change on its way; the time is that which it carries.
    func begin() -> (ticket: UInt64, ms: Int64) {
        state.withLock { state in
            let ms = wallMs()
            state.next += 1
            state.open[state.next] = ms
            return (state.next, ms)
        }
    }

    /// The change is on the disk, or never will be.
    func end(_ ticket: UInt64) {
        state.withLock { _ = $0.open.removeValue(forKey: ticket) }
    }

    /// The time before which every change is on the disk, UTC milliseconds.
    ///
    /// Holds as long as the clock does not go back.
    func settledMs() -> Int64 {
        state.withLock { state in state.open.values.reduce(wallMs(), min) }
    }
}
