import AccessControl
import FHIRModel
import FHIRSearch
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// Who a person is whose particulars are sent, and who a member of a health plan is.
///
/// Spec: FHIR R4 Patient/$match, https://hl7.org/fhir/R4/patient-operation-match.html
package struct MatchFeature: Feature {
    package static let key = "fhir-match"
    /// Candidates whose coverage is looked at.
    private static let memberCountMax = 10

    private let gate: Gate
    private let store: RecordStore
    private var finder: RecordFinder { RecordFinder(gate: gate, store: store) }

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore) {
        self.gate = gate
        self.store = store
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.answer(.match, .type, use: match)
        routes.signedIn.answer(.memberMatch, .type, use: memberMatch)
    }

    /// `POST /fhir/Patient/$match`: Parameters with resource, onlyCertainMatches and count.
    @Sendable private func match(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let type = try FHIROperation.match.type(context)
        let grant = try await gate.grant(Ask(.search, type), to: context.caller)
        let input = try await OperationInput(request, context)
        let form = try AnswerForm(request, input.fields)
        let wanted = try Self.person(input.resource("resource") ?? input.body, "resource")
        let onlyCertain = try input.flag("onlyCertainMatches")
        let count = try input.number("count", 1...100) ?? MatchScore.shownCountMax
        let grade = onlyCertain ? MatchScore.Grade.certain : .possible
        let found = try await store.similarPeople(
            grant, to: wanted, pointsMin: grade.pointsMin, countMax: count)
        let base = FHIRNames.base(request)
        let patients = try await patients(found, context.caller)
        var writer = BundleWriter(.searchset, total: patients.count)
        for (patient, score) in patients {
            writer.candidate(
                fullURL: "\(base)/Patient/\(patient.id)", resource: try form.shown(patient.json),
                score)
        }
        return try form.whole(writer.finish())
    }

    /// `POST /fhir/Patient/$member-match`: the identifier of the one patient who is the member.
    ///
    /// Spec: Da Vinci HRex 1.0 $member-match,
    /// https://hl7.org/fhir/us/davinci-hrex/STU1/OperationDefinition-member-match.html
    @Sendable private func memberMatch(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let type = try FHIROperation.memberMatch.type(context)
        let caller = context.caller
        let grant = try await gate.grant(Ask(.search, type), to: caller)
        _ = try await gate.grant(Ask(.search, "Coverage"), to: caller)
        let input = try await OperationInput(request, context)
        let form = try AnswerForm(request, input.fields)
        let wanted = try Self.person(input.resource("MemberPatient"), "MemberPatient")
        guard let coverage = input.resource("CoverageToMatch"),
            coverage.string("resourceType") == "Coverage"
        else {
            throw Problem(
                .required, "Send the Coverage of the member as the parameter CoverageToMatch.",
                location: "CoverageToMatch")
        }
        let found = try await store.similarPeople(
            grant, to: wanted, pointsMin: MatchScore.Grade.probable.pointsMin,
            countMax: Self.memberCountMax)
        var members: [(patient: StoredResource, coverage: JSON)] = []
        for (patient, _) in try await patients(found, caller) {
            if let own = try await self.coverage(of: patient.id, like: coverage, caller) {
                members.append((patient, own))
            }
        }
        guard members.count == 1, let member = members.first else {
            throw Problem(
                .processing,
                members.isEmpty
                    ? "No patient with such particulars has this coverage."
                    : "More than one patient with such particulars has this coverage.",
                location: "MemberPatient")
        }
        return try form.whole(try Self.parameters(member.patient, member.coverage))
    }

    /// The patients of a list as they are stored, as far as the caller may open them.
    private func patients(
        _ found: [SimilarPerson], _ caller: Caller
    ) async throws -> [(StoredResource, MatchScore)] {
        guard !found.isEmpty else { return [] }
        var query = SearchQuery(types: ["Patient"])
        query.criteria = [.ids(found.map(\.person.id))]
        query.countMax = found.count
        query.total = SearchTotal.none
        let stored = try await finder.all(query, caller: caller).matches
        return found.compactMap { one in
            stored.first { $0.id == one.person.id }.map { ($0, one.score) }
        }
    }

    /// A coverage of a patient with the same number as another one.
    private func coverage(
        of patientID: String, like wanted: JSON, _ caller: Caller
    ) async throws -> JSON? {
        var query = try finder.query(
            [FormFields.Field(name: "patient", value: "Patient/\(patientID)")], type: "Coverage",
            isStrict: true)
        query.countMax = 100
        query.total = SearchTotal.none
        for one in try await finder.all(query, caller: caller).matches {
            let json = try JSON.parse(one.json, limits: .any)
            if Self.areAlike(json, wanted) { return json }
        }
        return nil
    }

    private static func areAlike(_ a: JSON, _ b: JSON) -> Bool {
        if let mine = a.string("subscriberId"), !mine.isEmpty, mine == b.string("subscriberId") {
            return true
        }
        func identifiers(_ json: JSON) -> Set<String> {
            Set(
                json["identifier"]?.elements.compactMap { one in
                    one.string("value").map { "\(one.string("system") ?? "")|\($0)" }
                } ?? [])
        }
        return !identifiers(a).isDisjoint(with: identifiers(b))
    }

    private static func person(_ json: JSON?, _ name: String) throws(Problem) -> PersonLikeness {
        guard let json, json.string("resourceType") == "Patient" else {
            throw Problem(
                .required, "Send the Patient whom to look for as the parameter \(name).",
                location: name)
        }
        let wanted = PersonLikeness(Demographics.extract(patient: json))
        guard !wanted.family.isEmpty || !wanted.given.isEmpty else {
            throw Problem(
                .required, "The Patient has no name to look for.", location: "\(name).name")
        }
        return wanted
    }

    private static func parameters(
        _ patient: StoredResource, _ coverage: JSON
    ) throws -> [UInt8] {
        let json = try JSON.parse(patient.json, limits: .any)
        let own = json["identifier"]?.elements.first {
            $0.at("type", "coding", 0, "code")?.equals("MB") == true
        }
        let member = own ?? coverage["identifier"]?[0]
        var writer = JSONWriter()
        writer.object { parameters in
            parameters.member("resourceType", "Parameters")
            parameters.array("parameter") { list in
                list.object { one in
                    one.member("name", "MemberIdentifier")
                    if let member {
                        one.member("valueIdentifier", member)
                    } else {
                        one.object("valueIdentifier") {
                            $0.member("value", coverage.string("subscriberId") ?? patient.id)
                        }
                    }
                }
                list.object { one in
                    one.member("name", "MemberId")
                    one.object("valueReference") {
                        $0.member("reference", "Patient/\(patient.id)")
                    }
                }
            }
        }
        return writer.bytes
    }
}
