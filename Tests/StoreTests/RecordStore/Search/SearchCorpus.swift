import AccessControl
import FHIRModel
import FHIRSearch
import RecordStore
import TestKit

/// An invented clinic of many kinds of records, the same for the same seed.
struct SearchCorpus {
    private var random: SeededRandom
    private(set) var resources: [JSON] = []
    private let patientCount: Int

    init(seed: UInt64, patients: Int = 8, each: Int = 12) throws {
        random = SeededRandom(seed: seed)
        patientCount = patients
        for number in 0..<3 {
            try add(
                #"{"resourceType":"Practitioner","id":"d\#(number)","identifier":[{"system":"#
                    + #""http://hl7.org/fhir/sid/us-npi","value":"123456789\#(number)"}],"name":[{"#
                    + #""family":"Hale\#(number)","given":["Ina"]}]}"#)
            try add(
                #"{"resourceType":"Organization","id":"o\#(number)","name":"Clinic \#(number)""#
                    + #","alias":["Cedar Fork \#(number)"],"active":\#(number == 1)}"#)
        }
        var people = People(seed: seed)
        for number in 0..<patients {
            var person = people.next()
            person.id = "p\(number)"
            try resources.append(person.json())
        }
        for number in 0..<patients * each { try addRecord(number) }
    }

    private mutating func add(_ text: String) throws {
        resources.append(try JSON.parse(Array(text.utf8)))
    }

    private mutating func addRecord(_ number: Int) throws {
        let patient = "p\(random.below(patientCount))"
        switch random.below(7) {
        case 0, 1: try addObservation("x\(number)", of: patient)
        case 2: try addCondition("x\(number)", of: patient)
        case 3: try addEncounter("x\(number)", of: patient)
        case 4: try addRisk("x\(number)", of: patient)
        case 5: try addAppointment("x\(number)", of: patient)
        default: try addProvenance("x\(number)", of: patient)
        }
    }

    private mutating func meta() -> String {
        guard random.isChance(percent: 25) else { return "" }
        let label = random.pick(["SUD", "BH", "BLOOD-QUANTUM", "TRADITIONAL-MEDICINE"])
        return #","meta":{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-"#
            + #"ActCode","code":"\#(label)"}]}"#
    }

    private mutating func day() -> String {
        let month = 1 + random.below(12)
        let day = 1 + random.below(28)
        let date = "202\(random.below(5))-\(month < 10 ? "0" : "")\(month)"
        switch random.below(4) {
        case 0: return date
        case 1: return "\(date)-\(day < 10 ? "0" : "")\(day)T0\(random.below(10)):30:00Z"
        default: return "\(date)-\(day < 10 ? "0" : "")\(day)"
        }
    }

    private mutating func concept() -> String {
        let code = random.pick(["8480-6", "8462-4", "29463-7", "Abc-1", "abc-1"])
        let system = random.pick(["http://loinc.org", "http://snomed.info/sct", "urn:oid:1.2.3"])
        switch random.below(5) {
        case 0: return #"{"text":"Weight of the \#(code)"}"#
        case 1: return #"{"coding":[{"code":"\#(code)"}],"text":"Cough"}"#
        default:
            return
                #"{"coding":[{"system":"\#(system)","code":"\#(code)","display":"Body \#(code)"}"#
                + #",{"system":"\#(system)","code":"second"}]}"#
        }
    }

    private mutating func quantity() -> String {
        let unit = random.pick(["kg", "g", "mg", "mm[Hg]", "cm"])
        let value = "\(random.below(200)).\(random.below(10))"
        return #"{"value":\#(value),"unit":"\#(unit)","system":"http://unitsofmeasure.org","#
            + #""code":"\#(unit)"}"#
    }

    private mutating func addObservation(_ id: String, of patient: String) throws {
        let status = random.pick(["final", "preliminary", "amended"])
        var text = #"{"resourceType":"Observation","id":"\#(id)"\#(meta()),"status":"\#(status)","#
        text += #""code":\#(concept()),"subject":{"reference":"Patient/\#(patient)"}"#
        if random.isChance(percent: 60) {
            text += #","category":[\#(concept())]"#
        }
        if random.isChance(percent: 80) { text += #","effectiveDateTime":"\#(day())""# }
        switch random.below(4) {
        case 0: text += #","valueQuantity":\#(quantity())"#
        case 1: text += #","valueString":"\#(random.pick(["Red", "Blue mesa", "red sky"]))""#
        case 2: text += #","valueCodeableConcept":\#(concept())"#
        default:
            text +=
                #","component":[{"code":\#(concept()),"valueQuantity":\#(quantity())},"#
                + #"{"code":\#(concept()),"valueQuantity":\#(quantity())}]"#
        }
        if random.isChance(percent: 50) {
            text +=
                #","performer":[{"reference":"Practitioner/d\#(random.below(3))"},"#
                + #"{"identifier":{"system":"urn:x","value":"P\#(random.below(3))"}}]"#
        }
        try add(text + "}")
    }

    private mutating func addCondition(_ id: String, of patient: String) throws {
        var text = #"{"resourceType":"Condition","id":"\#(id)"\#(meta()),"code":\#(concept()),"#
        text += #""subject":{"reference":"Patient/\#(patient)"},"identifier":[{"type":{"coding":[{"#
        text +=
            #""system":"urn:types","code":"MR"}]},"system":"urn:n","value":"N\#(random.below(9))"#
        text += #""}],"clinicalStatus":{"coding":[{"system":"http://terminology.hl7.org/CodeSystem"#
        text += #"/condition-clinical","code":"\#(random.pick(["active", "resolved"]))"}]}"#
        if random.isChance(percent: 50) { text += #","onsetDateTime":"\#(day())""# }
        if random.isChance(percent: 50) {
            text += #","onsetPeriod":{"start":"\#(day())"}"#
        }
        try add(text + "}")
    }

    private mutating func addEncounter(_ id: String, of patient: String) throws {
        try add(
            #"{"resourceType":"Encounter","id":"\#(id)"\#(meta()),"status":"finished","class":{"#
                + #""system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"AMB"},"#
                + #""subject":{"reference":"Patient/\#(patient)"},"period":{"start":"\#(day())"},"#
                + #""length":\#(quantity()),"type":[\#(concept())],"serviceProvider":{"reference":"#
                + #""Organization/o\#(random.below(3))"}}"#)
    }

    private mutating func addRisk(_ id: String, of patient: String) throws {
        try add(
            #"{"resourceType":"RiskAssessment","id":"\#(id)"\#(meta()),"status":"final","subject":"#
                + #"{"reference":"Patient/\#(patient)"},"prediction":[{"probabilityDecimal":0."#
                + #"\#(random.below(10))\#(random.below(10))}],"condition":{"reference":"#
                + #""Condition/x\#(random.below(60))"}}"#)
    }

    private mutating func addAppointment(_ id: String, of patient: String) throws {
        try add(
            #"{"resourceType":"Appointment","id":"\#(id)","status":"booked","participant":[{"actor":"#
                + #"{"reference":"Patient/\#(patient)"},"status":"accepted"},{"actor":{"reference":"#
                + #""Patient/p\#(random.below(patientCount))"},"status":"accepted"}]}"#)
    }

    private mutating func addProvenance(_ id: String, of patient: String) throws {
        try add(
            #"{"resourceType":"Provenance","id":"\#(id)"\#(meta()),"target":[{"reference":"Patient/"#
                + #"\#(patient)"},{"reference":"Observation/x\#(random.below(60))"},{"reference":"#
                + #""Condition/x\#(random.below(60))"}],"recorded":"2024-01-0\#(1 + random.below(9))"#
                + #"T00:00:00Z","agent":[{"who":{"reference":"Practitioner/d\#(random.below(3))"}}]}"#
        )
    }

    /// The types of the corpus.
    static let types = [
        "Patient", "Practitioner", "Organization", "Observation", "Condition", "Encounter",
        "RiskAssessment", "Appointment", "Provenance",
    ]
}

extension Caller {
    /// What the caller may search.
    func searchGrants(_ type: String = "Patient") throws -> SearchGrants {
        SearchGrants(try grant(.search, type)) { other in try? self.grant(.search, other) }
    }
}

extension SearchCriterion {
    /// A parameter of the standard or of US Core.
    static func of(
        _ type: String, _ code: String, _ modifier: SearchModifier? = nil, _ values: SearchValue...
    ) -> SearchCriterion {
        guard let parameter = Definitions.r4.searchParameter(code, for: type) else {
            return .any([])
        }
        return .parameter(
            ParameterCriterion(
                type: type, parameter: parameter, modifier: modifier, values: values))
    }
}

extension SearchValue {
    static func code(_ code: String, system: TokenValue.System = .any) -> SearchValue {
        .token(TokenValue(system: system, code: code))
    }

    static func patient(_ id: String) -> SearchValue {
        .reference(.local(types: ["Patient"], id: id, version: nil))
    }
}

extension RecordStore {
    /// Stores resources in one transaction.
    func putAll(_ resources: [JSON]) async throws {
        let changes = try resources.map { json in
            let (type, id) = (json.string("resourceType") ?? "", json.string("id") ?? "")
            let grant = try Callers.machine.grant(.update, type, id: id)
            return Change(grant, .update, type: type, id: id, json: json)
        }
        _ = try await change(changes)
    }

    /// The ids of everything that a search finds, page by page.
    func found(
        _ type: String, _ criteria: SearchCriterion..., sort: [SearchSort] = [],
        count: Int = 50, by caller: Caller = Callers.machine
    ) async throws -> [String] {
        var query = SearchQuery(types: [type])
        query.criteria = criteria
        query.sort = sort
        query.countMax = count
        var ids: [String] = []
        var cursor: String?
        repeat {
            let page = try await search(try caller.searchGrants(type), query, cursor: cursor)
            ids += page.matches.map(\.id)
            cursor = page.next
        } while cursor != nil
        return ids
    }
}
