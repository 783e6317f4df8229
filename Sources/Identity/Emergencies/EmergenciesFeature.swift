import AccessControl
import FHIRModel
import Hummingbird
import Kernel
import RecordStore
package import ServerKit

/// Opening a chart in an emergency, ending that, and reviewing it.
package struct EmergenciesFeature: Feature {
    package static let key = "emergencies"
    /// The most looks that a review lists.
    private static let accessesCountMax = AuditQuery.pageCountMax

    private let identity: Identity
    private let gate: Gate
    private var emergencies: Emergencies { identity.chartRights.emergencies }

    init(_ identity: Identity, gate: Gate) {
        self.identity = identity
        self.gate = gate
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/emergencies", use: list)
        routes.signedIn.post("api/v1/emergencies", use: begin)
        routes.signedIn.get("api/v1/emergencies/mine", use: mine)
        routes.signedIn.get("api/v1/emergencies/:id", use: one)
        routes.signedIn.post("api/v1/emergencies/:id/end", use: end)
        routes.signedIn.post("api/v1/emergencies/:id/review", use: review)
    }

    /// `POST /api/v1/emergencies`: opens a chart for reading.
    @Sendable private func begin(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let json = try await Fields.object(context.body(of: request))
        let patientID = try Fields.text("patientId", of: json)
        guard FHIRID.isValid(patientID) else {
            throw Problem(.notFound, "There is no such patient.", location: "patientId")
        }
        let grant = try await gate.grant(
            .emergencies(.create, patientID: patientID), to: context.caller)
        let begun = try await emergencies.begin(
            grant,
            EmergencyDraft(
                patientID: patientID, compartments: try Self.compartments(json),
                category: try Self.category(json), reason: try Fields.text("reason", of: json),
                minutes: json["minutes"]?.int ?? EmergencyAccess.minutesDefault))
        return .json(body { write(begun, to: &$0) }, status: .created)
    }

    /// `GET /api/v1/emergencies/mine`: what is open to the caller, for the banner of a chart.
    @Sendable private func mine(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        _ = try await gate.grant(.ownEmergency(.search), to: context.caller)
        let open = emergencies.open(userID: context.caller.userID ?? "")
        return .json(
            body { out in
                out.member("now", Timestamp.text(ms: identity.store.parts.clock.wallMs()))
                out.array("items") { list in
                    for one in open { list.object { write(one, to: &$0) } }
                }
            })
    }

    /// `GET /api/v1/emergencies`: those that wait for a review; with `?state=closed` the others.
    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let state = request.uri.queryParameters["state"] ?? "open"
        guard state == "open" || state == "closed" else {
            throw Problem(.value, "state is open or closed.", location: "state")
        }
        let grant = try await gate.grant(.emergencies(.search), to: context.caller)
        let found = try await emergencies.list(grant, isClosed: state == "closed")
        return .json(
            body { out in
                out.member("now", Timestamp.text(ms: identity.store.parts.clock.wallMs()))
                out.array("items") { list in
                    for one in found { list.object { writeForReview(one, to: &$0) } }
                }
            })
    }

    /// `GET /api/v1/emergencies/{id}`: one with everything that was looked at under it.
    @Sendable private func one(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        let grant = try await gate.grant(.emergencies(.read, id: id), to: context.caller)
        let found = try await emergencies.find(grant, id: id)
        let looks = try await accesses(found, context.caller)
        return .json(
            body { out in
                writeForReview(found, to: &out)
                out.array("accesses") { list in
                    for entry in looks { list.object { Self.write(entry, to: &$0) } }
                }
                out.member("isCut", looks.count == Self.accessesCountMax)
            })
    }

    private func accesses(_ one: Emergency, _ caller: Caller) async throws -> [AuditEntry] {
        let grant = try await gate.grant(Ask(.search, area: .audit, type: "AuditLog"), to: caller)
        var query = AuditQuery()
        query.userID = one.userID
        query.fromMs = one.beganMs
        query.toMs = (one.endedMs ?? one.untilMs) + 60_000
        query.limit = Self.accessesCountMax
        return try await identity.store.auditEntries(grant, query).filter {
            $0.emergencyIDs.contains(one.id)
        }
    }

    /// `POST /api/v1/emergencies/{id}/end`: closes the chart again, at once.
    @Sendable private func end(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        let isOwn = emergencies.open(userID: context.caller.userID ?? "").contains { $0.id == id }
        let grant = try await gate.grant(
            isOwn ? .ownEmergency(.update, id: id) : .emergencies(.update, id: id),
            to: context.caller)
        try await emergencies.end(grant, id: id)
        return .empty(.noContent)
    }

    /// `POST /api/v1/emergencies/{id}/review`: what a reviewer found.
    @Sendable private func review(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        let grant = try await gate.grant(.emergencies(.update, id: id), to: context.caller)
        let json = try await Fields.object(context.body(of: request))
        guard let finding = Emergency.Finding(rawValue: try Fields.text("finding", of: json)) else {
            throw Problem(
                .value, "A finding is appropriate, not-appropriate or follow-up.",
                location: "finding")
        }
        try await emergencies.review(
            grant, id: id, finding, comment: json.string("comment") ?? "")
        return .empty(.noContent)
    }

    // MARK: Reading and writing

    private static func compartments(_ json: JSON) throws(Problem) -> Set<Compartment> {
        guard let list = json["compartments"] else { return [.general] }
        var found: Set<Compartment> = []
        for one in list.elements {
            guard let name = one.string, let known = Compartment(rawValue: name) else {
                throw Problem(
                    .value, "A chart has no such part.", location: "compartments")
            }
            found.insert(known)
        }
        return found
    }

    private static func category(_ json: JSON) throws(Problem) -> EmergencyAccess.Category {
        let text = try Fields.text("category", of: json)
        guard let category = EmergencyAccess.Category(rawValue: text) else {
            throw Problem(
                .value,
                "A category is \(EmergencyAccess.Category.allCases.map(\.rawValue).joined(separator: ", ")).",
                location: "category")
        }
        return category
    }

    private func body(_ write: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { write(&$0) }
        return writer.bytes
    }

    private func write(_ one: Emergency, to out: inout JSONWriter) {
        out.member("id", one.id)
        out.member("patientId", one.patientID)
        out.array("compartments") { list in
            for name in one.compartments.map(\.rawValue).sorted() { list.string(name) }
        }
        out.member("category", one.category.rawValue)
        out.member("reason", one.reason)
        out.member("beganAt", Timestamp.text(ms: one.beganMs))
        out.member("untilAt", Timestamp.text(ms: one.untilMs))
    }

    private func writeForReview(_ one: Emergency, to out: inout JSONWriter) {
        write(one, to: &out)
        out.member("userId", one.userID)
        out.member("displayName", name(one.userID))
        out.member("patientName", optional: identity.store.people.person(one.patientID)?.name)
        out.member("isRunning", emergencies.isRunning(one.id))
        out.member("endedAt", optional: one.endedMs.map { Timestamp.text(ms: $0) })
        out.member("endedBy", optional: one.endedByUserID.map { name($0) })
        out.member("isClosed", one.isClosed)
        out.array("reviews") { list in
            for review in one.reviews {
                list.object { item in
                    item.member("finding", review.finding.rawValue)
                    item.member("comment", review.comment)
                    item.member("by", name(review.userID))
                    item.member("at", Timestamp.text(ms: review.atMs))
                }
            }
        }
    }

    private func name(_ userID: String) -> String {
        identity.directory.user(id: userID)?.displayName ?? "somebody who is gone"
    }

    private static func write(_ entry: AuditEntry, to out: inout JSONWriter) {
        out.member("seq", Int(entry.seq))
        out.member("at", Timestamp.text(ms: entry.atMs))
        out.member("action", entry.verb)
        out.member("area", entry.area)
        out.member("type", entry.type)
        out.member("id", optional: entry.id)
        out.member("patientId", optional: entry.patientID)
        out.member("outcome", entry.outcome)
        out.member("code", optional: entry.code)
        out.member("detail", optional: entry.detail)
    }
}
