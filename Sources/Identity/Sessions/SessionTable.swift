import Kernel
import Synchronization

/// The live sessions in memory, with the clock they expire by.
///
/// Time is the steady clock's: setting the wall clock neither ends a session nor keeps it alive.
final class SessionTable: Sendable {
    /// How long sessions live, in milliseconds.
    struct Lifetimes: Sendable {
        let idleMsMax: Int64
        let wholeMsMax: Int64
    }

    /// A session in use.
    struct Live: Sendable {
        var session: Session
        let createdSteadyMs: Int64
        var seenSteadyMs: Int64
        /// UTC milliseconds.
        var seenMs: Int64
        var savedSteadyMs: Int64
    }

    private struct State {
        var byDigest: [[UInt8]: Live] = [:]
        var digestByID: [String: [UInt8]] = [:]
    }

    private let state = Mutex(State())
    private let clock: Clock
    private let lifetimes: @Sendable () -> Lifetimes

    /// - Parameter lifetimes: asked at every use, since they may change while sessions live.
    init(clock: Clock, lifetimes: @escaping @Sendable () -> Lifetimes) {
        self.clock = clock
        self.lifetimes = lifetimes
    }

    /// Takes a session of an earlier run in, unless it has expired or its times are in the future:
    /// a wall clock that went back would let sessions live on.
    func load(_ kept: SessionRows.Kept) {
        let ageMs = clock.wallMs() - kept.session.createdMs
        let idleMs = clock.wallMs() - kept.seenMs
        let lifetimes = lifetimes()
        guard idleMs >= 0, ageMs >= idleMs, ageMs < lifetimes.wholeMsMax,
            idleMs < lifetimes.idleMsMax
        else { return }
        let steadyMs = clock.steadyMs()
        put(
            Live(
                session: kept.session, createdSteadyMs: steadyMs - ageMs,
                seenSteadyMs: steadyMs - idleMs, seenMs: kept.seenMs,
                savedSteadyMs: steadyMs - idleMs))
    }

    /// Takes a session in that has just begun.
    func begin(_ session: Session) {
        let steadyMs = clock.steadyMs()
        put(
            Live(
                session: session, createdSteadyMs: steadyMs, seenSteadyMs: steadyMs,
                seenMs: session.createdMs, savedSteadyMs: steadyMs))
    }

    /// The session of a token's digest, if it is alive; counts as a use of it.
    ///
    /// - Returns: with the session whether its last use is due to be written down.
    func use(digest: [UInt8], saveAfterMs: Int64) -> (live: Live, isSaveDue: Bool)? {
        let steadyMs = clock.steadyMs()
        let wallMs = clock.wallMs()
        return state.withLock { state in
            guard var live = state.byDigest[digest] else { return nil }
            guard isAlive(live, steadyMs) else {
                state.byDigest[digest] = nil
                state.digestByID[live.session.id] = nil
                return nil
            }
            let isSaveDue = steadyMs - live.savedSteadyMs >= saveAfterMs
            live.seenSteadyMs = steadyMs
            live.seenMs = wallMs
            if isSaveDue { live.savedSteadyMs = steadyMs }
            state.byDigest[digest] = live
            return (live, isSaveDue)
        }
    }

    /// The live session of an id; does not count as a use.
    func find(id: String) -> Live? {
        let steadyMs = clock.steadyMs()
        return state.withLock { state in
            state.digestByID[id].flatMap { state.byDigest[$0] }.flatMap {
                isAlive($0, steadyMs) ? $0 : nil
            }
        }
    }

    /// Every live session, the one used last first.
    func all() -> [Live] {
        let steadyMs = clock.steadyMs()
        return state.withLock { state in
            state.byDigest.values.filter { isAlive($0, steadyMs) }
                .sorted { ($0.seenSteadyMs, $0.session.id) > ($1.seenSteadyMs, $1.session.id) }
        }
    }

    /// Gives a session another token; the earlier one opens nothing from here on.
    func rotate(id: String, digest: [UInt8]) {
        state.withLock { state in
            guard let old = state.digestByID[id], var live = state.byDigest[old] else { return }
            state.byDigest[old] = nil
            live.session.digest = digest
            state.byDigest[digest] = live
            state.digestByID[id] = digest
        }
    }

    /// Ends sessions.
    func end(ids: some Sequence<String>) {
        state.withLock { state in
            for id in ids {
                if let digest = state.digestByID.removeValue(forKey: id) {
                    state.byDigest[digest] = nil
                }
            }
        }
    }

    /// Forgets sessions that have expired.
    func forgetEnded() {
        let steadyMs = clock.steadyMs()
        state.withLock { state in
            for (digest, live) in state.byDigest where !isAlive(live, steadyMs) {
                state.byDigest[digest] = nil
                state.digestByID[live.session.id] = nil
            }
        }
    }

    private func put(_ live: Live) {
        state.withLock { state in
            state.byDigest[live.session.digest] = live
            state.digestByID[live.session.id] = live.session.digest
        }
    }

    private func isAlive(_ live: Live, _ steadyMs: Int64) -> Bool {
        let lifetimes = lifetimes()
        return steadyMs - live.createdSteadyMs < lifetimes.wholeMsMax
            && steadyMs - live.seenSteadyMs < lifetimes.idleMsMax
    }
}
