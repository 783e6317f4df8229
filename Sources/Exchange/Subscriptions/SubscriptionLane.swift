import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Synchronization

/// Delivers one subscription: every committed change that fits it, in order, at least once.
///
/// Its place in the order of changes is on the disk. What was sent after it was noted last is sent
/// again after a power cut, with the same numbers.
actor SubscriptionLane {
    /// Changes that are looked at together.
    private static let pageCountMax = 100
    /// Notifications after which the place is noted at the latest.
    private static let unsavedMax = 64
    /// Places that may be passed without a note where nothing fits.
    private static let passedMax: Int64 = 20_000

    let id: String
    let parts: SubscriptionParts
    var state: SubscriptionState?
    var plan: SubscriptionPlan?
    private var dueSteadyMs: Int64 = 0
    private var saidSteadyMs: Int64 = 0
    private var savedSeq: Int64 = 0
    private var unsavedCount = 0
    private var unsavedEvents: [SubscriptionEventRows.Row] = []
    private let wantsLoad = Atomic<Bool>(true)

    init(id: String, parts: SubscriptionParts) {
        self.id = id
        self.parts = parts
    }

    /// Has it read anew how its subscription stands.
    nonisolated func reload() { wantsLoad.store(true, ordering: .relaxed) }

    /// Works at every signal until the task is cancelled or the subscription is gone.
    func run(_ signals: AsyncStream<Void>) async {
        for await _ in signals {
            do {
                while !Task.isCancelled, try await step() {}
            } catch {
                // The store refuses for the moment, as when the disk is full: the next signal tries.
                parts.report("Subscription \(id) waits: \(type(of: error)).")
                dueSteadyMs = parts.clock.steadyMs() + 5_000
            }
            if state == nil { break }
        }
        // What is not noted is sent again after the next start.
        try? await save()
        parts.progress.put(id, nil)
    }

    /// Does one piece of work.
    ///
    /// - Returns: whether there is more at once.
    private func step() async throws -> Bool {
        if wantsLoad.exchange(false, ordering: .relaxed) { try await load() }
        guard let state, let plan, state.phase == .requested || state.phase == .active,
            parts.clock.steadyMs() >= dueSteadyMs
        else { return false }
        if let end = plan.endMs, parts.clock.wallMs() >= end {
            try await stop(.off, "It ended at the time that it names.")
            return false
        }
        guard let owner = try await parts.owner(state.owner) else {
            try await stop(
                .error, "Its owner may not sign in any more. Somebody else has to make it anew.")
            return false
        }
        if state.phase == .requested { return try await shakeHands(plan) }
        return try await deliver(plan, owner)
    }

    private func load() async throws {
        let grant = try parts.machineGrant(.read, id: id)
        let id = id
        guard
            let read = try await parts.store.rows(
                grant, { try SubscriptionRows.one(grant, id: id, $0) })
        else {
            state = nil
            plan = nil
            return
        }
        var fresh = read
        if let known = state, known.beganMs == read.beganMs, read.phase == known.phase {
            // What was delivered and is not noted yet.
            fresh.seq = max(known.seq, read.seq)
            fresh.eventCount = max(known.eventCount, read.eventCount)
        }
        if state?.revision != read.revision { dueSteadyMs = 0 }
        state = fresh
        savedSeq = read.seq
        parts.progress.put(id, fresh.seq)
        let document = try await parts.store.read(grant).document
        do throws(Problem) {
            plan = try SubscriptionPlan(document, nowMs: parts.clock.wallMs())
        } catch {
            plan = nil
            if fresh.phase != .off { try await stop(.error, error.detail) }
        }
        try await writeStatus()
    }

    // MARK: Sending

    private func notification(_ plan: SubscriptionPlan, _ state: SubscriptionState) -> Notification
    {
        Notification(
            plan: plan, state: state, base: parts.base(), nowMs: parts.clock.wallMs(),
            ids: parts.ids)
    }

    private func shakeHands(_ plan: SubscriptionPlan) async throws -> Bool {
        guard let state else { return false }
        guard !plan.isSocket else { return try await begin() }
        let answer = await transmit(.handshake, [], plan, state)
        guard try await isTaken(answer, attemptsMax: SubscriptionParts.handshakesMax) else {
            return false
        }
        return try await begin()
    }

    private func begin() async throws -> Bool {
        state?.phase = .active
        try await save()
        try await writeStatus()
        return true
    }

    /// Sends to where the subscriber listens.
    private func transmit(
        _ kind: Notification.Kind, _ events: [SubscriptionEvent], _ plan: SubscriptionPlan,
        _ state: SubscriptionState
    ) async -> OutgoingAnswer {
        let notification = notification(plan, state)
        guard let endpoint = plan.endpoint else {
            let message = notification.message(kind, events)
            let isTaken = await parts.sockets.tell(id, of: state.owner, message)
            // Nobody listens any more: it goes on when somebody does.
            return isTaken ? .answered(200) : .failed(.stopping)
        }
        return await parts.client.send(
            kind == .event
                ? notification.telling(events, at: endpoint)
                : notification.quiet(kind, at: endpoint))
    }

    private func deliver(_ plan: SubscriptionPlan, _ owner: Caller) async throws -> Bool {
        guard let state, !plan.isSocket || parts.sockets.isBound(id) else { return false }
        if let facts = parts.store.journal.facts(after: state.seq),
            !facts.contains(where: { $0.type == plan.criteria.type })
        {
            return try await passed(to: facts.last?.seq ?? state.seq, plan)
        }
        let grant: Grant
        do throws(Problem) {
            grant = try Policy().grant(Ask(.read, plan.criteria.type), to: owner)
        } catch {
            try await stop(.error, "Its owner may not read \(plan.criteria.type).")
            return false
        }
        let page = try await parts.store.journal(
            grant, after: state.seq, limit: Self.pageCountMax)
        let entries = page.entries.filter { Self.isEvent($0, plan) }
        guard !entries.isEmpty else {
            let hasMore = page.examinedTo < page.head
            _ = try await passed(to: page.examinedTo, plan)
            return hasMore
        }
        try await note(entries, grant, state)
        guard try await send(entries, plan) else { return false }
        self.state?.seq = page.examinedTo
        parts.progress.put(id, page.examinedTo)
        let hasMore = page.examinedTo < page.head
        if !hasMore { try await save() }
        return hasMore
    }

    private static func isEvent(_ entry: JournalEntry, _ plan: SubscriptionPlan) -> Bool {
        // R4 tells of what was created or changed; only a Bundle can say that something is gone.
        if entry.isDeleted, plan.content == .nothing || plan.content == .record { return false }
        // A record that cannot be read fits nothing.
        guard let json = try? JSON.parse(entry.json, limits: .bundle) else { return false }
        return plan.criteria.holds(json, id: entry.id, changedMs: entry.changedMs)
    }

    /// Puts on record what is about to leave the box.
    private func note(
        _ entries: [JournalEntry], _ grant: Grant, _ state: SubscriptionState
    ) async throws {
        let last = state.eventCount + Int64(entries.count)
        try await parts.store.note(
            AuditNote(
                grant.ask,
                detail: "subscription \(id) events \(state.eventCount + 1) to \(last)",
                patientIDs: Set(entries.compactMap(\.patientID))), by: grant.caller)
    }

    /// Sends events in order; false where it has to stop.
    private func send(_ entries: [JournalEntry], _ plan: SubscriptionPlan) async throws -> Bool {
        var left = entries[...]
        while !left.isEmpty {
            guard let state, !Task.isCancelled, !wantsLoad.load(ordering: .relaxed) else {
                return false
            }
            let part = left.prefix(plan.eventsMax)
            let events = part.enumerated().map {
                SubscriptionEvent(number: state.eventCount + Int64($0) + 1, entry: $1)
            }
            let answer = await transmit(.event, events, plan, state)
            guard try await isTaken(answer, attemptsMax: SubscriptionParts.attemptsMax) else {
                return false
            }
            self.state?.seq = part.last?.seq ?? state.seq
            self.state?.eventCount = events.last?.number ?? state.eventCount
            unsavedEvents += events.map { .init(number: $0.number, seq: $0.entry.seq) }
            unsavedCount += 1
            if unsavedCount >= Self.unsavedMax { try await save() }
            left = left.dropFirst(part.count)
        }
        return true
    }

    /// Nothing fitted up to a place.
    private func passed(to seq: Int64, _ plan: SubscriptionPlan) async throws -> Bool {
        state?.seq = seq
        parts.progress.put(id, seq)
        if unsavedCount > 0 || seq - savedSeq > Self.passedMax { try await save() }
        guard let seconds = plan.heartbeatSeconds, let state, plan.content != .nothing,
            parts.clock.steadyMs() - saidSteadyMs >= Int64(seconds) * 1_000
        else { return false }
        let answer = await transmit(.heartbeat, [], plan, state)
        _ = try await isTaken(answer, attemptsMax: SubscriptionParts.attemptsMax)
        return false
    }

    // MARK: Answers

    /// Whether the subscriber took a request; otherwise notes when to try again, or gives it up.
    private func isTaken(_ answer: OutgoingAnswer, attemptsMax: Int) async throws -> Bool {
        let words: String
        var isFinal = false
        switch answer {
        case .answered(200...299):
            state?.attempts = 0
            state?.words = ""
            state?.lastOKMs = parts.clock.wallMs()
            saidSteadyMs = parts.clock.steadyMs()
            return true
        case .failed(.stopping): return false
        case .failed(let failure):
            words = failure.words
            isFinal = failure.isFinal
        case .answered(let status) where (300...399).contains(status):
            words =
                "The host sent the box on to another address (\(status)), which it does not follow. "
                + "Write the right address into the subscription."
        case .answered(let status):
            words = "The host answered \(status)."
            isFinal = status == 410
        }
        let attempts = (state?.attempts ?? 0) + 1
        guard !isFinal, attempts < attemptsMax else {
            try await stop(.error, words)
            return false
        }
        let waitMs = parts.waitMs(after: attempts)
        dueSteadyMs = parts.clock.steadyMs() + waitMs
        state?.attempts = attempts
        state?.dueMs = parts.clock.wallMs() + waitMs
        state?.words = words
        try await save()
        return false
    }

    /// Ends the delivery, with a word to the administrators where that was not asked for.
    private func stop(_ phase: SubscriptionState.Phase, _ words: String) async throws {
        state?.phase = phase
        state?.words = words
        try await save(telling: phase == .error)
        try await writeStatus()
        parts.report("Subscription \(id) is stopped. \(words)")
    }

    private func save(telling isTold: Bool = false) async throws {
        guard let state else { return }
        let grant = try parts.machineGrant(.update, id: id)
        let events = unsavedEvents
        let isSame = try await parts.store.changeRows(grant) { rows in
            try SubscriptionEventRows.put(grant, id: state.id, events, rows)
            if isTold { try rows.post(topic: "subscription.stopped", payload: Self.notice(state)) }
            return try SubscriptionRows.save(grant, state, rows)
        }
        savedSeq = state.seq
        unsavedCount = 0
        unsavedEvents.removeFirst(events.count)
        if !isSame { reload() }
    }

    private static func notice(_ state: SubscriptionState) -> [UInt8] {
        var writer = JSONWriter()
        writer.object {
            $0.member(
                "text",
                "A subscription of \(state.owner.name) is stopped. \(state.words) Nothing is lost: "
                    + "switch it on again under Administration, Subscriptions.")
        }
        return writer.bytes
    }

    /// Lets the resource say how the subscription stands.
    private func writeStatus() async throws {
        guard let state, state.phase != .requested else { return }
        let read = try await parts.store.read(try parts.machineGrant(.read, id: id))
        let words = state.phase == .error ? state.words : nil
        let json = try SubscriptionStatusText.changed(
            read, status: state.phase.rawValue, error: words)
        guard let json else { return }
        do {
            _ = try await parts.store.change([
                Change(
                    try parts.machineGrant(.update, id: id), .update, type: "Subscription", id: id,
                    json: json, ifVersion: read.version)
            ])
        } catch let problem as Problem where problem.code == .lockError {
            reload()
        }
    }
}
