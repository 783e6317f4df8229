import AccessControl
import FHIRModel
import TestKit
import Testing

/// Vital signs from the page to the record (FEATURES CHT-11, ORD-13).
@Suite struct `Vitals routes` {
    private static let path = "/api/v1/observations/vitals"
    private static let set = """
        {"patientId":"kai","takenAt":"2026-03-02T08:00:00-07:00",\
        "bloodPressures":[{"systolic":"164","diastolic":"84","position":"sitting"}],\
        "values":[{"kind":"heart-rate","value":"72"},\
        {"kind":"temperature","value":"98.0","unit":"[degF]"},\
        {"kind":"oxygen-saturation","value":"87"},{"kind":"oxygen-flow","value":"2"},\
        {"kind":"weight","value":"158","unit":"[lb_av]"},\
        {"kind":"height","value":"68","unit":"[in_i]"}]}
        """

    private func asNurse(
        _ body: @escaping @Sendable (TestBox, ServedBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.put(
                try MatrixRecords.json(
                    #"{"resourceType":"Patient","id":"kai","birthDate":"1980-05-01"}"#))
            try await test.add("nurse", [.nurse])
            try await body(test, served, try await served.signedIn("nurse"))
        }
    }

    @Test func `a set becomes Observations of the US Core profiles, with what they raise`()
        async throws
    {
        try await asNurse { _, _, nurse in
            let saved = try await nurse.send("POST", Self.path, Self.set)
            #expect(saved.status == 201)
            #expect(saved.json?["items"]?.count == 7)
            let found = try await nurse.get(
                "/fhir/Observation?patient=kai&category=vital-signs&_count=20")
            let all = try #require(found.json?["entry"]).elements.compactMap { $0["resource"] }
            func one(_ code: String) -> JSON? {
                all.first { $0.at("code", "coding", 0, "code")?.string == code }
            }
            #expect(all.count == 7)
            let pressure = one("85354-9")
            #expect(
                pressure?.at("meta", "profile", 0)?.string
                    == "http://hl7.org/fhir/us/core/StructureDefinition/us-core-blood-pressure")
            #expect(pressure?.at("interpretation", 0, "coding", 0, "code")?.string == "H")
            #expect(pressure?.at("component", 0, "valueQuantity", "code")?.string == "mm[Hg]")
            #expect(pressure?["effectiveDateTime"]?.string == "2026-03-02T08:00:00-07:00")
            let heat = one("8310-5")
            #expect(heat?.at("valueQuantity", "value")?.numberText == "98.0")
            let oxygen = one("59408-5")
            #expect(oxygen?.at("interpretation", 0, "coding", 0, "code")?.string == "LL")
            #expect(oxygen?.at("component", 0, "code", "coding", 0, "code")?.string == "3151-8")
            let index = one("39156-5")
            #expect(index?.at("valueQuantity", "value")?.numberText == "24")
            #expect(index?["derivedFrom"]?.count == 2)
        }
    }

    @Test func `every measure that a page can send keeps the rules of its profile`() async throws {
        try await asNurse { _, _, nurse in
            let values = [
                "heart-rate": "72", "respiratory-rate": "16", "temperature": "98.6",
                "oxygen-saturation": "97", "oxygen-flow": "2", "weight": "80", "height": "180",
                "head-circumference": "56", "pain": "3",
            ].map { #"{"kind":"\#($0)","value":"\#($1)"}"# }
            let body =
                #"{"patientId":"kai","bloodPressures":["#
                + #"{"systolic":"120","diastolic":"80","position":"lying"}],"values":["#
                + values.joined(separator: ",")
                + #"],"confirmed":["head-circumference"]}"#
            let saved = try await nurse.send("POST", Self.path, body)
            #expect(saved.status == 201, "\(saved.text)")
            let ids = saved.json?["items"]?.elements.compactMap { $0.string("id") } ?? []
            #expect(ids.count == 10)
            for id in ids {
                let answer = try await nurse.get("/fhir/Observation/\(id)/$validate")
                let errors = answer.json?["issue"]?.elements.filter {
                    $0.string("severity") == "error"
                }
                #expect(answer.status == 200 && errors?.isEmpty == true, "\(answer.text)")
            }
        }
    }

    @Test func `sent again with the same key, nothing is doubled`() async throws {
        try await asNurse { _, _, nurse in
            let key = ["Idempotency-Key": "4b1c9a3e-0000-4000-8000-000000000001"]
            let first = try await nurse.send("POST", Self.path, Self.set, key)
            let again = try await nurse.send("POST", Self.path, Self.set, key)
            #expect(first.status == 201 && again.status == 201)
            #expect(
                first.json?.at("items", 0, "id")?.string == again.json?.at("items", 0, "id")?.string
            )
            let found = try await nurse.get("/fhir/Observation?patient=kai&_summary=count")
            #expect(found.json?["total"]?.int == 7)
        }
    }

    @Test func `an unlikely number is kept only once it is confirmed`() async throws {
        try await asNurse { _, _, nurse in
            func send(_ rest: String) async throws -> BoxAnswer {
                try await nurse.send(
                    "POST", Self.path,
                    #"{"patientId":"kai","values":[{"kind":"heart-rate","value":"26"}]\#(rest)}"#)
            }
            let first = try await send("")
            #expect(first.status == 422)
            #expect(first.json?.at("error", "details", 0, "location")?.string == "heart-rate")
            let answer1 = try await send(#","confirmed":["heart-rate"]"#)
            #expect(answer1.status == 201)
        }
    }

    @Test(arguments: [
        (#"{"kind":"heart-rate","value":"400"}"#, "heart-rate"),
        (#"{"kind":"temperature","value":"37","unit":"[degF]"}"#, "temperature"),
        (#"{"kind":"pain","value":"11"}"#, "pain"), (#"{"kind":"pain","value":"4.5"}"#, "pain"),
        (#"{"kind":"weight","value":"70","unit":"stone"}"#, "weight"),
        (#"{"kind":"weight","value":"7O"}"#, "weight"),
        (#"{"kind":"body-mass-index","value":"24"}"#, "values.kind"),
        (#"{"kind":"oxygen-flow","value":"2"}"#, "oxygen-saturation"),
    ])
    func `what cannot be is refused at its field and nothing is kept`(
        _ value: String, _ place: String
    ) async throws {
        try await asNurse { _, _, nurse in
            let answer = try await nurse.send(
                "POST", Self.path,
                #"{"patientId":"kai","values":[{"kind":"height","value":"170"},\#(value)]}"#)
            #expect(answer.status == 400)
            #expect(answer.json?.at("error", "details", 0, "location")?.string == place)
            let found = try await nurse.get("/fhir/Observation?patient=kai&_summary=count")
            #expect(found.json?["total"]?.int == 0)
        }
    }

    @Test func `a time to come, a pressure upside down and an empty set are refused`() async throws
    {
        try await asNurse { _, _, nurse in
            for body in [
                #"{"patientId":"kai","takenAt":"2099-01-01T00:00:00Z","values":[{"kind":"pain","value":"1"}]}"#,
                #"{"patientId":"kai","takenAt":"2020","values":[{"kind":"pain","value":"1"}]}"#,
                #"{"patientId":"kai","bloodPressures":[{"systolic":"80","diastolic":"120"}]}"#,
                #"{"patientId":"kai"}"#,
            ] {
                let answer2 = try await nurse.send("POST", Self.path, body)
                #expect(answer2.status == 400)
            }
            let stranger = #"{"patientId":"nobody","values":[{"kind":"pain","value":"1"}]}"#
            let answer3 = try await nurse.send("POST", Self.path, stranger)
            #expect(answer3.status == 404)
        }
    }

    @Test func `the front desk writes no vitals, and the limits follow the age`() async throws {
        try await asNurse { test, served, nurse in
            try await test.add("desk", [.frontDesk])
            let desk = try await served.signedIn("desk")
            let answer4 = try await desk.send("POST", Self.path, Self.set)
            #expect(answer4.status == 403)
            try await test.put(
                try MatrixRecords.json(
                    #"{"resourceType":"Patient","id":"small","birthDate":"2025-12-01"}"#))
            func high(_ id: String) async throws -> String? {
                try await nurse.get("/api/v1/vitals/\(id)/rules").json?["kinds"]?.elements
                    .first { $0.string("key") == "heart-rate" }?.at("units", 0, "high")?.numberText
            }
            let answer5 = try await high("kai")
            #expect(answer5 == "120")
            let answer6 = try await high("small")
            #expect(answer6 == "180")
        }
    }

    @Test func `the alerts of a grown-up are those of ORD-13, in each unit`() async throws {
        try await asNurse { _, _, nurse in
            let rules = try #require(try await nurse.get("/api/v1/vitals/kai/rules").json)
            func limits(_ key: String, _ unit: Int = 0) -> [String?] {
                let kind = rules["kinds"]?.elements.first { $0.string("key") == key }
                return ["criticalLow", "low", "high", "criticalHigh"].map {
                    kind?["units"]?[unit]?[$0]?.numberText
                }
            }
            #expect(limits("systolic") == ["80", "90", "160", "200"])
            #expect(limits("diastolic") == ["50", "60", "100", "120"])
            #expect(limits("heart-rate") == ["40", "50", "120", "150"])
            #expect(limits("respiratory-rate") == ["8", "10", "30", "40"])
            #expect(limits("temperature") == ["95", "96.8", "100.4", "104"])
            #expect(limits("temperature", 1) == ["35", "36", "38", "40"])
            #expect(limits("oxygen-saturation") == ["88", "92", nil, nil])
            #expect(limits("body-mass-index") == [nil, "18.5", "30", nil])
        }
    }
}

/// Trends of a measure that was written in several units.
@Suite struct `Trend units` {
    private func weight(_ id: String, _ day: String, _ value: String, _ unit: String) -> String {
        """
        {"resourceType":"Observation","id":"\(id)","status":"final",\
        "category":[{"coding":[{"code":"vital-signs"}]}],\
        "code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},\
        "effectiveDateTime":"\(day)","valueQuantity":{"value":\(value),"unit":"\(unit)"}}
        """
    }

    @Test func `go by the unit of the newest value, in one plot`() throws {
        let chart = try ChartFixture(
            weight("a", "2024-01-01", "70", "kg"), weight("b", "2025-01-01", "158.5", "[lb_av]"),
            weight("c", "2024-06-01", "71.25", "kg")
        ).chart()
        #expect(chart["vitals"]?.count == 1)
        #expect(chart.at("vitals", 0, "unit")?.string == "lb")
        let values = chart.points("vitals", "29463-7").map { $0["value"]?.string }
        #expect(values == ["154.3", "157.1", "158.5"])
    }

    @Test func `units that nothing is known of keep plots of their own`() throws {
        let chart = try ChartFixture(
            weight("a", "2024-01-01", "11", "stone"), weight("b", "2025-01-01", "70", "kg")
        ).chart()
        #expect(chart["vitals"]?.count == 2)
    }
}
