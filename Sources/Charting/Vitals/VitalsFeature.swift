import AccessControl
package import FHIRModel
import Hummingbird
package import Kernel
package import RecordStore
package import ServerKit

/// Writing down vital signs: the rules for one patient, and a set of measures as Observations.
///
/// Spec: FEATURES CHT-11, ORD-13; CLINIC E-13.
package struct VitalsFeature: Feature {
    package static let key = "vitals"

    private let gate: Gate
    private let store: RecordStore
    private let clock: Clock
    private let ids: IDs
    private let staff: Staff
    /// What every resource has to fulfil before it is written.
    private let check: @Sendable (JSON) throws(Problem) -> Void

    /// Who people of the clinic are.
    package struct Staff: Sendable {
        let practitionerID: @Sendable (String) -> String?
        let displayName: @Sendable (String) -> String?

        /// Makes the two lookups; each takes the id of a user.
        package init(
            practitionerID: @escaping @Sendable (String) -> String?,
            displayName: @escaping @Sendable (String) -> String?
        ) {
            self.practitionerID = practitionerID
            self.displayName = displayName
        }
    }

    /// Makes the feature.
    ///
    /// - Parameter check: what every resource has to fulfil before it is written; throws what is
    ///   wrong.
    package init(
        gate: Gate, store: RecordStore, clock: Clock, ids: IDs, staff: Staff,
        check: @escaping @Sendable (JSON) throws(Problem) -> Void
    ) {
        self.check = check
        self.gate = gate
        self.store = store
        self.clock = clock
        self.ids = ids
        self.staff = staff
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/vitals/:id/rules", use: rules)
        routes.signedIn.post("api/v1/observations/vitals", limits: .form, use: add)
    }

    /// `GET /api/v1/vitals/{patient}/rules`: what can be measured, in which units, and within which
    /// limits for somebody of this age.
    @Sendable private func rules(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        let subject = try await subject(id, context.caller)
        return .json(VitalRules.encode(ageDays: subject.ageDays))
    }

    /// `POST /api/v1/observations/vitals`: one Observation for each measure, all or none.
    @Sendable private func add(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let body = try await context.body(of: request)
        let fields = try BodyFields(body, takes: VitalsForm.names)
        let patientID = try fields.required("patientId", charactersMax: 64)
        _ = try await gate.grant(
            Ask(.create, "Observation", patientID: patientID), to: context.caller)
        let subject = try await subject(patientID, context.caller, isWriting: true)
        let form = try VitalsForm(fields, subject)
        let userID = context.caller.userID
        let resources = VitalResources(
            patientID: patientID, practitionerID: userID.flatMap(staff.practitionerID),
            performerName: userID.flatMap(staff.displayName) ?? context.caller.name,
            ageDays: subject.ageDays, takenAt: form.takenAt)
        let made = resources.observations(of: form) { ids.next() }
        var changes: [Change] = []
        for one in made {
            let grant = try await gate.grant(
                Ask(.create, "Observation", id: one.id, patientID: patientID), to: context.caller)
            let json = try JSON.parse(one.json)
            try check(json)
            changes.append(Change(grant, .create, type: "Observation", id: one.id, json: json))
        }
        let key = try request.idempotencyKey(of: context.caller, body: body)
        let changed = try await store.change(changes, idempotency: key)
        return .json(Self.answer(changed, made), status: .created)
    }

    /// The patient, whose chart the caller may read.
    private func subject(
        _ id: String, _ caller: Caller, isWriting: Bool = false
    ) async throws -> VitalsForm.Subject {
        guard FHIRID.isValid(id) else { throw Problem(.notFound, "There is no such patient.") }
        let patient = try await store.read(
            try await gate.grant(Ask(.read, "Patient", id: id, patientID: id), to: caller))
        let nowMs = clock.wallMs()
        let json = try JSON.parse(patient.json)
        if isWriting { try MergeLinks.checkOpen(json) }
        // A date of birth of wrong form counts as not known: the limits are then those of adults.
        let born = json.string("birthDate").flatMap {
            try? FHIRDateTime($0, as: .date)
        }
        let days = born.map { CalendarDay(ms: nowMs).daysSince1970 - CalendarDay($0).daysSince1970 }
        return VitalsForm.Subject(ageDays: days.map { max(0, $0) }, nowMs: nowMs)
    }

    private static func answer(
        _ changed: [Changed], _ made: [VitalResources.Made]
    ) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 128 * changed.count + 32)
        writer.object { out in
            out.array("items") { list in
                for (one, what) in zip(changed, made) {
                    list.object { item in
                        item.member("id", one.id)
                        item.member("label", what.label)
                        if let code = what.interpretation { item.member("interpretation", code) }
                    }
                }
            }
        }
        return writer.bytes
    }
}
