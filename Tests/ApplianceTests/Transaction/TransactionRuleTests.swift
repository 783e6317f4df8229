import AccessControl
import FHIRModel
import TestKit
import Testing

/// Conditions, patches and reads inside of transactions.
@Suite struct `Transaction rules` {
    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, ServedBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            try await body(test, served, try await served.signedIn("doctor"))
        }
    }

    private typealias Texts = BundleTexts

    private static func condition(
        _ value: String, of patient: String = "Patient/own", id: String? = nil
    ) -> String {
        let name = id.map { #""id":"\#($0)","# } ?? ""
        return #"{"resourceType":"Condition",\#(name)"identifier":[{"system":"urn:s","#
            + #""value":"\#(value)"}],"subject":{"reference":"\#(patient)"}}"#
    }

    private static func statuses(_ answer: BoxAnswer) -> [String] {
        answer.json?["entry"]?.elements.map {
            String($0.at("response", "status")?.string?.prefix(3) ?? "")
        } ?? []
    }

    private static func transaction(_ entries: String...) -> String {
        Texts.bundle("transaction", entries)
    }

    @Test func `deletions come first and reads come last, answers in the order sent`()
        async throws
    {
        try await atTheBox { test, _, doctor in
            try await test.put(MatrixRecords.json(Self.condition("1", id: "old")))
            let answer = try await doctor.send(
                "POST", "/fhir",
                Self.transaction(
                    Texts.entry("GET", "Condition?identifier=urn:s%7C1"),
                    Texts.entry("PATCH", "Condition/cough", Texts.patch),
                    Texts.entry(
                        "POST", "Condition", Self.condition("1"),
                        more: #","ifNoneExist":"identifier=urn:s|1""#),
                    Texts.entry("DELETE", "Condition?identifier=urn:s%7C1"),
                    Texts.entry("GET", "Condition/cough")))
            #expect(answer.status == 200)
            #expect(Self.statuses(answer) == ["200", "200", "201", "204", "200"])
            let json = try #require(answer.json)
            #expect(json.at("entry", 0, "resource", "total")?.int == 1)
            #expect(json.at("entry", 4, "resource", "code", "text")?.string == "Asthma")
            #expect(try await doctor.get("/fhir/Condition/old").status == 410)
        }
    }

    @Test func `references by search find what is there or what comes along`() async throws {
        try await atTheBox { test, _, doctor in
            try await test.put(
                MatrixRecords.json(
                    #"{"resourceType":"Patient","id":"ada","identifier":[{"system":"urn:m","#
                        + #""value":"7"}]}"#))
            let answer = try await doctor.send(
                "POST", "/fhir",
                Self.transaction(
                    Texts.entry(
                        "POST", "Condition",
                        Self.condition("1", of: "Patient?identifier=urn:m|7")),
                    Texts.entry(
                        "POST", "Condition", Self.condition("2", of: "Patient?_id=other")),
                    Texts.entry(
                        "POST", "Condition",
                        Self.condition("3", of: "Patient?identifier=urn:m|8")),
                    Texts.entry(
                        "POST", "Patient",
                        #"{"resourceType":"Patient","identifier":[{"system":"urn:m","#
                            + #""value":"8"}]}"#)))
            #expect(answer.status == 200, "\(answer.text)")
            var subjects: [String?] = []
            for number in 1...3 {
                let page = try await doctor.get("/fhir/Condition?identifier=urn:s%7C\(number)")
                subjects.append(
                    page.json?.at("entry", 0, "resource", "subject", "reference")?.string)
            }
            #expect(subjects[0] == "Patient/ada" && subjects[1] == "Patient/other")
            #expect(subjects[2]?.hasPrefix("Patient/0") == true)
        }
    }

    @Test func `people beside the patient are made once, too`() async throws {
        try await atTheBox { _, _, doctor in
            let mother =
                #"{"resourceType":"RelatedPerson","identifier":[{"system":"urn:r","#
                + #""value":"1"}],"patient":{"reference":"Patient/own"}}"#
            for (query, status) in [
                ("urn:r|1", "201"), ("urn:r|1", "200"), ("1", "200"), ("urn:r%7C1", "200"),
            ] {
                let answer = try await doctor.send(
                    "POST", "/fhir",
                    Self.transaction(
                        Texts.entry(
                            "POST", "RelatedPerson", mother,
                            more: #","ifNoneExist":"identifier=\#(query)""#)))
                #expect(Self.statuses(answer) == [status], "\(query) \(answer.text)")
            }
        }
    }

    @Test func `what finds too much, too little or the same twice undoes all`() async throws {
        try await atTheBox { test, _, doctor in
            for id in ["one", "two"] {
                try await test.put(MatrixRecords.json(Self.condition("1", id: id)))
            }
            try await test.put(MatrixRecords.json(Self.condition("2", id: "three")))
            let good = Texts.entry("POST", "Condition", Self.condition("9"))
            let one = "Condition?identifier=urn:s%7C1"
            let three = "Condition?identifier=urn:s%7C2"
            let none = "Condition?identifier=urn:s%7C5"
            for (bad, status) in [
                (Texts.entry("PUT", one, Self.condition("1")), 412),
                (Texts.entry("DELETE", one), 412),
                (Texts.entry("PATCH", one, Texts.patch), 412),
                (Texts.entry("PATCH", none, Texts.patch), 404),
                (
                    Texts.entry(
                        "POST", "Condition", Self.condition("1"),
                        more: #","ifNoneExist":"identifier=urn:s|1""#), 412
                ),
                (Texts.entry("PUT", three, Self.condition("2", id: "x")), 400),
                (Texts.entry("PUT", none, Self.condition("5", id: "one")), 409),
                (
                    Texts.entry(
                        "PUT", three, Self.condition("2"), more: #","ifMatch":"W/\"4\"""#), 412
                ),
                (Texts.entry("PUT", "Condition?color=blue", Self.condition("2")), 400),
                (Texts.entry("PATCH", "Condition/three", #"{"resourceType":"Basic"}"#), 400),
                (
                    Texts.entry(
                        "POST", "Condition", Self.condition("8", of: "Patient?_id=none")), 404
                ),
                (Texts.entry("GET", "Condition?_count=x"), 400),
                (Texts.entry("POST", "Patient", Self.condition("8")), 400),
                (Texts.entry("PUT", "Condition/three/_history/1", Self.condition("2")), 400),
            ] {
                let answer = try await doctor.send("POST", "/fhir", Self.transaction(good, bad))
                // A search is read once all is done, and tells its own failure.
                if bad.contains("GET") {
                    #expect(Self.statuses(answer).last == "400")
                    continue
                }
                #expect(answer.status == status, "\(bad) \(answer.status)")
                #expect(answer.text.contains("Bundle.entry[1]"), "\(answer.text)")
            }
            let twice = try await doctor.send(
                "POST", "/fhir",
                Self.transaction(
                    Texts.entry("PUT", three, Self.condition("2")),
                    Texts.entry("DELETE", "Condition/three")))
            #expect(twice.status == 409)
            let page = try await doctor.get("/fhir/Condition?identifier=urn:s%7C9&_summary=count")
            #expect(page.json?["total"]?.int == 1)
        }
    }

    @Test func `two creations under one condition make one record`() async throws {
        try await atTheBox { _, _, doctor in
            let urn = "urn:uuid:6f1f4f0e-6d5c-4a4e-9d3e-0a5c4b1f2d3e"
            let unless = #","ifNoneExist":"identifier=urn:m|7""#
            let patient =
                #"{"resourceType":"Patient","identifier":[{"system":"urn:m","value":"7"}]}"#
            let answer = try await doctor.send(
                "POST", "/fhir",
                Self.transaction(
                    Texts.entry("POST", "Patient", patient, more: unless),
                    Texts.entry("POST", "Patient", patient, more: unless, fullURL: urn),
                    Texts.entry("POST", "Condition", Self.condition("1", of: urn))))
            #expect(answer.status == 200)
            let json = try #require(answer.json)
            let places = (0..<2).map {
                json.at("entry", .index($0), "response", "location")?.string
            }
            #expect(places[0] != nil && places[0] == places[1])
            let page = try await doctor.get("/fhir/Patient?identifier=urn:m%7C7")
            #expect(page.json?["total"]?.int == 1)
            let id = page.json?.at("entry", 0, "resource", "id")?.string ?? ""
            let conditions = try await doctor.get("/fhir/Condition?patient=\(id)")
            #expect(conditions.json?["total"]?.int == 1)
            let again = try await doctor.send(
                "POST", "/fhir",
                Self.transaction(
                    Texts.entry("POST", "Patient", patient, more: unless),
                    Texts.entry("POST", "Patient", patient, more: unless, fullURL: urn),
                    Texts.entry("POST", "Condition", Self.condition("2", of: urn))))
            #expect(Self.statuses(again) == ["200", "200", "201"], "\(again.text)")
        }
    }

    @Test func `of twenty equal transactions at once one makes the records`() async throws {
        try await atTheBox { test, served, doctor in
            let token = try await test.token("doctor", "user/*.cruds")
            let urn = "urn:uuid:6f1f4f0e-6d5c-4a4e-9d3e-0a5c4b1f2d3e"
            let body = Self.transaction(
                Texts.entry(
                    "POST", "Patient",
                    #"{"resourceType":"Patient","identifier":[{"system":"urn:m","value":"7"}]}"#,
                    more: #","ifNoneExist":"identifier=urn:m|7""#, fullURL: urn),
                Texts.entry(
                    "PUT", "Condition?identifier=urn:s%7C1", Self.condition("1", of: urn)))
            let statuses = try await withThrowingTaskGroup(of: [String].self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        let visitor = try await served.bearer(token)
                        return Self.statuses(try await visitor.send("POST", "/fhir", body))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == ["201", "201"] }.count == 1)
            #expect(statuses.filter { $0 == ["200", "200"] }.count == 19)
            for path in ["Patient?identifier=urn:m%7C7", "Condition?identifier=urn:s%7C1"] {
                let page = try await doctor.get("/fhir/\(path)")
                #expect(page.json?["total"]?.int == 1, "\(path)")
            }
        }
    }

    @Test func `the same transaction with the same key answers the same, conditions and all`()
        async throws
    {
        try await atTheBox { _, _, doctor in
            let body = Self.transaction(
                Texts.entry(
                    "POST", "Condition", Self.condition("1"),
                    more: #","ifNoneExist":"identifier=urn:s|1""#),
                Texts.entry("POST", "Condition", Self.condition("2")),
                Texts.entry("DELETE", "Condition?identifier=urn:s%7C3"),
                Texts.entry("PATCH", "Condition/cough", Texts.patch))
            let key = ["Idempotency-Key": "0123456789-abcdef"]
            let one = try await doctor.send("POST", "/fhir", body, key)
            let two = try await doctor.send("POST", "/fhir", body, key)
            #expect(Self.statuses(one) == ["201", "201", "204", "200"])
            #expect(one.body == two.body)
        }
    }

    @Test func `a read that is not allowed stops all before anything is done`() async throws {
        try await atTheBox { test, served, _ in
            try await test.add("lab", [.lab])
            let lab = try await served.signedIn("lab")
            let answer = try await lab.send(
                "POST", "/fhir",
                Self.transaction(
                    Texts.entry("POST", "Condition", Self.condition("1")),
                    Texts.entry("GET", "Claim/none")))
            #expect(answer.status == 403 && answer.text.contains("Bundle.entry[1]"))
            let page = try await lab.get("/fhir/Condition?identifier=urn:s%7C1")
            #expect(page.json?["total"]?.int == 0)
        }
    }
}
