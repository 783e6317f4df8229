import AccessControl
import FHIRModel
import Hummingbird
import Kernel
package import ServerKit

/// The clinic's own facts, for administrators: with versions, and the way back to each.
///
/// Spec: FEATURES CFG-17.
package struct ClinicFeature: Feature {
    package static let key = "clinic"

    private static let names: Set<String> = [
        "clinicName", "timeZone", "line", "city", "state", "postalCode", "phone", "tribe",
    ]

    private let gate: Gate
    private let record: ClinicRecord
    private let onChange: @Sendable () async throws -> Void

    /// Makes the feature.
    ///
    /// - Parameter onChange: called when the facts are others, before the answer.
    package init(
        gate: Gate, record: ClinicRecord, onChange: @escaping @Sendable () async throws -> Void
    ) {
        self.gate = gate
        self.record = record
        self.onChange = onChange
    }

    package func addRoutes(to routes: Routes) {
        let group = routes.signedIn
        group.get("api/v1/admin/clinic", use: look)
        group.put("api/v1/admin/clinic", limits: .form, use: change)
        group.post("api/v1/admin/clinic/undo", limits: .form, use: undo)
        group.get("api/v1/admin/tribes", use: tribes)
    }

    /// `GET /api/v1/admin/clinic`: the facts and who changed them when.
    @Sendable private func look(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await answer(context)
    }

    /// `PUT /api/v1/admin/clinic`: other facts, from the version in `If-Match`.
    @Sendable private func change(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(Self.ask(.update), to: context.caller)
        let version = try VersionTag.wanted(request.headers)
        let fields = try BodyFields(try await context.body(of: request), takes: Self.names)
        let name = try fields.required("clinicName", charactersMax: 120)
        let zone = try fields.required("timeZone", charactersMax: 64)
        let contact = try Self.contact(fields)
        try await refusing(grant) {
            try await record.change(grant, ifVersion: version, detail: "clinic") { clinic, _ in
                try clinic.with(name: name, timeZone: zone, contact: contact)
            }
        }
        try await onChange()
        return try await answer(context)
    }

    /// `POST /api/v1/admin/clinic/undo`: the facts of an earlier version, as a version of its own.
    @Sendable private func undo(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(Self.ask(.update), to: context.caller)
        let version = try VersionTag.wanted(request.headers)
        let fields = try BodyFields(try await context.body(of: request), takes: ["version"])
        let wanted = try fields.required("version", charactersMax: 20)
        try await refusing(grant) {
            try await record.change(
                grant, ifVersion: version, detail: "clinic as in version \(wanted)"
            ) { clinic, versions in
                guard let value = versions.first(where: { "\($0.version)" == wanted })?.value else {
                    throw Problem(.notFound, "There is no such version.", location: "version")
                }
                let earlier = try Clinic(answers: value)
                return try clinic.with(
                    name: earlier.name, timeZone: earlier.timeZone, contact: earlier.contact)
            }
        }
        try await onChange()
        return try await answer(context)
    }

    /// `GET /api/v1/admin/tribes`: the names of HL7's list, to choose from.
    @Sendable private func tribes(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        _ = try await gate.grant(Self.ask(.read), to: context.caller)
        var writer = JSONWriter(reservingBytes: 65_536)
        writer.object { top in
            top.array("items") { list in
                for tribe in Tribes.all { list.string(tribe.name) }
            }
        }
        return .json(writer.bytes)
    }

    private func refusing(_ grant: Grant, _ body: () async throws -> Void) async throws {
        try await gate.recordingRefusal(of: grant, body)
    }

    private func answer(_ context: CallerContext) async throws -> Response {
        let grant = try await gate.grant(Self.ask(.read), to: context.caller)
        let (clinic, versions) = try await record.look(grant)
        guard let clinic else { throw Problem(.notFound, "The box is not set up yet.") }
        let version = "\(versions.first?.version ?? 0)"
        var writer = JSONWriter()
        writer.object { top in
            top.member("version", version)
            Self.write(clinic, to: &top)
            top.member("boxName", clinic.boxName)
            if let code = clinic.facilityCode { top.member("facilityCode", code) }
            top.array("versions") { list in
                for one in versions {
                    list.object { Self.write(one, to: &$0) }
                }
            }
        }
        return .json(writer.bytes, headers: VersionTag.headers(version))
    }

    private static func write(_ one: FactVersion, to item: inout JSONWriter) {
        item.member("version", "\(one.version)")
        item.member("at", Timestamp.text(ms: one.atMs))
        item.member("by", one.author)
        // Facts that this release cannot read are listed without their content.
        if let value = one.value, let clinic = try? Clinic(answers: value) {
            write(clinic, to: &item)
        }
    }

    private static func write(_ clinic: Clinic, to one: inout JSONWriter) {
        one.member("clinicName", clinic.name)
        one.member("timeZone", clinic.timeZone)
        clinic.contact.write(to: &one)
    }

    private static func contact(_ fields: BodyFields) throws(Problem) -> ClinicContact {
        var contact = ClinicContact()
        contact.line = try fields.text("line")
        contact.city = try fields.text("city")
        contact.state = try fields.text("state")
        contact.postalCode = try fields.text("postalCode")
        contact.phone = try fields.text("phone")
        contact.tribe = try fields.text("tribe")
        contact.tribeCode = contact.tribe.flatMap(Tribes.code)
        return contact
    }

    private static func ask(_ verb: Verb) -> Ask { Ask(verb, area: .system, type: "Clinic") }
}
