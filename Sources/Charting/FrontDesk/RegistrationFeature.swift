import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
import RecordStore
package import ServerKit

/// Registering a patient in steps, each of which is kept until the patient is made.
///
/// Spec: FEATURES CHT-02, CHT-04; CLINIC E-03, E-04.
package struct RegistrationFeature: Feature {
    package static let key = "registration"
    /// The fewest points of somebody whom the person has to look at before another one is made: the
    /// same date of birth and a family name that sounds the same.
    static let stopPointsMin = 55
    private static let facilitiesCountMax = 200
    /// How many names of a person are compared with others.
    private static let comparedNamesMax = 4

    private let desk: FrontDesk

    /// Makes the feature.
    package init(_ desk: FrontDesk) { self.desk = desk }

    package func addRoutes(to routes: Routes) {
        let group = routes.signedIn
        group.get("api/v1/registration-choices", use: choices)
        group.get("api/v1/registrations", use: list)
        group.post("api/v1/registrations", limits: .form, use: begin)
        group.get("api/v1/registrations/:id", use: one)
        group.delete("api/v1/registrations/:id", use: remove)
        group.get("api/v1/registrations/:id/similar", use: similar)
        group.put("api/v1/registrations/:id/:step", limits: .form, use: save)
        group.post("api/v1/registrations/:id/finish", limits: .form, use: finish)
    }

    private static func ask(id: String? = nil) -> Ask {
        Ask(.create, area: .demographics, type: "RegistrationDraft", id: id)
    }

    /// The grant to write drafts, and the id of the person who does.
    private func open(
        _ caller: Caller, id: String? = nil
    ) async throws -> (grant: Grant, owner: String) {
        let grant = try await desk.gate.grant(Self.ask(id: id), to: caller)
        return try await desk.gate.recordingRefusal(of: grant) {
            // A draft belongs to a person at a screen; programs write the records themselves.
            guard let owner = caller.userID, caller.scopes == nil else {
                throw Problem(.forbidden, "Only people register patients step by step.")
            }
            return (grant, owner)
        }
    }

    // MARK: Drafts

    /// `GET /api/v1/registration-choices`: what people choose from, with the tribes and the places.
    @Sendable private func choices(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await desk.gate.grant(Ask(.search, "Location"), to: context.caller)
        var query = RecordQuery(type: "Location")
        query.limit = Self.facilitiesCountMax
        let places = try await desk.store.search(grant, query).resources.compactMap {
            place -> (id: String, name: String)? in
            let json = try JSON.parse(place.json)
            guard json.string("status") ?? "active" == "active", let name = json.string("name")
            else { return nil }
            return (place.id, name)
        }
        return .json(FrontDeskCodes.encode(facilities: places.sorted { $0.name < $1.name }))
    }

    /// `GET /api/v1/registrations`: what one began and did not finish.
    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let (grant, owner) = try await open(context.caller)
        let note = AuditNote(grant.ask, detail: "list")
        let drafts = try await desk.store.rowsAudited(grant, note: note) {
            try RegistrationRows.all(grant, owner: owner, $0)
        }
        var writer = JSONWriter(reservingBytes: 512)
        writer.object { out in
            out.array("items") { list in
                for draft in drafts {
                    list.object { one in
                        one.member("id", draft.id)
                        one.member("version", draft.version)
                        one.member("name", draft.shownName)
                        one.member("changedAt", Timestamp.text(ms: draft.changedMs))
                        one.array("steps") { steps in
                            for step in RegistrationStep.allCases where draft.steps[step] != nil {
                                steps.string(step.rawValue)
                            }
                        }
                    }
                }
            }
        }
        return .json(writer.bytes)
    }

    /// `POST /api/v1/registrations`: begins one; with the same `Idempotency-Key` the same one.
    @Sendable private func begin(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let (grant, owner) = try await open(context.caller)
        _ = try BodyFields(try await context.body(of: request), takes: [])
        let word = HTTPField.Name("Idempotency-Key").flatMap { request.headers[$0] }
        if let word {
            _ = try IdempotencyKey(word, userID: owner, request: [])
        }
        let fresh = RegistrationDraft(id: desk.ids.next(), owner: owner, version: 1, changedMs: 0)
        let key = word ?? fresh.id
        let note = AuditNote(grant.ask, detail: "begun")
        let id = try await desk.store.changeRows(grant, note: note) {
            try RegistrationRows.begin(grant, fresh, key: key, $0)
        }
        return try await answer(id, context.caller, status: .created)
    }

    /// `GET /api/v1/registrations/{id}`: everything that was typed so far.
    @Sendable private func one(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await answer(try context.parameters.require("id"), context.caller)
    }

    /// `DELETE /api/v1/registrations/{id}`: forgets what was typed.
    @Sendable private func remove(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        let (grant, owner) = try await open(context.caller, id: id)
        _ = try await draft(id, context.caller)
        try await desk.store.changeRows(grant, note: AuditNote(grant.ask, detail: "removed")) {
            try RegistrationRows.remove(grant, id: id, owner: owner, $0)
        }
        return .empty(.noContent)
    }

    /// `PUT /api/v1/registrations/{id}/{step}`: keeps one step, from the version in `If-Match`.
    @Sendable private func save(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        guard let step = RegistrationStep(rawValue: try context.parameters.require("step")) else {
            throw Problem(
                .notFound,
                "The steps are " + RegistrationStep.allCases.map(\.rawValue).joined(separator: ", ")
                    + ".")
        }
        let (grant, _) = try await open(context.caller, id: id)
        if step == .coverage {
            _ = try await desk.gate.grant(Ask(.create, "Coverage"), to: context.caller)
        }
        let body = try await context.body(of: request)
        let wanted = try VersionTag.wanted(request.headers)
        var draft = try await draft(id, context.caller)
        try step.check(body, desk.moment(context.caller))
        try VersionTag.check(wanted, is: "\(draft.version)")
        let before = draft.version
        draft.version += 1
        draft.steps[step] = try JSON.parse(body).canonicalBytes()
        let changed = draft
        let note = AuditNote(grant.ask, detail: "saved \(step.rawValue)")
        try await desk.store.changeRows(grant, note: note) {
            try RegistrationRows.put(grant, changed, from: before, $0)
        }
        return try await answer(id, context.caller)
    }

    private func draft(_ id: String, _ caller: Caller) async throws -> RegistrationDraft {
        let (grant, owner) = try await open(caller, id: id)
        let found = try await desk.store.rowsAudited(grant, note: AuditNote(grant.ask)) {
            try RegistrationRows.find(grant, id: id, owner: owner, $0)
        }
        guard let found else {
            throw Problem(
                .notFound, "You have no such registration. It was finished, or removed.")
        }
        return found
    }

    private func answer(
        _ id: String, _ caller: Caller, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let draft = try await draft(id, caller)
        var writer = JSONWriter(reservingBytes: 4_096)
        writer.object { out in
            out.member("id", draft.id)
            out.member("version", draft.version)
            out.member("changedAt", Timestamp.text(ms: draft.changedMs))
            out.member("steps", raw: draft.bytes)
        }
        return .json(
            writer.bytes, status: status, headers: VersionTag.headers("\(draft.version)"))
    }

    // MARK: Finishing

    /// `GET /api/v1/registrations/{id}/similar`: who may be the same person, by all names typed.
    @Sendable private func similar(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let draft = try await draft(try context.parameters.require("id"), context.caller)
        let grant = try await desk.gate.grant(Ask(.search, "Patient"), to: context.caller)
        guard let bytes = draft.steps[.identity] else {
            return .json(SimilarAnswer.encode([], grant))
        }
        let identity = try IdentityForm(
            try BodyFields(bytes, takes: IdentityForm.takes), desk.moment(context.caller))
        return .json(
            SimilarAnswer.encode(try await alike(identity, except: draft.id, grant), grant))
    }

    private func alike(
        _ identity: IdentityForm, except id: String, _ grant: Grant
    ) async throws -> [SimilarPerson] {
        var best: [String: SimilarPerson] = [:]
        for name in identity.names.prefix(Self.comparedNamesMax) {
            let wanted = PersonLikeness(
                family: name.family, given: name.given, birthDate: identity.birthDate,
                sex: identity.sex.key)
            for one in try await desk.store.similarPeople(grant, to: wanted)
            where one.person.id != id {
                let points = best[one.person.id]?.score.points ?? 0
                if one.score.points > points { best[one.person.id] = one }
            }
        }
        let sorted = best.values.sorted {
            ($1.score.points, $0.person.id) < ($0.score.points, $1.person.id)
        }
        return Array(sorted.prefix(MatchScore.shownCountMax))
    }

    /// `POST /api/v1/registrations/{id}/finish`: makes the patient with coverage and contacts, all in
    /// one transaction, and forgets the draft in the same one.
    ///
    /// `differentFrom` names the patients that the person looked at and who are somebody else. Sent
    /// again after it was done, the answer is the same.
    @Sendable private func finish(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        let (_, owner) = try await open(context.caller, id: id)
        let fields = try BodyFields(
            try await context.body(of: request), takes: ["version", "differentFrom"])
        let looked = Set(try fields.texts("differentFrom", countMax: 100))
        let version = try fields.text("version")
        let grant = try await desk.gate.grant(Self.ask(id: id), to: context.caller)
        let found = try await desk.store.rowsAudited(grant, note: AuditNote(grant.ask)) {
            try RegistrationRows.find(grant, id: id, owner: owner, $0)
        }
        guard let draft = found else { return try await finished(id, context.caller) }
        if let version { try VersionTag.check(version, is: "\(draft.version)") }
        let forms = try RegistrationForms(draft, desk.moment(context.caller))
        try await checkLooked(forms, looked, context.caller)
        do {
            try await desk.store.inTurn(["Patient"]) {
                try await make(forms, context.caller)
            }
        } catch let problem as Problem
            where problem.code == .duplicate && problem.location == "Patient/\(id)"
        {
            // Sent twice at once: the other one was faster.
            return try await finished(id, context.caller)
        }
        return try await finished(id, context.caller, status: .created)
    }

    private func checkLooked(
        _ forms: RegistrationForms, _ looked: Set<String>, _ caller: Caller
    ) async throws {
        let grant = try await desk.gate.grant(Ask(.search, "Patient"), to: caller)
        let open = try await alike(forms.identity, except: forms.id, grant).filter {
            $0.score.points >= Self.stopPointsMin && !looked.contains($0.person.id)
        }
        guard open.isEmpty else {
            throw Problem(
                .conflict,
                "There are patients who may be the same person. Look at each of them, and say that "
                    + "this is somebody else.", location: "differentFrom")
        }
    }

    private func make(_ forms: RegistrationForms, _ caller: Caller) async throws {
        let id = forms.id
        let grant = try await desk.gate.grant(Ask(.create, "Patient", id: id), to: caller)
        try await desk.checkFree(forms.identity.chartNumbers, except: id, grant)
        let start = PatientStart.json(
            id: id, recordNumber: try await desk.freeRecordNumber(grant))
        let patient = try forms.patient(start)
        var changes = [
            try await desk.creating(
                "Patient", id: id, patientID: id, patient.canonicalBytes(), caller)
        ]
        for contact in forms.contacts {
            let own = desk.ids.next()
            let bytes = ContactRecords.bytes(contact, id: own, patientID: id, before: nil)
            changes.append(
                try await desk.creating("RelatedPerson", id: own, patientID: id, bytes, caller))
        }
        for entry in forms.coverages {
            let own = desk.ids.next()
            let bytes = CoverageForm.bytes(entry, id: own, patientID: id, before: nil)
            changes.append(
                try await desk.creating("Coverage", id: own, patientID: id, bytes, caller))
        }
        _ = try await desk.store.change(changes)
    }

    /// The patient that a registration has become.
    private func finished(
        _ id: String, _ caller: Caller, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let patient = try await desk.patient(id, caller)
        return .json(PatientFacts.encode(patient), status: status)
    }
}

/// A draft read as forms.
struct RegistrationForms {
    let id: String
    let identity: IdentityForm
    let contacts: [ContactForm.Contact]
    let coverages: [CoverageForm.Entry]
    private let draft: RegistrationDraft
    private let moment: FormMoment

    /// Reads the steps.
    ///
    /// - Throws: ``Problem`` `.required` without the first step; what a step throws.
    init(_ draft: RegistrationDraft, _ moment: FormMoment) throws(Problem) {
        guard let first = draft.steps[.identity] else {
            throw Problem(.required, "Say first who the patient is.", location: "identity")
        }
        id = draft.id
        self.draft = draft
        self.moment = moment
        identity = try IdentityForm(BodyFields(first, takes: IdentityForm.takes), moment)
        if let bytes = draft.steps[.contact] {
            contacts = try ContactForm(BodyFields(bytes, takes: ContactForm.takes), moment).contacts
        } else {
            contacts = []
        }
        if let bytes = draft.steps[.coverage] {
            coverages = try CoverageForm(BodyFields(bytes, takes: CoverageForm.takes), moment)
                .entries
        } else {
            coverages = []
        }
    }

    /// The Patient with all steps in it.
    func patient(_ start: JSON) throws(Problem) -> JSON {
        var patient = start
        for step in RegistrationStep.allCases {
            guard let bytes = draft.steps[step] else { continue }
            patient = try step.apply(bytes, to: patient, moment)
        }
        return patient
    }
}

/// What a page is told of a patient who was just written.
enum PatientFacts {
    static func encode(_ patient: ChartRecord) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { out in
            out.member("id", patient.id)
            out.member("version", patient.version)
            let facts = Demographics.extract(patient: patient.json)
            out.member("name", facts.officialName?.display ?? "")
            out.member("mrn", optional: facts.mrn)
        }
        return writer.bytes
    }
}
