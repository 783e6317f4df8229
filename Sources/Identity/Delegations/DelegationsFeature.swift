import AccessControl
import FHIRModel
import Hummingbird
import Kernel
import RecordStore
package import ServerKit

/// Naming somebody who stands in, taking that back, and seeing who is away.
package struct DelegationsFeature: Feature {
    package static let key = "delegations"

    private let identity: Identity
    private let gate: Gate
    private var delegations: Delegations { identity.chartRights.delegations }

    init(_ identity: Identity, gate: Gate) {
        self.identity = identity
        self.gate = gate
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/delegations", use: list)
        routes.signedIn.post("api/v1/delegations", limits: .sensitive, use: make)
        routes.signedIn.delete("api/v1/delegations/:id", limits: .sensitive, use: revoke)
    }

    /// `GET /api/v1/delegations`: those given and received, who is away, and whom one may name; of
    /// everybody with `?all=true`.
    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let isOfAll = request.uri.queryParameters["all"] == "true"
        let grant = try await gate.grant(
            .delegations(isOfAll ? .administer : .search), to: context.caller)
        let found =
            isOfAll
            ? try await delegations.all(grant)
            : try await delegations.of(grant, userID: context.caller.userID ?? "")
        let colleagues = identity.directory.all().filter { Delegations.isStaff($0) }
        var writer = JSONWriter()
        writer.object { out in
            out.array("items") { list in
                for one in found { list.object { write(one, context.caller, to: &$0) } }
            }
            out.array("away") { list in
                for one in delegations.away() {
                    list.object { item in
                        item.member("from", name(one.fromUserID))
                        item.member("to", name(one.toUserID))
                        item.member("until", Timestamp.text(ms: one.endsMs))
                        item.member("note", one.note)
                    }
                }
            }
            out.array("colleagues") { list in
                for user in colleagues where isOfAll || user.id != context.caller.userID {
                    list.object { item in
                        item.member("id", user.id)
                        item.member("displayName", user.displayName)
                        item.array("roles") { roles in
                            for role in user.roles.map(\.rawValue).sorted() { roles.string(role) }
                        }
                    }
                }
            }
        }
        return .json(writer.bytes)
    }

    /// `POST /api/v1/delegations`: names a substitute; `from` only where it is for somebody else.
    @Sendable private func make(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let json = try await Fields.object(context.body(of: request))
        let own = context.caller.userID ?? ""
        let from = json.string("from") ?? own
        let grant = try await gate.grant(
            .delegations(from == own ? .create : .administer), to: context.caller)
        let made = try await delegations.make(
            grant,
            DelegationDraft(
                from: from, to: try Fields.text("to", of: json),
                beginsMs: try Self.time("begins", of: json) { $0.lowerBoundMs() },
                endsMs: try Self.time("until", of: json) { $0.upperBoundMs() },
                isAway: json["isAway"]?.bool ?? false, note: json.string("note") ?? ""))
        var writer = JSONWriter()
        writer.object { write(made, context.caller, to: &$0) }
        return .json(writer.bytes, status: .created)
    }

    /// `DELETE /api/v1/delegations/{id}`.
    @Sendable private func revoke(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        let isOfAll = request.uri.queryParameters["all"] == "true"
        let grant = try await gate.grant(
            .delegations(isOfAll ? .administer : .delete, id: id), to: context.caller)
        try await delegations.revoke(grant, id: id)
        return .empty(.noContent)
    }

    private func write(_ one: Delegation, _ caller: Caller, to item: inout JSONWriter) {
        let nowMs = identity.store.parts.clock.wallMs()
        item.member("id", one.id)
        item.member("from", name(one.fromUserID))
        item.member("to", name(one.toUserID))
        item.member("isGiven", one.fromUserID == caller.userID)
        item.member("isReceived", one.toUserID == caller.userID)
        item.member("begins", Timestamp.text(ms: one.beginsMs))
        item.member("until", Timestamp.text(ms: one.endsMs))
        item.member("isAway", one.isAway)
        item.member("note", one.note)
        let state =
            if one.revokedMs != nil {
                "revoked"
            } else if one.holds(atMs: nowMs) {
                "running"
            } else {
                one.endsMs <= nowMs ? "over" : "planned"
            }
        item.member("state", state)
    }

    private func name(_ userID: String) -> String {
        identity.directory.user(id: userID)?.displayName ?? "somebody who is gone"
    }

    private static func time(
        _ name: String, of json: JSON, _ take: (FHIRDateTime) -> Int64
    ) throws(Problem) -> Int64 {
        let text = try Fields.text(name, of: json)
        do throws(FHIRDateError) {
            return take(try FHIRDateTime(text, as: .search))
        } catch {
            throw Problem(.value, "Write a day as 2026-11-21, or a time.", location: name)
        }
    }
}
