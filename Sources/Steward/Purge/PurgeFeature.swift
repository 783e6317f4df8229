package import AccessControl
package import FHIRModel
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// Destroying a record with its history, from the page: looking at what would go, and doing it.
package struct PurgeFeature: Feature {
    package static let key = "purge"
    /// A large chart and the rows that lead to it take their time.
    private static let limits: RouteLimits = {
        var limits = RouteLimits.sensitive
        limits.timeSecondsMax = 300
        return limits
    }()

    private let gate: Gate
    private let store: RecordStore

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore) {
        self.gate = gate
        self.store = store
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/purge/:type/:id", use: look)
        routes.signedIn.post("api/v1/purge", limits: Self.limits, use: purge)
    }

    /// The ask for a purge; of all people only those who administer the box may.
    package static func ask(_ type: String, _ id: String) -> Ask {
        Ask(
            .administer, area: .system, type: "Purge", id: "\(type)/\(id)",
            patientID: type == "Patient" ? id : nil)
    }

    /// `GET /api/v1/purge/{type}/{id}`: what would go, without any content.
    @Sendable private func look(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let type = try context.parameters.require("type")
        let id = try context.parameters.require("id")
        let grant = try await gate.grant(Self.ask(type, id), to: context.caller)
        try Self.check(type, id)
        return .json(
            Self.answer(try await store.purgeReport(grant, type: type, id: id), type, id))
    }

    /// `POST /api/v1/purge` with type, id, reason, and `Type/id` as confirm.
    @Sendable private func purge(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let bytes = try await context.body(of: request)
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes)
        } catch {
            throw error.problem()
        }
        let type = json.string("type") ?? ""
        let id = json.string("id") ?? ""
        let grant = try await gate.grant(Self.ask(type, id), to: context.caller)
        let report = try await gate.recordingRefusal(of: grant) {
            try Self.check(type, id)
            guard json.string("confirm") == "\(type)/\(id)" else {
                throw Problem(
                    .value, "Type \(type)/\(id) to confirm that this record is meant.",
                    location: "confirm")
            }
            return try await store.purge(
                grant, type: type, id: id, reason: json.string("reason") ?? "")
        }
        return .json(Self.answer(report, type, id))
    }

    private static func check(_ type: String, _ id: String) throws(Problem) {
        guard ResourceType.isKnown(type) else {
            throw Problem(
                .value, "Name a resource type of FHIR R4, such as Observation.", location: "type")
        }
        guard FHIRID.isValid(id) else {
            throw Problem(
                .value, "An id has 1 to 64 letters, digits, - or a full stop.", location: "id")
        }
    }

    private static func answer(_ report: PurgeReport, _ type: String, _ id: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { top in PurgeAnswer.write(report, type, id, to: &top) }
        return writer.bytes
    }
}

/// How a purge is told, to the page and to the command.
package enum PurgeAnswer {
    /// Records that are named one by one; the others are counted.
    private static let namedCountMax = 200

    /// Writes the members.
    package static func write(
        _ report: PurgeReport, _ type: String, _ id: String, to top: inout JSONWriter
    ) {
        top.member("type", type)
        top.member("id", id)
        top.member("isChart", type == "Patient")
        top.member("records", report.records.count)
        top.member("versions", report.versionCount)
        top.object("byType") { types in
            let counts = Dictionary(grouping: report.records, by: \.type).mapValues(\.count)
            for (type, count) in counts.sorted(by: { $0.key < $1.key }) {
                types.member(type, count)
            }
        }
        top.array("items") { list in
            for one in report.records.prefix(namedCountMax) {
                list.object { item in
                    item.member("type", one.type)
                    item.member("id", one.id)
                    item.member("versions", one.versionCount)
                    item.member("isDeleted", one.isDeleted)
                    item.member("firstAt", Timestamp.text(ms: one.firstMs))
                    item.member("lastAt", Timestamp.text(ms: one.lastMs))
                }
            }
        }
    }
}
