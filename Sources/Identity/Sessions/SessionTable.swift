import Kernel
import Synchronization

/// The live sessions in memory, with the clock they expire by.
///
/// Time is the steady clock's: setting the wall clock neither ends a session nor keeps it alive.
final class SessionTable: Sendable {
    /// How long sessions live, in milliseconds.
    struct Lifetimes: Sendable {
        /// Without a request, by the id of the user.
        let idleMsMax: @Sendable (String) -> Int64
        let wholeMsMax: Int64
        /// Whether a session of the user is locked, rather than ended, when nobody uses it.
        let hasPIN: @Sendable (String) -> Bool
    }

    /// How long a proof of who somebody is counts as fresh, in milliseconds.
    static let proofMsMax: Int64 = 300_000

    /// What a token stands for.
    enum Found: Sendable {
        /// A session in use; whether its last use is due to be written down.
        case awake(Live, isSaveDue: Bool)
        /// A session that waits for the person's PIN.
        case locked(Live)
    }

    /// A session in use.
    struct Live: Sendable {
        var session: Session
        let createdSteadyMs: Int64
        var seenSteadyMs: Int64
        /// UTC milliseconds.
        var seenMs: Int64
        var savedSteadyMs: Int64
        /// When the person last proved who they are; nil since a restart of the box.
        var provedSteadyMs: Int64?
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
        guard idleMs >= 0, ageMs >= idleMs else { return }
        let steadyMs = clock.steadyMs()
        let live = Live(
            session: kept.session, createdSteadyMs: steadyMs - ageMs,
            seenSteadyMs: steadyMs - idleMs, seenMs: kept.seenMs, savedSteadyMs: steadyMs - idleMs)
        if isAlive(live, steadyMs) { put(live) }
    }

    /// Takes a session in that has just begun.
    func begin(_ session: Session) {
        let steadyMs = clock.steadyMs()
        put(
            Live(
                session: session, createdSteadyMs: steadyMs, seenSteadyMs: steadyMs,
                seenMs: session.createdMs, savedSteadyMs: steadyMs, provedSteadyMs: steadyMs))
    }

    /// The session of a token's digest, if it is alive; counts as a use of one that is awake.
    func use(digest: [UInt8], saveAfterMs: Int64) -> Found? {
        let steadyMs = clock.steadyMs()
        let wallMs = clock.wallMs()
        return state.withLock { state in
            guard var live = state.byDigest[digest] else { return nil }
            guard isAlive(live, steadyMs) else {
                state.byDigest[digest] = nil
                state.digestByID[live.session.id] = nil
                return nil
            }
            if isLocked(live, steadyMs) { return .locked(live) }
            let isSaveDue = steadyMs - live.savedSteadyMs >= saveAfterMs
            live.seenSteadyMs = steadyMs
            live.seenMs = wallMs
            if isSaveDue { live.savedSteadyMs = steadyMs }
            state.byDigest[digest] = live
            return .awake(live, isSaveDue: isSaveDue)
        }
    }

    /// The session of a token's digest, if it is alive; does not count as a use.
    func peek(digest: [UInt8]) -> Found? {
        let steadyMs = clock.steadyMs()
        return state.withLock { state in
            guard let live = state.byDigest[digest], isAlive(live, steadyMs) else { return nil }
            return isLocked(live, steadyMs) ? .locked(live) : .awake(live, isSaveDue: false)
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
    ///
    /// - Parameters:
    ///   - isProved: the person proved who they are.
    ///   - isUnlocked: the person unlocked it, which counts as a use.
    func rotate(
        id: String, digest: [UInt8], isProved: Bool = false, isUnlocked: Bool = false
    ) {
        let steadyMs = clock.steadyMs()
        let wallMs = clock.wallMs()
        state.withLock { state in
            guard let old = state.digestByID[id], var live = state.byDigest[old] else { return }
            state.byDigest[old] = nil
            live.session.digest = digest
            if isProved { live.provedSteadyMs = steadyMs }
            if isUnlocked {
                live.session.isLocked = false
                (live.seenSteadyMs, live.seenMs) = (steadyMs, wallMs)
            }
            state.byDigest[digest] = live
            state.digestByID[id] = digest
        }
    }

    /// Locks a session until the person's PIN.
    func lock(id: String) {
        state.withLock { state in
            guard let digest = state.digestByID[id] else { return }
            state.byDigest[digest]?.session.isLocked = true
            state.byDigest[digest]?.provedSteadyMs = nil
        }
    }

    /// Whether the person proved within the last minutes who they are.
    func isFresh(_ live: Live) -> Bool {
        live.provedSteadyMs.map { clock.steadyMs() - $0 < Self.proofMsMax } ?? false
    }

    /// Whether a session waits for the person's PIN.
    func isLocked(_ live: Live) -> Bool { isLocked(live, clock.steadyMs()) }

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
        guard steadyMs - live.createdSteadyMs < lifetimes.wholeMsMax else { return false }
        return !isLocked(live, steadyMs) || lifetimes.hasPIN(live.session.userID)
    }

    private func isLocked(_ live: Live, _ steadyMs: Int64) -> Bool {
        live.session.isLocked
            || steadyMs - live.seenSteadyMs >= lifetimes().idleMsMax(live.session.userID)
    }
}
