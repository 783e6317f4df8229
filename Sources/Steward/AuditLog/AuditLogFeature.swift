import AccessControl
import FHIRModel
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// The audit log for those who may read it, and the check of its chain.
package struct AuditLogFeature: Feature {
    package static let key = "audit-log"

    /// What is known of the people who have accounts, answered from memory.
    package struct Staff: Sendable {
        let idByName: @Sendable (String) -> String?
        let displayNameByID: @Sendable (String) -> String?

        /// Makes it from its two questions.
        package init(
            idByName: @escaping @Sendable (String) -> String?,
            displayNameByID: @escaping @Sendable (String) -> String?
        ) {
            self.idByName = idByName
            self.displayNameByID = displayNameByID
        }
    }

    private let gate: Gate
    private let store: RecordStore
    private let people: Staff

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore, people: Staff) {
        self.gate = gate
        self.store = store
        self.people = people
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/audit", use: list)
        routes.signedIn.get("api/v1/audit/verify", use: verify)
        routes.signedIn.get("api/v1/audit/verify-integrity", use: verify)
    }

    /// `GET /api/v1/audit`: entries, newest first, a page at a time.
    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let query = try query(request)
        let grant = try await gate.grant(
            Ask(.search, area: .audit, type: "AuditLog"), to: context.caller)
        let entries = try await store.auditEntries(grant, query)
        return .json(
            AuditLogPage(
                entries: entries, limit: query.limit, patients: store.people, staff: people
            ).encode())
    }

    /// `GET /api/v1/audit/verify`: whether every entry is as it was written.
    @Sendable private func verify(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(
            Ask(.read, area: .audit, type: "AuditLog"), to: context.caller)
        return .json(AuditVerdictBody.encode(try await store.verifyAudit(grant)))
    }

    private func query(_ request: Request) throws -> AuditQuery {
        let fields = request.uri.queryParameters
        var query = AuditQuery()
        if let name = fields["user"].map(String.init), !name.isEmpty {
            query.userID = people.idByName(name) ?? name
        }
        query.patientID = fields["patient"].map(String.init).flatMap { $0.isEmpty ? nil : $0 }
        if let action = fields["action"], !action.isEmpty {
            guard let verb = Verb(rawValue: String(action)) else {
                throw Problem(
                    .value,
                    "Actions are: \(Verb.allCases.map(\.rawValue).joined(separator: ", ")).",
                    location: "action")
            }
            query.verb = verb
        }
        query.fromMs = try Self.bound(fields["from"], "from") { $0.lowerBoundMs() }
        query.toMs = try Self.bound(fields["to"], "to") { $0.upperBoundMs() }
        if let before = fields["before"] {
            guard let seq = Int64(before) else {
                throw Problem(.value, "before takes the number of an entry.", location: "before")
            }
            query.beforeSeq = seq
        }
        if let limit = fields["limit"] {
            guard let count = Int(limit), (1...AuditQuery.pageCountMax).contains(count) else {
                throw Problem(
                    .value, "limit takes 1 to \(AuditQuery.pageCountMax).", location: "limit")
            }
            query.limit = count
        }
        return query
    }

    private static func bound(
        _ text: Substring?, _ name: String, _ take: (FHIRDateTime) -> Int64
    ) throws -> Int64? {
        guard let text, !text.isEmpty else { return nil }
        do throws(FHIRDateError) {
            return take(try FHIRDateTime(String(text), as: .search))
        } catch {
            throw Problem(.value, "Write \(name) as 2026-11-21 or as a time.", location: name)
        }
    }
}
