import Charting
import FHIRModel
import Testing

@Suite struct `Chart summary` {
    @Test func `a blood pressure is one pair and keeps the numbers as written`() throws {
        let chart = try ChartFixture(
            observation(
                "b", code: "55284-4", category: "vital-signs",
                """
                "component":[\(component("8462-4", "80.10")),\(component("8480-6", "120"))]
                """)
        ).chart()
        let points = chart.points("vitals", "85354-9")
        #expect(points.count == 1)
        #expect(points.first?.string("value") == "120")
        #expect(points.first?.string("value2") == "80.10")
        #expect(chart.at("vitals", 0, "kind")?.string == "pair")
        #expect(chart.at("vitals", 0, "unit")?.string == "mmHg")
    }

    @Test func `systolic and diastolic recorded apart at one time are joined`() throws {
        let chart = try ChartFixture(
            observation("s", code: "8480-6", category: "vital-signs", quantity("131", "mm[Hg]")),
            observation("d", code: "8462-4", category: "vital-signs", quantity("82", "mm[Hg]"))
        ).chart()
        let points = chart.points("vitals", "85354-9")
        #expect(points.map { $0.string("value") } == ["131"])
        #expect(points.map { $0.string("value2") } == ["82"])
    }

    @Test func `two units that do not turn into each other are two trends with keys of their own`()
        throws
    {
        let chart = try ChartFixture(
            observation("a", code: "29463-7", category: "vital-signs", quantity("80.0", "kg")),
            observation("b", code: "29463-7", category: "vital-signs", quantity("12", "[stone_av]"))
        ).chart()
        #expect(chart.texts("vitals", "unit") == ["kg", "[stone_av]"])
        #expect(Set(chart.texts("vitals", "key")).count == 2)
    }

    @Test(arguments: [
        ("laboratory", true), ("survey", false), ("social-history", false), ("imaging", false),
    ])
    func `only lab results are labs`(_ category: String, _ isLab: Bool) throws {
        let chart = try ChartFixture(
            observation("o", code: "2345-7", category: category, quantity("5.40", "mmol/L"))
        ).chart()
        #expect((chart["labs"]?.count == 1) == isLab)
        #expect(chart["vitals"]?.count == 0)
    }

    @Test func `a lab result keeps value, range, flag and panel`() throws {
        let chart = try ChartFixture(
            observation(
                "k", code: "2823-3", category: "laboratory",
                quantity("5.40", "mmol/L") + """
                    ,"referenceRange":[{"low":{"value":3.5},"high":{"value":5.10}}],
                    "interpretation":[{"coding":[{"code":"H"}]}]
                    """),
            """
            {"resourceType":"DiagnosticReport","id":"r","status":"final",
            "code":{"text":"Basic metabolic panel"},"result":[{"reference":"Observation/k"}]}
            """
        ).chart()
        let point = try #require(chart.points("labs", "2823-3").first)
        #expect(point.string("value") == "5.40")
        #expect(point.string("low") == "3.5" && point.string("high") == "5.10")
        #expect(point.string("interpretation") == "H")
        #expect(chart.at("labs", 0, "panel")?.string == "Basic metabolic panel")
        #expect(chart.at("labs", 0, "unit")?.string == "mmol/L")
    }

    @Test func `a result without category is a lab if a lab report lists it`() throws {
        let report = """
            {"resourceType":"DiagnosticReport","id":"r","status":"final","code":{"text":"Culture"},
            "result":[{"reference":"urn:uuid:o"}]}
            """
        let result = """
            {"resourceType":"Observation","id":"o","status":"final",
            "code":{"text":"Growth"},"valueString":"None"}
            """
        #expect(try ChartFixture(result).chart()["labs"]?.count == 0)
        #expect(try ChartFixture(result, report).chart()["labs"]?.count == 1)
    }

    @Test(
        arguments: [
            (#""valueString":"Cloudy""#, nil, "Cloudy"),
            (#""valueCodeableConcept":{"coding":[{"display":"Negative"}]}"#, nil, "Negative"),
            (#""valueInteger":7"#, "7", nil),
            (#""valueBoolean":true"#, nil, "Yes"),
            (#""valueQuantity":{"value":0.50,"comparator":"<","unit":"mg/L"}"#, "0.50", "<0.50"),
            (#""valueRange":{"low":{"value":3},"high":{"value":5,"unit":"/HPF"}}"#, nil, "3–5 "),
            (#""dataAbsentReason":{"text":"Hemolyzed"}"#, nil, "No result: Hemolyzed"),
        ] as [(String, String?, String?)])
    func `every kind of value is shown`(
        _ member: String, _ value: String?, _ text: String?
    ) throws {
        let chart = try ChartFixture(
            observation("o", code: "1-1", category: "laboratory", member)
        ).chart()
        let point = try #require(chart.points("labs", "1-1").first)
        #expect(point.string("value") == value)
        #expect(point.string("text") == text)
    }

    @Test func `words join the trend of numbers of the same measure`() throws {
        let chart = try ChartFixture(
            observation("a", code: "2823-3", category: "laboratory", quantity("4.1", "mmol/L")),
            observation("b", code: "2823-3", category: "laboratory", #""valueString":"Hemolyzed""#)
        ).chart()
        #expect(chart["labs"]?.count == 1)
        #expect(chart.points("labs", "2823-3").count == 2)
    }

    @Test func `points are oldest first and lists newest first`() throws {
        let chart = try ChartFixture(
            observation(
                "new", code: "8867-4", category: "vital-signs", at: "2026-01-02T00:00:00+02:00",
                quantity("70", "/min")),
            observation(
                "old", code: "8867-4", category: "vital-signs", at: "2026-01-01T23:00:00Z",
                quantity("71", "/min")),
            #"{"resourceType":"Encounter","id":"e1","period":{"start":"2020"}}"#,
            #"{"resourceType":"Encounter","id":"e2","period":{"start":"2021"}}"#,
            #"{"resourceType":"Encounter","id":"e3"}"#
        ).chart()
        #expect(chart.points("vitals", "8867-4").map { $0.string("id") } == ["new", "old"])
        #expect(chart.texts("encounters", "id") == ["e2", "e1", "e3"])
    }

    @Test func `what was entered in error is nowhere`() throws {
        let inError = #""verificationStatus":{"coding":[{"code":"entered-in-error"}]}"#
        let chart = try ChartFixture(
            #"{"resourceType":"Condition","id":"x",\#(inError),"code":{"text":"Gone"}}"#,
            #"{"resourceType":"AllergyIntolerance","id":"x",\#(inError),"code":{"text":"Gone"}}"#,
            #"{"resourceType":"Immunization","id":"x","status":"entered-in-error"}"#,
            #"{"resourceType":"MedicationRequest","id":"x","status":"entered-in-error"}"#,
            #"{"resourceType":"DocumentReference","id":"x","status":"entered-in-error"}"#,
            #"{"resourceType":"Encounter","id":"x","status":"entered-in-error"}"#,
            """
            {"resourceType":"Observation","id":"x","status":"entered-in-error",
            "category":[{"coding":[{"code":"vital-signs"}]}],"code":{"coding":[{"code":"8867-4"}]},
            "valueQuantity":{"value":1}}
            """
        ).chart()
        for list in [
            "problems", "medications", "allergies", "vitals", "labs", "immunizations", "encounters",
            "documents", "notes",
        ] {
            #expect(chart[list]?.count == 0, "\(list)")
        }
        #expect(chart.string("allergyStatus") == "not-asked")
    }

    @Test func `counts and truncated types are passed on`() throws {
        var fixture = ChartFixture()
        fixture.counts = ["Observation": 3_000, "Condition": 2]
        fixture.truncated = ["Observation"]
        let chart = try fixture.chart()
        #expect(chart.at("counts", "Observation")?.int == 3_000)
        #expect(chart.at("truncated", 0)?.string == "Observation")
        #expect(chart.string("openedAt") == "2026-11-21T10:00:00.000Z")
    }

    @Test func `a list beyond its limit is cut and says so`() throws {
        var fixture = ChartFixture()
        fixture.resources = (0...ChartSummary.listEntriesMax).map {
            #"{"resourceType":"Immunization","id":"i\#($0)","status":"completed"}"#
        }
        let chart = try fixture.chart()
        #expect(chart["immunizations"]?.count == ChartSummary.listEntriesMax)
        #expect(chart.at("truncated", 0)?.string == "Immunization")
    }

    @Test func `a long text is cut`() throws {
        let long = String(repeating: "ł", count: 5_000)
        let chart = try ChartFixture(
            #"{"resourceType":"Condition","id":"c","code":{"text":"\#(long)"}}"#
        ).chart()
        let text = try #require(chart.at("problems", 0, "text")?.string)
        #expect(text.count == ChartSummary.textCharactersMax)
    }

    private func quantity(_ value: String, _ unit: String) -> String {
        #""valueQuantity":{"value":\#(value),"unit":"\#(unit)"}"#
    }

    private func component(_ code: String, _ value: String) -> String {
        #"{"code":{"coding":[{"code":"\#(code)"}]},\#(quantity(value, "mm[Hg]"))}"#
    }

    private func observation(
        _ id: String, code: String, category: String, at time: String = "2026-01-01T10:00:00Z",
        _ members: String
    ) -> String {
        """
        {"resourceType":"Observation","id":"\(id)","status":"final",
        "category":[{"coding":[{"code":"\(category)"}]}],"effectiveDateTime":"\(time)",
        "code":{"coding":[{"system":"http://loinc.org","code":"\(code)"}]},\(members)}
        """
    }
}
