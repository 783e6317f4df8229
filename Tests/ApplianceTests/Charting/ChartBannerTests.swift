import Charting
import FHIRModel
import Testing

@Suite struct `Chart banner` {
    @Test func `the usual name leads and the others are kept`() throws {
        let banner = try banner(
            """
            "name":[{"use":"official","family":"Łitsogii","given":["Nizhóní"]},
            {"use":"usual","family":"Łitsogii","given":["Nina"]},
            {"use":"maiden","family":"Yázhí"}]
            """)
        #expect(banner.string("name") == "Łitsogii, Nina")
        let others = banner["otherNames"].map { $0.elements.map(\.string) }
        #expect(others == ["Łitsogii, Nizhóní", "Yázhí (maiden)"])
    }

    @Test func `the number of social security is never shown`() throws {
        let patient = """
            "identifier":[{"type":{"coding":[{"code":"SS"}]},"value":"999-66-1111"},
            {"system":"http://hl7.org/fhir/sid/us-ssn","value":"999662222"},
            {"type":{"coding":[{"code":"MR"}]},"value":"M-7"}]
            """
        let banner = try banner(patient)
        #expect(banner.string("mrn") == "M-7")
        let values = banner["identifiers"].map { $0.elements.map { $0.string("value") } }
        #expect(values == ["on file", "on file", "M-7"])
        let text = String(decoding: banner.canonicalBytes(), as: UTF8.self)
        #expect(!text.contains("1111") && !text.contains("2222"))
    }

    @Test func `a patient without medical record number has none`() throws {
        let banner = try banner(#""identifier":[{"value":"abc"}]"#)
        #expect(banner["mrn"]?.isNull == true)
    }

    @Test func `tribe, enrollment, race, languages and birth sex are read`() throws {
        let core = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
        let banner = try banner(
            """
            "gender":"other","extension":[
            {"url":"\(core)tribal-affiliation","extension":[
            {"url":"tribalAffiliation","valueCodeableConcept":{"text":"Hopi Tribe"}},
            {"url":"isEnrolled","valueBoolean":false}]},
            {"url":"\(core)tribal-affiliation","extension":[
            {"url":"tribalAffiliation","valueCodeableConcept":{"text":"Navajo Nation"}}]},
            {"url":"\(core)race","extension":[{"url":"text","valueString":"American Indian"}]},
            {"url":"\(core)birthsex","valueCode":"F"}],
            "communication":[{"language":{"text":"English"}},
            {"language":{"coding":[{"code":"hop","display":"Hopi"}]},"preferred":true}]
            """)
        #expect(banner.texts("tribalAffiliations", "tribe") == ["Hopi Tribe", "Navajo Nation"])
        #expect(banner.at("tribalAffiliations", 0, "isEnrolled")?.bool == false)
        #expect(banner.at("tribalAffiliations", 1, "isEnrolled")?.isNull == true)
        #expect(banner.string("race") == "American Indian")
        #expect(banner.string("sex") == "female" && banner.string("gender") == "other")
        #expect(banner["languages"].map { $0.elements.map(\.string) } == ["Hopi", "English"])
    }

    @Test func `a marital status is told in words`() throws {
        let banner = try banner(#""maritalStatus":{"coding":[{"code":"W"}],"text":"W"}"#)
        #expect(banner.string("maritalStatus") == "Widowed")
    }

    @Test func `an address is one line and old ones are left out`() throws {
        let banner = try banner(
            """
            "address":[{"use":"old","city":"Gone"},{"line":["1 Road","Box 2"],
            "city":"Cedar Landing","state":"MT","postalCode":"00101"}]
            """)
        #expect(
            banner["addresses"].map { $0.elements.map(\.string) }
                == ["1 Road, Box 2, Cedar Landing, MT 00101"])
    }

    @Test func `a demo patient is marked by the tag alone`() throws {
        #expect(try banner(#""active":true"#)["isDemo"]?.bool == false)
        let tag = #""meta":{"tag":[{"system":"urn:tribal-ehr:tag","code":"demo"}]}"#
        #expect(try banner(tag)["isDemo"]?.bool == true)
    }

    @Test func `a dead patient has the age at death`() throws {
        let banner = try banner(
            #""birthDate":"1940-05-01","deceasedDateTime":"2019-03-12T01:00:00Z""#)
        #expect(banner.string("ageText") == "died 12-Mar-2019 at 78 y")
        #expect(banner["isDeceased"]?.bool == true)
        let undated = try self.banner(#""deceasedBoolean":true"#)
        #expect(undated.string("ageText") == "died, date not known")
        #expect(undated["isDeceased"]?.bool == true)
    }

    @Test(
        arguments: [
            ("2026-11-21", "0 days"), ("2026-11-20", "1 day"), ("2026-11-08", "13 days"),
            ("2026-11-07", "2 weeks"), ("2026-08-23", "12 weeks"), ("2026-08-22", "2 months"),
            ("2025-11-22", "11 months"), ("2024-11-22", "23 months"), ("2024-11-21", "2 y"),
            ("1980-02-25", "46 y"), ("1980-11-22", "45 y"), ("1980", "about 46 y"),
            ("1980-12", "45 y"), ("2027-01-01", nil), ("nonsense", nil),
        ] as [(String, String?)])
    func `an age is told in the unit that fits`(_ birthDate: String, _ age: String?) {
        let today = CalendarDay(year: 2026, month: 11, day: 21)
        #expect(AgeText.text(birthDate: birthDate, on: today) == age)
    }

    @Test func `a month is complete on the last day of a shorter month`() {
        let day = CalendarDay(year: 2026, month: 6, day: 30)
        #expect(AgeText.text(birthDate: "2025-12-31", on: day) == "6 months")
        let leap = CalendarDay(year: 2025, month: 2, day: 28)
        #expect(AgeText.text(birthDate: "2000-02-29", on: leap) == "25 y")
    }

    @Test func `a day in a zone is counted from UTC`() {
        #expect(CalendarDay(ms: 0) == CalendarDay(year: 1970, month: 1, day: 1))
        #expect(
            CalendarDay(ms: 0, offsetMinutes: -420) == CalendarDay(year: 1969, month: 12, day: 31))
        #expect(CalendarDay(ms: -86_400_000) == CalendarDay(year: 1969, month: 12, day: 31))
    }

    private func banner(_ members: String) throws -> JSON {
        let chart = try ChartFixture(
            patient: #"{"resourceType":"Patient","id":"p",\#(members)}"#
        ).chart()
        return try #require(chart["patient"])
    }
}
