import AccessControl
import FHIRModel
import Hummingbird
import Kernel
import RecordStore
import Sealing
package import ServerKit

/// Lets programs listen to their subscriptions over web sockets.
///
/// Spec: FHIR R4 Subscription, https://hl7.org/fhir/R4/subscription.html; Subscriptions R5 Backport,
/// https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/channels.html#websockets
package struct SubscriptionSocketFeature: Feature {
    package static let key = "subscription-sockets"
    /// Texts that make no sense, after which a socket is ended.
    private static let mistakesMax = 10
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
        routes.open.get(
            WebSocket.path, limits: RouteLimits(bodyBytesMax: 0, identifies: true), use: open)
        for base in ["fhir", "fhir/R4"] {
            for level in ["/:type", "/:type/:id"] {
                let path = base + level + "/$get-ws-binding-token"
                routes.signedIn.get(path, use: token)
                routes.signedIn.post(path, use: token)
            }
        }
    }

    // MARK: The socket

    /// `GET /api/v1/socket`: becomes a web socket that takes `bind ID` from a program with a token,
    /// and `bind-with-token TOKEN` from everybody.
    @Sendable private func open(_ request: Request, _ context: OpenContext) async throws
        -> Response
    {
        // A cookie comes along whoever's page opens the socket, so it says nothing here.
        let caller = context.caller?.scopes == nil ? nil : context.caller
        let owner = caller?.userID ?? SubscriptionSockets.owner(atAddress: context.address)
        try parts.sockets.checkRoom(owner)
        let handshake = try WebSocketHandshake(
            request, on: context.connection, clock: parts.clock, sha1: { try SHA1.digest($0) })
        let talk = Talk(feature: self, caller: caller)
        let sockets = parts.sockets
        return try await handshake.answer(
            begin: { socket in
                guard sockets.enter(socket, owner: owner) else { return false }
                Task {
                    try await Task.sleep(for: .seconds(SubscriptionSockets.bindSecondsMax))
                    sockets.endIfIdle(socket)
                }
                return true
            },
            take: { await talk.take($1, on: $0) },
            end: { sockets.leave($0) })
    }

    /// What one program says.
    private actor Talk {
        let feature: SubscriptionSocketFeature
        let caller: Caller?
        private var mistakes = 0

        init(feature: SubscriptionSocketFeature, caller: Caller?) {
            self.feature = feature
            self.caller = caller
        }

        func take(_ text: String, on socket: WebSocket) async {
            let words = text.split(whereSeparator: \.isWhitespace)
            do {
                switch (words.first, words.count) {
                case ("bind", 2):
                    guard let caller else {
                        throw Problem(
                            .login,
                            "Open the web socket with a bearer token, or send bind-with-token.")
                    }
                    try await feature.bind(String(words[1]), to: socket, caller)
                case ("bind-with-token", 2):
                    guard let ticket = try await feature.parts.sockets.redeem(String(words[1]))
                    else {
                        throw Problem(
                            .login,
                            "The token was used, or is too old. Ask for another one with "
                                + "$get-ws-binding-token.")
                    }
                    for id in ticket.subscriptionIDs {
                        try await feature.bind(id, to: socket, ticket.caller)
                    }
                default:
                    throw Problem(.value, "Send bind and an id, or bind-with-token and a token.")
                }
            } catch {
                let detail = (error as? Problem)?.detail ?? "That did not work. Try again later."
                socket.post(Array("error \(detail)".utf8))
                mistakes += 1
                if mistakes >= SubscriptionSocketFeature.mistakesMax {
                    socket.close(WebSocketFault(1_008, "Too many texts that make no sense."))
                }
            }
        }
    }

    /// Has a socket listen to one subscription.
    private func bind(_ id: String, to socket: WebSocket, _ caller: Caller) async throws {
        let (state, plan) = try await listened(id, caller)
        guard state.phase == .active || state.phase == .requested else {
            throw Problem(.conflict, "The subscription \(id) is \(state.phase.rawValue).")
        }
        let notification = Notification(
            plan: plan, state: state, base: parts.base(), nowMs: parts.clock.wallMs(),
            ids: parts.ids)
        socket.post(notification.message(.handshake))
        try parts.sockets.bind(id, to: socket, caller)
        engine.nudge(id)
    }

    /// A subscription that a caller may listen to; noted in the audit log.
    private func listened(
        _ id: String, _ caller: Caller
    ) async throws -> (SubscriptionState, SubscriptionPlan) {
        guard FHIRID.isValid(id) else { throw Self.unknown }
        let ask = Ask(.read, "Subscription", id: id)
        let grant = try await gate.grant(ask, to: caller)
        let note = AuditNote(ask, detail: "web socket")
        let found = try await parts.store.rowsAudited(grant, note: note) {
            try SubscriptionRows.one(grant, id: id, $0)
        }
        guard let state = found else { throw Self.unknown }
        let document = try await parts.store.read(grant).document
        let plan = try SubscriptionPlan(document, nowMs: parts.clock.wallMs())
        guard plan.isSocket else {
            throw Problem(.conflict, "The channel of the subscription \(id) is no websocket.")
        }
        guard state.owner.isMatched(by: caller) else {
            throw Problem(
                .forbidden,
                "Whoever listens is the one who made the subscription \(id), with the same scopes.")
        }
        return (state, plan)
    }

    // MARK: The token

    /// `GET /fhir/Subscription/{id}/$get-ws-binding-token`, or of several with `id` in the query:
    /// what a web socket is bound with that carries no token itself.
    ///
    /// Spec: https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/operations.html
    @Sendable private func token(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        guard try context.parameters.require("type") == "Subscription" else {
            throw Problem(
                .notFound, "$get-ws-binding-token is asked of a Subscription.")
        }
        let fields = try await SubscriptionQuestion(request, context)
        let ids = context.parameters.get("id").map { [$0] } ?? fields.all("id")
        guard !ids.isEmpty, ids.count <= SubscriptionSockets.boundMax else {
            throw Problem(
                .required,
                "Name 1 to \(SubscriptionSockets.boundMax) subscriptions with the parameter id.",
                location: "id")
        }
        for id in ids { _ = try await listened(id, context.caller) }
        let text = try parts.sockets.issue(ids, context.caller)
        let endMs = parts.clock.wallMs() + Int64(SubscriptionSockets.ticketSeconds) * 1_000
        var writer = JSONWriter()
        writer.object { root in
            root.member("resourceType", "Parameters")
            root.array("parameter") { list in
                Self.part("token", "valueString", text, &list)
                Self.part("expiration", "valueDateTime", Timestamp.text(ms: endMs), &list)
                for id in ids { Self.part("subscription", "valueString", id, &list) }
                let host = request.head.authority ?? ""
                Self.part("websocket-url", "valueUrl", "wss://\(host)\(WebSocket.path)", &list)
            }
        }
        return .fhir(writer.bytes, headers: [.cacheControl: "no-store"])
    }

    private static func part(
        _ name: String, _ member: String, _ value: String, _ list: inout JSONWriter
    ) {
        list.object { one in
            one.member("name", name)
            one.member(member, value)
        }
    }

    private static let unknown = Problem(.notFound, "There is no subscription of this id.")
}
