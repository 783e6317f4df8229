import FHIRModel
import FHIRSearch
import Kernel
import Testing

@Suite("Reading a search")
struct SearchParserTests {
    private func query(
        _ type: String?, _ parameters: [(String, String)], isStrict: Bool = true
    ) throws -> SearchQuery {
        try Searching.parser.query(
            type: type, parameters: parameters.map { (name: $0.0, value: $0.1) },
            isStrict: isStrict)
    }

    @Test func `what steers the answer is no criterion`() throws {
        let query = try query(
            "Observation",
            [
                ("_count", "20"), ("_total", "accurate"), ("_sort", "-date,_lastUpdated"),
                ("_include", "Observation:subject:Patient"), ("_revinclude", "Provenance:target"),
                ("_include:iterate", "Patient:organization"), ("_include", "*"),
                ("_summary", "true"), ("_elements", "id,code"), ("_format", "json"),
                ("_pretty", "true"), ("_contained", "false"),
            ])
        #expect(query.criteria.isEmpty && query.ignored.isEmpty && query.applied.count == 12)
        #expect(query.countMax == 20 && query.total == .accurate)
        #expect(
            query.sort == [
                SearchSort(parameter: "date", isDescending: true),
                SearchSort(parameter: "_lastUpdated"),
            ])
        #expect(
            query.includes == [
                SearchInclude(
                    isReverse: false, sourceType: "Observation", parameter: "subject",
                    targetType: "Patient"),
                SearchInclude(isReverse: true, sourceType: "Provenance", parameter: "target"),
                SearchInclude(
                    isReverse: false, isIterate: true, sourceType: "Patient",
                    parameter: "organization"),
                SearchInclude(isReverse: false, sourceType: nil, parameter: nil),
            ])
        #expect(try self.query("Patient", [("_summary", "count")]).countMax == 0)
        #expect(try self.query("Patient", [("_count", "0")]).countMax == 0)
    }

    @Test func `a wrong value of what steers the answer is an error`() {
        for (name, value) in [
            ("_count", "-1"), ("_count", "ten"), ("_count", "99999999999"), ("_total", "maybe"),
            ("_sort", "nothing"), ("_sort", "-"), ("_include", "Observation"),
            ("_include", "Observation:code"), ("_include", "Nothing:subject"),
            ("_include", "Patient:organization:Patient"), ("_revinclude", "*"),
            ("_lastUpdated", "soon"), ("_list", "a b"), ("_list", "$current-problem"),
        ] {
            let failure = Searching.failure(name, value, isStrict: false)
            #expect(failure != nil && failure?.parameter == name, "\(name)=\(value)")
        }
    }

    @Test func `an unknown parameter is an error for a strict search and named otherwise`() throws {
        #expect(Searching.failure("shoe-size", "44")?.code == .unknownParameter)
        #expect(Searching.failure("_text", "pain")?.code == .notSupported)
        // Left out, it would find more than was asked for.
        #expect(Searching.failure("gender", "", isStrict: false)?.code == .value)
        #expect(Searching.failure("_query", "x", type: "Location")?.code == .notSupported)
        let query = try query(
            "Patient", [("shoe-size", "44"), ("family", "Begay"), ("_text", "x")],
            isStrict: false)
        #expect(query.criteria.count == 1)
        #expect(query.applied == [AppliedParameter(name: "family", value: "Begay")])
        #expect(query.ignored.map(\.name) == ["shoe-size", "_text"])
        #expect(query.ignored.allSatisfy { !$0.error.message.contains("44") })
    }

    @Test func `a wrong modifier is always an error`() {
        for name in [
            "family:text", "gender:exact", "birthdate:contains", "family:odd",
            "general-practitioner:Patient", "general-practitioner:exact", "_id:exact",
        ] {
            let failure = Searching.failure(name, "x", isStrict: false)
            #expect(failure?.code == .modifier, "\(name)")
        }
    }

    @Test func `ids, lists and times of change are criteria of their own`() throws {
        guard case .ids(let ids) = try Searching.criterion("_id", "a,b") else {
            Issue.record("no ids")
            return
        }
        #expect(ids == ["a", "b"])
        guard
            case .lastUpdated(let dates) = try Searching.criterion("_lastUpdated", "gt2020,lt2010")
        else {
            Issue.record("no times")
            return
        }
        #expect(dates.map(\.prefix) == [.gt, .lt])
        guard case .listed("42") = try Searching.criterion("_list", "42") else {
            Issue.record("no list")
            return
        }
    }

    @Test func `a chain names the type it leads to`() throws {
        let criterion = try Searching.criterion(
            "subject:Patient.name", "peter", type: "DiagnosticReport")
        guard case .chain(let reference, "Patient", .parameter(let inner)) = criterion else {
            Issue.record("no chain")
            return
        }
        #expect(reference.type == "DiagnosticReport" && reference.parameter.code == "subject")
        #expect(inner.type == "Patient" && inner.values == [.string("peter")])
    }

    @Test func `a chain without type goes every way that has the parameter`() throws {
        guard
            case .any(let ways) = try Searching.criterion(
                "subject.name", "peter", type: "DiagnosticReport")
        else {
            Issue.record("not several ways")
            return
        }
        let targets = ways.map { way in
            if case .chain(_, let target, _) = way { target } else { "" }
        }
        #expect(targets == ["Patient", "Location"])
        let single = try Searching.criterion("patient.birthdate", "2000", type: "Observation")
        guard case .chain(_, "Patient", _) = single else {
            Issue.record("not one way")
            return
        }
    }

    @Test func `chains and reverse chains nest`() throws {
        let criterion = try Searching.criterion(
            "patient._has:Group:member:_id", "102", type: "Encounter")
        guard case .chain(_, "Patient", .has(let member, .ids(["102"]))) = criterion else {
            Issue.record("no reverse chain in the chain")
            return
        }
        #expect(member.type == "Group")
        let nested = try Searching.criterion(
            "_has:Observation:patient:_has:AuditEvent:entity:agent:Practitioner", "7")
        guard case .has(_, .has(let entity, .parameter(let agent))) = nested else {
            Issue.record("no nested reverse chain")
            return
        }
        #expect(entity.type == "AuditEvent")
        #expect(
            agent.values == [.reference(.local(types: ["Practitioner"], id: "7", version: nil))])
        let practitioner = try Searching.criterion(
            "practitioner.identifier", "http://hl7.org/fhir/sid/us-npi|1", type: "PractitionerRole")
        guard case .chain(_, "Practitioner", _) = practitioner else {
            Issue.record("no chain to the practitioner")
            return
        }
    }

    @Test func `a chain that leads nowhere says so`() {
        for (name, type) in [
            ("subject:Patient.shoe-size", "Observation"), ("subject.shoe-size", "Observation"),
            ("code.name", "Observation"), ("subject:Practitioner.name", "Observation"),
            ("_has:Observation", "Patient"), ("_has:Nothing:patient:code", "Patient"),
            ("_has:Observation:code:code", "Patient"), ("_has:Practitioner:name:x", "Patient"),
            ("_has:Observation:performer:code", "Location"), ("subject.", "Observation"),
            (".name", "Observation"),
        ] {
            #expect(Searching.failure(name, "x", type: type) != nil, "\(type)?\(name)")
        }
    }

    @Test func `a search of the system asks every type alike`() throws {
        let query = try query(nil, [("_type", "Patient,Practitioner"), ("name", "ann")])
        #expect(query.types == ["Patient", "Practitioner"])
        guard case .any(let each) = query.criteria[0] else {
            Issue.record("not each type")
            return
        }
        #expect(each.count == 2)
        #expect(
            try self.query(nil, [("_id", "7")]).types.count == Definitions.r4.resourceTypes.count)
        #expect(Searching.failure("_type", "Patient,Nothing", type: nil)?.code == .value)
        #expect(Searching.failure("name", "ann", type: nil)?.code == .unknownParameter)
        #expect(Searching.failure("_type", "Patient")?.code == .unknownParameter)
    }

    @Test func `a compartment limits types and is a criterion`() throws {
        let all = try Searching.parser.query(
            type: nil, parameters: [], compartment: (type: "Patient", id: "7"))
        #expect(all.types.contains("Observation") && all.types.contains("Patient"))
        #expect(!all.types.contains("Medication"))
        guard case .compartment("Patient", id: "7") = all.criteria.first else {
            Issue.record("no compartment")
            return
        }
    }

    @Test func `every limit is kept and named`() {
        var limits = SearchLimits()
        limits.valuesPerParameterMax = 2
        limits.chainStepsMax = 2
        limits.sortKeysMax = 1
        limits.nameBytesMax = 60
        limits.valueBytesMax = 40
        limits.chainWaysMax = 20
        limits.includesMax = 0
        let parser = SearchParser(limits: limits, nowMs: 0)
        for (name, value, type) in [
            ("gender", "a,b,c", "Patient"), ("_sort", "name,gender", "Patient"),
            ("part-of.part-of.part-of.code", "x", "Observation"),
            (String(repeating: "x", count: 61), "x", "Patient"),
            ("gender", String(repeating: "x", count: 41), "Patient"),
            ("target._id", "x", "Provenance"), ("_include", "Patient:organization", "Patient"),
            ("_has:Encounter:patient:_has:Encounter:part-of:part-of.status", "x", "Patient"),
        ] {
            let failure = Searching.failure(name, value, type: type, isStrict: false, parser)
            #expect(failure?.code == .limit, "\(name): \(failure?.message ?? "taken")")
            #expect(failure?.message.contains { $0.isNumber } == true)
        }
        let many = [(name: String, value: String)](repeating: ("gender", "x"), count: 65)
        #expect(throws: SearchError.self) {
            try Searching.parser.query(type: "Patient", parameters: many)
        }
    }

    @Test func `an error becomes a problem that names the parameter`() throws {
        let failure = try #require(Searching.failure("birthdate", "Smith"))
        #expect(failure.problem.location == "birthdate" && failure.problem.code == .value)
        #expect(!failure.message.contains("Smith"))
        #expect(Searching.failure("shoe-size", "44")?.problem.code == .invalid)
        #expect(Searching.failure("family:odd", "x")?.problem.code == .invalid)
        #expect(Searching.failure("na\u{7}me\nx", "y")?.parameter == "(odd name)")
    }

    @Test func `every search of US Core is read`() throws {
        for (type, sets) in Self.usCore {
            for set in sets.split(separator: ";") {
                let parameters = set.split(separator: "+").map { code in
                    (String(code), Self.value(String(code), type))
                }
                #expect(throws: Never.self, "\(type) \(set)") { try query(type, parameters) }
            }
        }
    }

    private static func value(_ code: String, _ type: String) -> String {
        let last = code.split(separator: ".").last.map(String.init) ?? code
        let owner = code.contains(".") ? "Practitioner" : type
        switch Definitions.r4.searchParameter(last, for: owner)?.type {
        case .date: return "ge2020-01-01T00:00:00-07:00"
        case .reference: return "7"
        default: return "http://loinc.org|7"
        }
    }

    private static let usCore = [
        "Patient":
            "_id;identifier;name;birthdate+name;gender+name;birthdate+family;death-date+family",
        "CarePlan": "patient+category+status+date",
        "CareTeam": "patient+status;patient+role",
        "Condition": "patient+category+clinical-status;patient+recorded-date;patient+asserted-date;"
            + "patient+onset-date;patient+abatement-date;patient+category+encounter",
        "Device": "patient+type;patient+status",
        "DiagnosticReport": "patient+category+date;patient+code+date;patient+status",
        "DocumentReference": "patient+type+period;patient+category+date;_id;patient+status",
        "Encounter": "patient+location;class+patient;patient+discharge-disposition;date+patient",
        "Goal": "patient+target-date;patient+description;patient+lifecycle-status",
        "Immunization": "patient+date;patient+status",
        "Location": "name;address;address-city;address-state;address-postalcode",
        "MedicationDispense": "patient+status+type",
        "MedicationRequest":
            "patient+intent+status;patient+intent+encounter;patient+intent+authoredon",
        "Observation": "patient+category+date;patient+code+date;patient+category+status",
        "PractitionerRole": "specialty;practitioner;practitioner.identifier;practitioner.name",
        "Procedure": "patient+code+date;patient+status",
        "QuestionnaireResponse": "patient+questionnaire;patient+authored;patient+status",
        "ServiceRequest": "patient+category+authored;patient+code+authored;patient+status",
        "Coverage": "patient", "RelatedPerson": "patient+name", "Specimen": "patient;_id",
    ]
}
