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
            routes.signedIn.get("\(base)/:type/:id/$status", use: status)
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

    /// `GET /fhir/Subscription/{id}/$status`: how far a subscription is.
    ///
    /// Spec: https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/operations.html
    @Sendable private func status(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        guard try context.parameters.require("type") == "Subscription" else {
            throw Problem(.notFound, "$status is asked of a Subscription.")
        }
        let grant = try await gate.grant(
            Ask(.read, "Subscription", id: id), to: context.caller)
        let record = try await parts.store.read(grant)
        let found = try await parts.store.rows(grant) {
            try SubscriptionRows.one(grant, id: id, $0)
        }
        guard let state = found else { throw Self.unknown }
        let notification = Notification(
            plan: try SubscriptionPlan(
                record.document, nowMs: parts.clock.wallMs()), state: state, base: parts.base(),
            nowMs: parts.clock.wallMs(), ids: parts.ids)
        var writer = JSONWriter()
        writer.object { root in
            root.member("resourceType", "Bundle")
            root.member("type", "searchset")
            root.member("total", 1)
            root.array("entry") { list in
                list.object { entry in
                    entry.member("fullUrl", "urn:uuid:\(parts.ids.next())")
                    entry.member("resource", raw: notification.status(.status, []))
                    entry.object("search") { $0.member("mode", "match") }
                }
            }
        }
        return .fhir(writer.bytes)
    }

    private static let unknown = Problem(.notFound, "There is no subscription of this id.")
}
