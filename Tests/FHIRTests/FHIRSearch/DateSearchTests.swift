import FHIRModel
import FHIRSearch
import Testing

@Suite("Search by date")
struct DateSearchTests {
    private func encounter(_ start: String?, _ end: String?) -> String {
        let parts = [("start", start), ("end", end)].compactMap { name, date in
            date.map { "\"\(name)\":\"\($0)\"" }
        }
        return #"{"resourceType":"Encounter","period":{\#(parts.joined(separator: ","))}}"#
    }

    private func observation(_ date: String) -> String {
        #"{"resourceType":"Observation","effectiveDateTime":"\#(date)"}"#
    }

    /// The prefixes under which a search finds a resource.
    private func prefixes(_ value: String, _ resource: String) throws -> [String] {
        try SearchPrefix.allCases.map(\.rawValue).filter {
            try Searching.finds("date", $0 + value, in: resource)
        }
    }

    @Test func `the examples of the standard hold`() throws {
        #expect(
            try Searching.finds("date", "eq2013-01-14", in: observation("2013-01-14T00:00:00Z")))
        #expect(try Searching.finds("date", "2013-01-14", in: observation("2013-01-14T10:00:00Z")))
        #expect(
            try !Searching.finds("date", "eq2013-01-14", in: observation("2013-01-15T00:00:00Z")))
        #expect(
            try Searching.finds("date", "ne2013-01-14", in: observation("2013-01-15T00:00:00Z")))
        #expect(
            try !Searching.finds("date", "ne2013-01-14", in: observation("2013-01-14T00:00:00Z")))
        #expect(
            try Searching.finds("date", "lt2013-01-14T10:00", in: observation("2013-01-14")))
        #expect(
            try !Searching.finds("date", "gt2013-01-14T10:00", in: observation("2013-01-13")))
        #expect(try Searching.finds("date", "gt2013-01-14T10:00Z", in: observation("2013-01-14")))
        #expect(try Searching.finds("date", "ge2013-03-14", in: encounter("2013-01-21", nil)))
        #expect(try Searching.finds("date", "le2013-03-14", in: encounter("2013-01-21", nil)))
        #expect(try Searching.finds("date", "sa2013-03-14", in: encounter("2013-03-15", nil)))
        #expect(try !Searching.finds("date", "sa2013-03-14", in: encounter("2013-01-21", nil)))
        #expect(try Searching.finds("date", "eb2013-03-14", in: encounter(nil, "2013-03-13")))
        #expect(try !Searching.finds("date", "eb2013-03-14", in: encounter("2013-01-21", nil)))
    }

    @Test func `a day stands to a day as the prefixes say`() throws {
        #expect(try prefixes("2020-05-10", observation("2020-05-10")) == ["eq", "ge", "le", "ap"])
        let before = try prefixes("2020-05-10", observation("2020-05-09"))
        #expect(before == ["ne", "lt", "le", "eb", "ap"])
        let after = try prefixes("2020-05-10", observation("2020-05-11"))
        #expect(after == ["ne", "gt", "ge", "sa", "ap"])
    }

    @Test func `a period around the day is not equal to it but reaches to both sides`() throws {
        let long = encounter("2020-05-01", "2020-05-31")
        #expect(try prefixes("2020-05-10", long) == ["ne", "gt", "lt", "ge", "le", "ap"])
        #expect(try Searching.finds("date", "2020-05", in: long))
        #expect(try Searching.finds("date", "2020", in: long))
        let open = encounter("2020-05-01", nil)
        #expect(try prefixes("2020-05-10", open) == ["ne", "gt", "lt", "ge", "le", "ap"])
    }

    @Test func `a month stands for all its days and a time for its second`() throws {
        #expect(try Searching.finds("date", "2020-02", in: observation("2020-02-29")))
        #expect(try !Searching.finds("date", "2020-02-29", in: observation("2020-02")))
        let exact = observation("2020-05-10T12:00:00-07:00")
        #expect(try Searching.finds("date", "2020-05-10T19:00:00Z", in: exact))
        #expect(try Searching.finds("date", "2020-05-10T12:00:00-07:00", in: exact))
        #expect(try Searching.finds("date", "2020-05-10T12:00-07:00", in: exact))
        #expect(try !Searching.finds("date", "2020-05-10T12:00:01-07:00", in: exact))
    }

    @Test func `a plus sign that became a space is still one`() throws {
        let east = observation("2020-05-10T12:00:00+02:00")
        #expect(try Searching.finds("date", "2020-05-10T12:00:00 02:00", in: east))
    }

    @Test func `about a date widens with the distance from now`() throws {
        #expect(try Searching.finds("date", "ap2006", in: observation("2008-01-01")))
        #expect(try !Searching.finds("date", "ap2006", in: observation("2010-01-01")))
        #expect(try !Searching.finds("date", "ap2026-11-20", in: observation("2026-11-10")))
    }

    @Test func `two criteria on one date make a range`() throws {
        let json = try Searching.json(observation("2020-05-10"))
        let query = try Searching.parser.query(
            type: "Observation", parameters: [("date", "ge2020-05-01"), ("date", "lt2020-06-01")])
        let entries = Searching.extractor.entries(of: json, type: "Observation")
        #expect(query.criteria.count == 2)
        #expect(query.criteria.allSatisfy { Searching.holds($0, entries, "Observation") })
    }

    @Test func `schedules are found by their outer limits`() throws {
        let order = #"""
            {"resourceType":"ServiceRequest","occurrenceTiming":{"event":["2020-05-03","2020-05-01"],
              "repeat":{"boundsPeriod":{"start":"2020-05-02","end":"2020-05-09"}}}}
            """#
        #expect(try Searching.finds("occurrence", "ge2020-05-09", in: order))
        #expect(try Searching.finds("occurrence", "lt2020-05-02", in: order))
        #expect(try !Searching.finds("occurrence", "lt2020-05-01", in: order))
        #expect(try Searching.finds("occurrence", "2020-05", in: order))
    }

    @Test func `US Core finds dates in extensions and in choices`() throws {
        let condition = #"""
            {"resourceType":"Condition","onsetPeriod":{"start":"2020-01-01"},"extension":[{
              "url":"http://hl7.org/fhir/StructureDefinition/condition-assertedDate",
              "valueDateTime":"2020-02-03"}]}
            """#
        #expect(try Searching.finds("asserted-date", "2020-02-03", in: condition))
        #expect(try Searching.finds("onset-date", "gt2020-06-01", in: condition))
        let goal = #"{"resourceType":"Goal","target":[{"dueDate":"2020-07-01"}]}"#
        #expect(try Searching.finds("target-date", "le2020-07-01", in: goal))
        let patient = #"{"resourceType":"Patient","deceasedDateTime":"2020-07-01"}"#
        #expect(try Searching.finds("death-date", "2020", in: patient))
        #expect(try Searching.finds("deceased", "true", in: patient))
    }

    @Test func `what is no date or prefix is an error`() {
        for value in ["yesterday", "2020-13", "xx2020-01-01", "2020-01-01T25:00", "eq", "gt"] {
            #expect(
                Searching.failure("birthdate", value, isStrict: false)?.code == .value, "\(value)")
        }
    }
}
