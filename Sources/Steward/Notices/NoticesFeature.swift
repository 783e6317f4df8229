import AccessControl
import FHIRModel
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// What the box tells its administrators by itself.
package struct NoticesFeature: Feature {
    package static let key = "notices"
    private let gate: Gate
    private let store: RecordStore

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore) {
        self.gate = gate
        self.store = store
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/notices", use: list)
        routes.signedIn.post("api/v1/notices/:id/seen", use: see)
    }

    /// `GET /api/v1/notices`: the newest notices, unseen ones first.
    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(Self.ask(.search), to: context.caller)
        let notices = try await store.rows(grant) { try NoticeRows.list(grant, $0) }
        var writer = JSONWriter()
        writer.beginObject()
        writer.array("items") { list in
            for notice in notices {
                list.object { item in
                    item.member("id", "\(notice.id)")
                    item.member("at", Timestamp.text(ms: notice.atMs))
                    item.member("kind", notice.kind)
                    item.member("text", notice.text)
                    item.member("isSeen", notice.isSeen)
                }
            }
        }
        writer.endObject()
        return .json(writer.bytes)
    }

    /// `POST /api/v1/notices/{id}/seen`: an administrator has read it.
    @Sendable private func see(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        guard let id = Int64(try context.parameters.require("id")) else {
            throw Problem(.notFound, "There is no such notice.")
        }
        let ask = Ask(.read, area: .system, type: "Notice", id: "\(id)")
        let grant = try await gate.grant(ask, to: context.caller)
        let isThere = try await store.changeRows(grant, note: AuditNote(ask)) {
            try NoticeRows.see(grant, id: id, $0)
        }
        guard isThere else { throw Problem(.notFound, "There is no such notice.") }
        return .empty(.noContent)
    }

    private static func ask(_ verb: Verb) -> Ask { Ask(verb, area: .system, type: "Notice") }
}
