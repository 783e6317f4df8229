import FHIRModel
import FHIRSearch
import Testing

@Suite("Filter")
struct FilterTests {
    private let patient = #"""
        {"resourceType":"Patient","gender":"female","birthDate":"1974-12-25","active":true,
         "name":[{"family":"Begay","given":["Ann \"Annie\"","Lee"]}],
         "generalPractitioner":[{"reference":"Practitioner/7"}]}
        """#

    @Test func `comparisons are read with and, or, not and parentheses`() throws {
        for filter in [
            #"family eq "Begay""#, "given sw ann", "given co nni", "family ne Yazzie",
            "gender eq female and birthdate ge 1974-10-10",
            "gender eq male or family sw beg", "not (gender eq male)",
            "not(gender eq male) and (family eq Smith or active eq true)",
            "birthdate lt 1975 and birthdate gt 1974-12-24", "birthdate po 1974",
            "general-practitioner re Practitioner/7", "general-practitioner eq 7",
            "family ew GAY", "given ew nie", "deceased pr true", "death-date pr false",
            #"given eq "Ann \"Annie\"""#,
            "gender in http://hl7.org/fhir/ValueSet/administrative-gender",
            "gender eq http://hl7.org/fhir/administrative-gender|female",
        ] {
            #expect(try Searching.finds("_filter", filter, in: patient), "\(filter)")
        }
        for filter in [
            "family eq begay", "family ne Begay", "gender eq male", "birthdate sa 1975",
            "gender eq female and birthdate lt 1970", "not (family sw beg)", "death-date pr true",
            "family ew beg",
            "gender ni http://hl7.org/fhir/ValueSet/administrative-gender", "birthdate po 1980",
        ] {
            #expect(try !Searching.finds("_filter", filter, in: patient), "\(filter)")
        }
    }

    @Test func `and and or are taken from left to right`() throws {
        #expect(
            try !Searching.finds(
                "_filter", "gender eq female or active eq true and family eq Smith", in: patient))
    }

    @Test func `a chain and an id can be compared`() throws {
        let criterion = try Searching.criterion(
            "_filter", #"patient.name co "pet" and code eq http://loinc.org|1234-5"#,
            type: "Observation")
        guard case .all(let parts) = criterion,
            case .chain(_, "Patient", .parameter(let name)) = parts[0]
        else {
            Issue.record("no chain")
            return
        }
        #expect(name.modifier == .contains)
        guard case .ids(["7"]) = try Searching.criterion("_filter", "_id eq 7") else {
            Issue.record("no id")
            return
        }
    }

    @Test func `what stands in brackets holds for the same resource as what follows`() throws {
        let criterion = try Searching.criterion(
            "_filter",
            #"patient[gender eq female and birthdate lt 2000].family sw "be" or value-quantity gt 7||mm[Hg]"#,
            type: "Observation")
        guard case .any(let parts) = criterion,
            case .chain(_, "Patient", .all(let inner)) = parts[0],
            case .all(let filter) = inner[0], case .parameter(let family) = inner[1],
            case .parameter(let value) = parts[1], case .quantity(let quantity) = value.values[0]
        else {
            Issue.record("\(criterion)")
            return
        }
        #expect(filter.count == 2 && family.parameter.code == "family")
        #expect(quantity.code == "mm[Hg]")
        // Only practitioners, organizations and roles are referred to; one of them has a gender.
        let ways = try Searching.criterion(
            "_filter", "general-practitioner[gender eq male].family eq x")
        guard case .chain(_, "Practitioner", _) = ways else {
            Issue.record("\(ways)")
            return
        }
        let deep = String(repeating: "subject[subject[", count: 12) + "x"
        #expect(Searching.failure("_filter", deep, type: "Observation") != nil)
    }

    @Test func `what does not follow the grammar is an error`() {
        for filter in [
            "family", "family eq", "family is x", "(family eq x", "family eq x)", "not family eq x",
            "family eq \"x", "and family eq x", "family eq x and", "name[use eq x].family eq y",
            "gender gt x", "family gt x", "birthdate co 19", "gender sw fe", "gender pr maybe",
            "birthdate in http://x", "_lastUpdated eq x", "nothing eq x",
            "general-practitioner[name eq x] eq y", "general-practitioner[name eq x.family eq y",
            "general-practitioner[].family eq y", "general-practitioner[name eq x].gender",
            "general-practitioner[nothing eq x].gender eq male", "family[gender eq x].family eq y",
        ] {
            #expect(Searching.failure("_filter", filter) != nil, "\(filter)")
        }
    }

    @Test func `its size is limited`() {
        let long = Array(repeating: "gender eq x", count: 65).joined(separator: " or ")
        #expect(Searching.failure("_filter", long)?.code == .limit)
        let deep = String(repeating: "(", count: 5_000) + "gender eq x"
        #expect(Searching.failure("_filter", deep)?.code == .limit)
    }
}
