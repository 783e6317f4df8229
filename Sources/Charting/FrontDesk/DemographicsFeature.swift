import AccessControl
import FHIRModel
import Hummingbird
import Kernel
import RecordStore
package import ServerKit

/// Who a patient is, step by step as in the registration: reading and changing it afterwards; and
/// patients whom nobody knows yet.
///
/// Spec: FEATURES CHT-02, CHT-05; CLINIC U-09.
package struct DemographicsFeature: Feature {
    package static let key = "demographics"
    private static let ageYearsMax = 120

    private let desk: FrontDesk

    /// Makes the feature.
    package init(_ desk: FrontDesk) { self.desk = desk }

    package func addRoutes(to routes: Routes) {
        let group = routes.signedIn
        group.get("api/v1/patients/:id/registration", use: show)
        group.put("api/v1/patients/:id/registration/:step", limits: .form, use: change)
        group.post("api/v1/patients/temporary", limits: .form, use: addTemporary)
    }

    // MARK: Reading

    /// `GET /api/v1/patients/{id}/registration`: all steps with what is in the record.
    @Sendable private func show(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await answer(try context.parameters.require("id"), context.caller)
    }

    private func answer(_ id: String, _ caller: Caller) async throws -> Response {
        let patient = try await desk.patient(id, caller)
        let contacts = try await desk.records("RelatedPerson", of: id, caller) ?? []
        let coverages = try await desk.records("Coverage", of: id, caller)
        let mayChange = Self.may(.update, "Patient", id, caller)
        let mayChangeCoverage = coverages != nil && Self.may(.update, "Coverage", id, caller)
        var writer = JSONWriter(reservingBytes: 8_192)
        writer.object { out in
            out.member("id", id)
            out.member("version", patient.version)
            Self.writeFacts(patient.json, to: &out)
            out.member("mayChange", mayChange)
            out.member("mayChangeCoverage", mayChange && mayChangeCoverage)
            out.object("steps") { steps in
                steps.object("identity") { IdentityForm.write(patient.json, to: &$0) }
                steps.object("tribal") { TribalForm.write(patient.json, to: &$0) }
                steps.object("contact") { contact in
                    ContactForm.write(patient.json, to: &contact)
                    ContactRecords.write(contacts, to: &contact)
                }
                guard let coverages else { return }
                steps.object("coverage") { CoverageForm.write(coverages, to: &$0) }
            }
            TribalForm.writeHistory(patient.json, to: &out)
            MergeLinks.write(patient.json, to: &out)
        }
        return .json(writer.bytes, headers: VersionTag.headers("\(patient.version)"))
    }

    private static func writeFacts(_ patient: JSON, to out: inout JSONWriter) {
        let facts = Demographics.extract(patient: patient)
        out.member("name", facts.officialName?.display ?? "Name not known")
        out.member("birthDate", optional: facts.birthDate)
        out.member("sex", optional: facts.gender)
        out.member("mrn", optional: facts.mrn)
        out.member("deceased", facts.deceased.isDead)
        out.member("isTemporary", PatientStart.isTemporary(patient: patient))
    }

    private static func may(_ verb: Verb, _ type: String, _ id: String, _ caller: Caller) -> Bool {
        do throws(Problem) {
            _ = try Policy().grant(Ask(verb, type, patientID: id), to: caller)
            return true
        } catch {
            return false
        }
    }

    // MARK: Changing

    /// `PUT /api/v1/patients/{id}/registration/{step}`: writes one step, from the version in
    /// `If-Match`; all records of the step in one transaction.
    @Sendable private func change(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        guard let step = RegistrationStep(rawValue: try context.parameters.require("step")) else {
            throw Problem(.notFound, "There is no such step.")
        }
        let caller = context.caller
        guard FHIRID.isValid(id) else { throw Problem(.notFound, "There is no such patient.") }
        _ = try await desk.gate.grant(Ask(.update, "Patient", id: id, patientID: id), to: caller)
        let body = try await context.body(of: request)
        let wanted = try VersionTag.wanted(request.headers)
        let patient = try await desk.patient(id, caller)
        try MergeLinks.checkOpen(patient.json)
        let moment = desk.moment(caller)
        let applied = try step.apply(body, to: patient.json, moment)
        let others = try await others(step, body, patientID: id, moment, caller)
        try VersionTag.check(wanted, is: "\(patient.version)")
        do {
            try await desk.store.inTurn(["Patient"]) {
                try await write(step, body, applied, over: patient, others, caller)
            }
        } catch let problem as Problem where problem.code == .lockError {
            throw VersionTag.overtaken
        }
        return try await answer(id, caller)
    }

    private func write(
        _ step: RegistrationStep, _ body: [UInt8], _ applied: JSON, over patient: ChartRecord,
        _ others: [Change], _ caller: Caller
    ) async throws {
        var applied = applied
        if step == .identity {
            let grant = try await desk.gate.grant(
                Ask(.update, "Patient", id: patient.id, patientID: patient.id), to: caller)
            let form = try IdentityForm(
                BodyFields(body, takes: IdentityForm.takes), desk.moment(caller))
            try await desk.checkFree(form.chartNumbers, except: patient.id, grant)
            if !form.names.isEmpty, PatientStart.isTemporary(patient: patient.json) {
                applied = PatientStart.numbered(applied, try await desk.freeRecordNumber(grant))
            }
        }
        let own = try await desk.updating(
            patient, patientID: patient.id, applied.canonicalBytes(), caller)
        _ = try await desk.store.change([own] + others)
    }

    /// What a step changes beside the Patient: those to call, or the coverage.
    private func others(
        _ step: RegistrationStep, _ body: [UInt8], patientID: String, _ moment: FormMoment,
        _ caller: Caller
    ) async throws -> [Change] {
        switch step {
        case .identity, .tribal: return []
        case .contact:
            let form = try ContactForm(BodyFields(body, takes: ContactForm.takes), moment)
            let kind = RelatedKind(
                type: "RelatedPerson", ending: ["active": Array("false".utf8)],
                isOpen: { $0["active"]?.bool ?? true })
            return try await changes(
                kind, form.contacts.map { ($0.id, $0) }, of: patientID, caller
            ) { ContactRecords.bytes($0, id: $1, patientID: patientID, before: $2) }
        case .coverage:
            let form = try CoverageForm(BodyFields(body, takes: CoverageForm.takes), moment)
            let kind = RelatedKind(
                type: "Coverage", ending: ["status": PatientElements.text("cancelled")],
                isOpen: { $0.string("status") == "active" })
            return try await changes(
                kind, form.entries.map { ($0.id, $0) }, of: patientID, caller
            ) { CoverageForm.bytes($0, id: $1, patientID: patientID, before: $2) }
        }
    }

    /// A type of record beside a Patient.
    private struct RelatedKind {
        let type: String
        /// What is set in one that is not used any more.
        let ending: [String: [UInt8]?]
        /// Whether one is in use.
        let isOpen: (JSON) -> Bool
    }

    /// The changes that make the records of a type those of a form: new ones, changed ones, and the
    /// end of those that are left out.
    private func changes<Entry>(
        _ kind: RelatedKind, _ entries: [(id: String?, entry: Entry)], of patientID: String,
        _ caller: Caller, bytes: (Entry, String, JSON?) -> [UInt8]
    ) async throws -> [Change] {
        let type = kind.type
        let grant = try await desk.gate.grant(
            Ask(.update, type, patientID: patientID), to: caller)
        let before = try await desk.records(type, of: patientID, caller) ?? []
        var left = Dictionary(uniqueKeysWithValues: before.map { ($0.id, $0) })
        var changes: [Change] = []
        for (id, entry) in entries {
            guard let id else {
                let own = desk.ids.next()
                changes.append(
                    try await desk.creating(
                        type, id: own, patientID: patientID, bytes(entry, own, nil), caller))
                continue
            }
            guard let record = left.removeValue(forKey: id) else {
                throw Problem(
                    .value, "An entry belongs to another patient, or stands here twice.",
                    location: grant.ask.type)
            }
            let made = bytes(entry, id, record.json)
            guard made != record.json.canonicalBytes() else { continue }
            changes.append(
                try await desk.updating(record, patientID: patientID, made, caller))
        }
        for record in left.values.sorted(by: { $0.id < $1.id }) where kind.isOpen(record.json) {
            changes.append(
                try await desk.updating(
                    record, patientID: patientID, record.json.rewritten(setting: kind.ending),
                    caller))
        }
        return changes
    }

    // MARK: Nobody knows who it is

    /// `POST /api/v1/patients/temporary`: a patient whose name nobody knows, at once.
    ///
    /// `sex` and the estimated `ageYears` are all that is asked. With an `Idempotency-Key` a retry
    /// makes no second one.
    @Sendable private func addTemporary(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let caller = context.caller
        _ = try await desk.gate.grant(Ask(.create, "Patient"), to: caller)
        let body = try await context.body(of: request)
        let fields = try BodyFields(body, takes: ["sex", "ageYears"])
        let moment = desk.moment(caller)
        let sex = try PatientElements.choice(fields, "sex", FrontDeskCodes.sexes)
        var birthYear: Int?
        if let text = try fields.text("ageYears", charactersMax: 3) {
            guard let age = Int(text), 0...Self.ageYearsMax ~= age else {
                throw Problem(
                    .value, "Write the age in years as it seems, from 0 to 120.",
                    location: "ageYears")
            }
            birthYear = moment.today.year - age
        }
        let id = desk.ids.next()
        let letters = id.filter(\.isHexDigit).suffix(8).uppercased()
        let start = PatientStart.json(
            id: id, recordNumber: RecordNumber.temporaryPrefix + letters, isTemporary: true)
        var form = JSONWriter()
        form.object { out in
            out.member("nameUnknown", true)
            out.member("sex", sex?.key ?? "unknown")
            out.member("birthDateUnknown", true)
            if let birthYear { out.member("birthDate", "\(birthYear)") }
        }
        let patient = try RegistrationStep.identity.apply(form.bytes, to: start, moment)
        let change = try await desk.creating(
            "Patient", id: id, patientID: id, patient.canonicalBytes(), caller)
        let key = try request.idempotencyKey(of: caller, body: body)
        let made = try await desk.store.change([change], idempotency: key)
        let stored = try await desk.patient(made.first?.id ?? id, caller)
        return .json(PatientFacts.encode(stored), status: .created)
    }
}
