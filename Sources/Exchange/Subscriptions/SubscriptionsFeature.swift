import AccessControl
import FHIRModel
import Hummingbird
import Kernel
import RecordStore
package import ServerKit

/// What administrators see and do about subscriptions, and what subscribers ask about theirs.
package struct SubscriptionsFeature: Feature {
    package static let key = "subscriptions"
    private let gate: Gate
    private let parts: SubscriptionParts
    private let engine: SubscriptionEngine

    /// Makes the feature of an engine.
    package init(gate: Gate, parts: SubscriptionParts, engine: SubscriptionEngine) {
        self.gate = gate
        self.parts = parts
        self.engine = engine
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/subscriptions", use: list)
        routes.signedIn.post("api/v1/subscriptions/:id/on", limits: .form, use: switchOn)
        routes.signedIn.post("api/v1/subscriptions/:id/off", limits: .form, use: switchOff)
        routes.signedIn.post("api/v1/subscriptions/:id/secret", limits: .sensitive, use: secret)
        for base in ["fhir", "fhir/R4"] {
            // With a word of its own in place of the type, the router would look for everything that
            // is done with subscriptions here.
            for level in ["/:type", "/:type/:id"] {
                routes.signedIn.get("\(base)\(level)/$status", use: status)
                routes.signedIn.post("\(base)\(level)/$status", use: status)
            }
            routes.signedIn.get("\(base)/:type/:id/$events", use: events)
            routes.signedIn.post("\(base)/:type/:id/$events", use: events)
        }
    }

    private static func ask(_ verb: Verb, id: String? = nil) -> Ask {
        Ask(verb, area: .subscriptions, type: "Subscription", id: id)
    }

    /// `GET /api/v1/subscriptions`: every subscription and how it stands.
    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let ask = Self.ask(.administer)
        let grant = try await gate.grant(ask, to: context.caller)
        let states = try await parts.store.rowsAudited(grant, note: AuditNote(ask)) {
            try SubscriptionRows.all(grant, $0)
        }
        var items: [(SubscriptionState, JSON?)] = []
        for state in states {
            let read = try parts.machineGrant(.read, id: state.id)
            // One that was deleted in this moment is shown without what it was about.
            items.append((state, try? await parts.store.read(read).document))
        }
        var writer = JSONWriter()
        writer.object { root in
            root.array("targets") { list in
                for target in parts.client.targets { list.string(target) }
            }
            root.array("items") { list in
                for (state, json) in items { list.object { item(state, json, &$0) } }
            }
        }
        return .json(writer.bytes)
    }

    private func item(_ state: SubscriptionState, _ json: JSON?, _ item: inout JSONWriter) {
        item.member("id", state.id)
        item.member("state", state.phase.rawValue)
        item.member("owner", state.owner.name)
        item.member("criteria", json?.string("criteria") ?? "")
        item.member("reason", json?.string("reason") ?? "")
        let channel = json?["channel"]?.string("type")
        if channel == "websocket" {
            item.member("channel", "websocket")
            item.member("isListening", parts.sockets.isBound(state.id))
        }
        // What stands behind the host may be a secret of the subscriber.
        let endpoint = json?["channel"]?.string("endpoint")
        if let endpoint, let address = try? OutgoingAddress(endpoint) {
            item.member("host", "\(address.host):\(address.port)")
        }
        item.member("delivered", Int(state.eventCount))
        let seq = max(state.seq, parts.progress.seq(state.id) ?? 0)
        item.member("behind", Int(max(0, parts.store.journal.head - seq)))
        item.member("failures", state.attempts)
        item.member("words", state.words)
        if let lastMs = state.lastOKMs { item.member("lastAt", Timestamp.text(ms: lastMs)) }
        if state.attempts > 0, state.phase == .requested || state.phase == .active {
            item.member("nextAt", Timestamp.text(ms: state.dueMs))
        }
    }

    /// `POST /api/v1/subscriptions/{id}/on`: delivers again, from where it stopped.
    @Sendable private func switchOn(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await turn(.requested, context)
    }

    /// `POST /api/v1/subscriptions/{id}/off`: delivers no more.
    @Sendable private func switchOff(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await turn(.off, context)
    }

    private func turn(
        _ phase: SubscriptionState.Phase, _ context: CallerContext
    ) async throws -> Response {
        let id = try context.parameters.require("id")
        let ask = Self.ask(.administer, id: id)
        let grant = try await gate.grant(ask, to: context.caller)
        let note = AuditNote(ask, detail: phase == .off ? "switched off" : "switched on")
        let head = parts.store.journal.head
        let isThere = try await parts.store.changeRows(grant) { rows in
            guard try SubscriptionRows.turn(grant, id: id, phase, seq: head, rows) else {
                return false
            }
            try rows.append(note, by: grant.caller)
            return true
        }
        guard isThere else { throw Self.unknown }
        engine.look(at: id)
        return .empty(.noContent)
    }

    /// `POST /api/v1/subscriptions/{id}/secret`: what its notifications are signed with.
    @Sendable private func secret(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        let ask = Self.ask(.administer, id: id)
        let grant = try await gate.grant(ask, to: context.caller)
        let note = AuditNote(ask, detail: "signing secret")
        let state = try await parts.store.rowsAudited(grant, note: note) {
            try SubscriptionRows.one(grant, id: id, $0)
        }
        guard let state else { throw Self.unknown }
        var writer = JSONWriter()
        writer.object { $0.member("secret", Hex.text(state.secret)) }
        return .json(writer.bytes, headers: [.cacheControl: "no-store"])
    }

    /// `GET /fhir/Subscription/{id}/$status`: how far a subscription is, or several of them.
    ///
    /// Spec: https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/operations.html
    @Sendable private func status(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try Self.check(context, "$status")
        let question = try await SubscriptionQuestion(request, context)
        let named = context.parameters.get("id").map { [$0] } ?? question.all("id")
        let ids = named.isEmpty ? try await parts.ids(visibleTo: context.caller, gate) : named
        let phases = Set(question.all("status"))
        var statuses: [[UInt8]] = []
        for id in ids {
            let (state, notification, _) = try await found(id, context.caller)
            guard phases.isEmpty || phases.contains(state.phase.rawValue) else { continue }
            statuses.append(notification.status(.status, []))
        }
        var writer = JSONWriter()
        writer.object { root in
            root.member("resourceType", "Bundle")
            root.member("type", "searchset")
            root.member("total", statuses.count)
            guard !statuses.isEmpty else { return }
            root.array("entry") { list in
                for status in statuses {
                    list.object { entry in
                        entry.member("fullUrl", "urn:uuid:\(parts.ids.next())")
                        entry.member("resource", raw: status)
                        entry.object("search") { $0.member("mode", "match") }
                    }
                }
            }
        }
        return .fhir(writer.bytes)
    }

    /// `GET /fhir/Subscription/{id}/$events`: events that were told before, from `eventsSinceNumber`
    /// to `eventsUntilNumber`, with as much of the records as `content` says and the asker may see.
    ///
    /// Spec: https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/operations.html
    @Sendable private func events(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try Self.check(context, "$events")
        let id = try context.parameters.require("id")
        let question = try await SubscriptionQuestion(request, context)
        let first = try question.number("eventsSinceNumber") ?? 0
        let last = try question.number("eventsUntilNumber") ?? .max
        let (_, known, grant) = try await found(id, context.caller)
        var notification = known
        notification.plan.content = try Self.content(question, notification.plan)
        let rows = try await parts.store.rows(grant) {
            try SubscriptionEventRows.between(
                grant, id: id, first, last, limit: BackportTopic.eventsMax, $0)
        }
        let type = notification.plan.criteria.type
        let ask = Ask(.read, type)
        let reading = try await gate.grant(ask, to: context.caller)
        var events: [SubscriptionEvent] = []
        for row in rows {
            let page = try await parts.store.journal(reading, after: row.seq - 1, limit: 1)
            // What the asker may not see now is left out.
            guard let entry = page.entries.first, entry.seq == row.seq else { continue }
            events.append(SubscriptionEvent(number: row.number, entry: entry))
        }
        try await parts.store.note(
            AuditNote(
                ask, detail: "events of subscription \(id)",
                patientIDs: Set(events.compactMap(\.entry.patientID))), by: context.caller)
        return .fhir(notification.bundle(.query, events))
    }

    /// What the asker wants of the records, but no more than the subscription tells.
    private static func content(
        _ question: SubscriptionQuestion, _ plan: SubscriptionPlan
    ) throws(Problem) -> SubscriptionPlan.Content {
        let most: SubscriptionPlan.Payload =
            switch plan.content {
            case .nothing: .idOnly
            case .record: .full
            case .bundle(let payload): payload
            }
        guard let word = question.all("content").first else { return .bundle(most) }
        guard let wanted = SubscriptionPlan.Payload(rawValue: word) else {
            throw Problem(
                .value, "content is empty, id-only or full-resource.", location: "content")
        }
        let order: [SubscriptionPlan.Payload] = [.empty, .idOnly, .full]
        return .bundle(order.first { $0 == wanted || $0 == most } ?? most)
    }

    private static func check(_ context: CallerContext, _ name: String) throws {
        guard try context.parameters.require("type") == "Subscription" else {
            throw Problem(.notFound, "\(name) is asked of a Subscription.")
        }
    }

    /// A subscription that a caller may read.
    private func found(
        _ id: String, _ caller: Caller
    ) async throws -> (SubscriptionState, Notification, Grant) {
        guard FHIRID.isValid(id) else { throw Self.unknown }
        let grant = try await gate.grant(Ask(.read, "Subscription", id: id), to: caller)
        let record = try await parts.store.read(grant)
        let found = try await parts.store.rows(grant) {
            try SubscriptionRows.one(grant, id: id, $0)
        }
        guard let state = found else { throw Self.unknown }
        let nowMs = parts.clock.wallMs()
        return (
            state,
            Notification(
                plan: try SubscriptionPlan(record.document, nowMs: nowMs), state: state,
                base: parts.base(), nowMs: nowMs, ids: parts.ids), grant
        )
    }

    private static let unknown = Problem(.notFound, "There is no subscription of this id.")
}
