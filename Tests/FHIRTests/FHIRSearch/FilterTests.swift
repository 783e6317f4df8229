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
            "deceased pr true", "death-date pr false", #"given eq "Ann \"Annie\"""#,
            "gender in http://hl7.org/fhir/ValueSet/administrative-gender",
            "gender eq http://hl7.org/fhir/administrative-gender|female",
        ] {
            #expect(try Searching.finds("_filter", filter, in: patient), "\(filter)")
        }
        for filter in [
            "family eq begay", "family ne Begay", "gender eq male", "birthdate sa 1975",
            "gender eq female and birthdate lt 1970", "not (family sw beg)", "death-date pr true",
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

    @Test func `what does not follow the grammar is an error`() {
        for filter in [
            "family", "family eq", "family is x", "(family eq x", "family eq x)", "not family eq x",
            "family eq \"x", "and family eq x", "family eq x and", "name[use eq x].family eq y",
            "gender gt x", "family gt x", "birthdate co 19", "gender sw fe", "gender pr maybe",
            "birthdate in http://x", "_lastUpdated eq x", "family ew y", "nothing eq x",
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
