import AccessControl
import Charting
import FHIRModel
import TestKit
import Testing

/// Changing who somebody is, and patients whom nobody knows (FEATURES CHT-02, CHT-05).
@Suite struct `Demographics` {
    private func path(_ id: String, _ step: String) -> String {
        "/api/v1/patients/\(id)/registration/\(step)"
    }

    @Test func `a change keeps what the form does not know, and who comes second is told`()
        async throws
    {
        try await Desk.asRegistrar { test, _, registrar in
            try await test.put(
                try MatrixRecords.json(
                    """
                    {"resourceType":"Patient","id":"kai","birthDate":"1980-05-01","gender":"male",\
                    "identifier":[{"system":"urn:x","value":"7"}],"name":[{"family":"Begay"}],\
                    "extension":[{"url":"urn:y","valueString":"stays"}],\
                    "generalPractitioner":[{"display":"Dr. X"}]}
                    """))
            let body = Desk.person("Begaye", "Kai", "1980-05-02")
            let first = try await registrar.send(
                "PUT", path("kai", "identity"), body, ["If-Match": "\"1\""])
            #expect(first.status == 200, "\(first.text)")
            let late = try await registrar.send(
                "PUT", path("kai", "tribal"), Desk.tribal, ["If-Match": "\"1\""])
            #expect(late.status == 412)
            let now = try #require(try await registrar.get("/fhir/Patient/kai").json)
            #expect(now.at("name", 0, "family")?.string == "Begaye")
            #expect(now.at("identifier", 0, "value")?.string == "7")
            #expect(now.at("extension", 0, "valueString")?.string == "stays")
            #expect(now.at("generalPractitioner", 0, "display")?.string == "Dr. X")
            let history = try await registrar.get("/fhir/Patient/kai/_history")
            #expect(history.json?["entry"]?.count == 2)
        }
    }

    @Test func `eligibility and community have a history that nobody overwrites`() async throws {
        try await Desk.asRegistrar { _, _, registrar in
            let id = try await Desk.register(registrar, Desk.identity)
            for (version, body) in [
                (1, #"{"eligibility":"P","eligibilityReasons":["no-proof"],"community":"A"}"#),
                (2, #"{"eligibility":"C","eligibilityReasons":["enrolled"],"community":"B"}"#),
                (3, #"{"eligibility":"C","eligibilityReasons":["enrolled"],"community":"B"}"#),
            ] {
                let saved = try await registrar.send(
                    "PUT", path(id, "tribal"), body, ["If-Match": "\"\(version)\""])
                #expect(saved.status == 200, "\(saved.text)")
            }
            let shown = try await registrar.get("/api/v1/patients/\(id)/registration")
            let history = shown.json?["eligibilityHistory"]
            #expect(history?.elements.compactMap { $0.string("status") } == ["C", "P"])
            #expect(
                shown.json?["communityHistory"]?.elements.compactMap { $0.string("name") } == [
                    "B", "A",
                ])
        }
    }

    @Test func `contacts and coverage are changed, added and ended in one transaction`()
        async throws
    {
        try await Desk.asRegistrar { _, _, registrar in
            let id = try await Desk.register(registrar, Desk.identity)
            let two = """
                {"contacts":[{"given":"Ann","relationship":"MTH","phone":"928 555 0001"},\
                {"given":"Bob","relationship":"FTH"}]}
                """
            let added = try await registrar.send(
                "PUT", path(id, "contact"), two, ["If-Match": "\"1\""])
            let ann = try #require(
                added.json?.at("steps", "contact", "contacts")?.elements.first {
                    $0.string("given") == "Ann"
                }?.string("id"))
            let kept = try await registrar.send(
                "PUT", path(id, "contact"),
                #"{"contacts":[{"id":"\#(ann)","given":"Anna","relationship":"MTH"}]}"#,
                ["If-Match": "\"2\""])
            #expect(kept.json?.at("steps", "contact", "contacts")?.count == 1, "\(kept.text)")
            let ended = try await registrar.get("/fhir/RelatedPerson?patient=\(id)&active=false")
            #expect(ended.json?["total"]?.int ?? ended.json?["entry"]?.count == 1)
            let cover = try await registrar.send(
                "PUT", path(id, "coverage"), Desk.coverage, ["If-Match": "\"3\""])
            #expect(cover.json?.at("steps", "coverage", "coverages")?.count == 1)
            let none = try await registrar.send(
                "PUT", path(id, "coverage"), #"{"coverages":[]}"#, ["If-Match": "\"4\""])
            #expect(none.json?.at("steps", "coverage", "coverages")?.count == 0)
            let coverage = try await registrar.get("/fhir/Coverage?patient=\(id)&status=cancelled")
            #expect(coverage.json?["entry"]?.count == 1)
        }
    }

    @Test func `a contact of another patient is refused`() async throws {
        try await Desk.asRegistrar { test, _, registrar in
            let one = try await Desk.register(registrar, Desk.person("Aaa", "Ann", "1950-01-01"))
            let two = try await Desk.register(registrar, Desk.person("Zzz", "Bea", "1999-02-02"))
            let saved = try await registrar.send(
                "PUT", path(one, "contact"), #"{"contacts":[{"given":"C","relationship":"MTH"}]}"#,
                ["If-Match": "\"1\""])
            let id = saved.json?.at("steps", "contact", "contacts", 0, "id")?.string ?? ""
            let stolen = try await registrar.send(
                "PUT", path(two, "contact"),
                #"{"contacts":[{"id":"\#(id)","given":"C","relationship":"MTH"}]}"#,
                ["If-Match": "\"1\""])
            #expect(stolen.status == 400)
        }
    }

    @Test func `somebody unknown is there at once, and gets a lasting number with a name`()
        async throws
    {
        try await Desk.asRegistrar { _, _, registrar in
            let key = ["Idempotency-Key": "4b1c9a3e-0000-4000-8000-000000000003"]
            let body = #"{"sex":"male","ageYears":"40"}"#
            let made = try await registrar.send("POST", "/api/v1/patients/temporary", body, key)
            let again = try await registrar.send("POST", "/api/v1/patients/temporary", body, key)
            #expect(made.status == 201, "\(made.text)")
            let id = try #require(made.json?.string("id"))
            #expect(again.json?.string("id") == id)
            #expect(made.json?.string("name") == "Unknown, Male")
            #expect(made.json?.string("mrn")?.hasPrefix("TEMP-") == true)
            let named = try await registrar.send(
                "PUT", path(id, "identity"), Desk.person("Lone", "Ray", "1985-01-01"),
                ["If-Match": "\"1\""])
            #expect(RecordNumber.isSound(named.json?.string("mrn") ?? ""))
            #expect(named.json?["isTemporary"]?.bool == false)
            let old = try await registrar.send(
                "POST", "/api/v1/patients/search",
                #"{"q":"\#(made.json?.string("mrn") ?? "")"}"#)
            #expect(old.json?["total"]?.int == 1)
        }
    }
}

/// Two records of one person (FEATURES CHT-05).
@Suite struct `Merging` {
    private let reason = #""reason":"Same card, same mother""#

    @Test func `a merge keeps both charts, leads to the other one, and can be taken back`()
        async throws
    {
        try await Desk.asRegistrar { test, served, registrar in
            let old = try await Desk.register(registrar, Desk.person("Aaa", "Ann", "1950-01-01"))
            let kept = try await Desk.register(registrar, Desk.person("Zzz", "Bea", "1999-02-02"))
            try await test.put(
                try MatrixRecords.json(
                    """
                    {"resourceType":"Encounter","id":"visit","status":"finished",\
                    "class":{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode",\
                    "code":"AMB"},"subject":{"reference":"Patient/\(old)"}}
                    """))
            let merged = try await registrar.send(
                "POST", "/api/v1/patients/\(old)/merge", #"{"into":"\#(kept)",\#(reason)}"#)
            #expect(merged.status == 200, "\(merged.text)")
            let source = try #require(try await registrar.get("/fhir/Patient/\(old)").json)
            #expect(source["active"]?.bool == false)
            #expect(source.at("link", 0, "type")?.string == "replaced-by")
            #expect(source.at("link", 0, "other", "reference")?.string == "Patient/\(kept)")
            let found = try await registrar.send(
                "POST", "/api/v1/patients/search", #"{"q":"Aaa"}"#)
            #expect(found.json?.at("items", 0, "mergedInto")?.string == kept)
            let visits = try await registrar.get("/fhir/Encounter?patient=\(kept)&_summary=count")
            #expect(visits.json?["total"]?.int == 0)
            let shut = try await registrar.send(
                "PUT", "/api/v1/patients/\(old)/registration/identity", Desk.identity,
                ["If-Match": "\"2\""])
            #expect(shut.status == 409)
            try await test.add("nurse", [.nurse])
            let nurse = try await served.signedIn("nurse")
            let closed = try await nurse.send(
                "POST", "/api/v1/observations/vitals",
                #"{"patientId":"\#(old)","values":[{"kind":"pain","value":"1"}]}"#)
            #expect(closed.status == 409)
            let chart = try await nurse.get("/api/v1/patients/\(old)/chart")
            #expect(chart.json?.at("patient", "mergedInto")?.string == kept)
            let used = try await nurse.get("/api/v1/patients/\(kept)/chart")
            #expect(used.json?.at("patient", "replaces", 0)?.string == old)
            let apart = try await registrar.send(
                "POST", "/api/v1/patients/\(old)/unmerge", "{\(reason)}")
            #expect(apart.status == 200, "\(apart.text)")
            for id in [old, kept] {
                let shown = try #require(
                    try await registrar.get("/api/v1/patients/\(id)/registration").json)
                #expect(shown["mergedInto"] == nil && shown["replaces"]?.count == 0)
                #expect(
                    shown["merges"]?.elements.compactMap { $0.string("act") } == [
                        "unmerged", "merged",
                    ])
                #expect(shown.at("merges", 0, "by")?.string == "Person desk")
                let patient = try await registrar.get("/fhir/Patient/\(id)")
                #expect(patient.json?["active"]?.bool == true)
                #expect(patient.json?["link"] == nil)
            }
        }
    }

    @Test func `what makes no sense is refused and changes neither`() async throws {
        try await Desk.asRegistrar { _, _, registrar in
            let a = try await Desk.register(registrar, Desk.person("Aaa", "Ann", "1950-01-01"))
            let b = try await Desk.register(registrar, Desk.person("Zzz", "Bea", "1999-02-02"))
            let c = try await Desk.register(registrar, Desk.person("Mmm", "Cai", "1970-03-03"))
            func merge(_ one: String, _ other: String, _ more: String) async throws -> Int {
                try await registrar.send(
                    "POST", "/api/v1/patients/\(one)/merge", #"{"into":"\#(other)",\#(more)}"#
                ).status
            }
            #expect(try await merge(a, a, reason) == 400)
            #expect(try await merge(a, "none", reason) == 404)
            #expect(try await merge(a, b, #""reason":"short""#) == 400)
            #expect(try await merge(a, b, reason) == 200)
            #expect(try await merge(a, c, reason) == 409)
            #expect(try await merge(c, a, reason) == 409)
            let apart = try await registrar.send(
                "POST", "/api/v1/patients/\(c)/unmerge", "{\(reason)}")
            #expect(apart.status == 409)
        }
    }

    @Test func `two merges of one record at once leave one`() async throws {
        try await Desk.asRegistrar { _, served, registrar in
            let other = try await served.signedIn("desk")
            let a = try await Desk.register(registrar, Desk.person("Aaa", "Ann", "1950-01-01"))
            let b = try await Desk.register(registrar, Desk.person("Zzz", "Bea", "1999-02-02"))
            let c = try await Desk.register(registrar, Desk.person("Mmm", "Cai", "1970-03-03"))
            let path = "/api/v1/patients/\(a)/merge"
            async let one = registrar.send("POST", path, #"{"into":"\#(b)",\#(reason)}"#)
            async let two = other.send("POST", path, #"{"into":"\#(c)",\#(reason)}"#)
            let answers = try await [one.status, two.status].sorted()
            #expect(answers == [200, 409])
        }
    }
}

/// Record numbers with a check digit (FEATURES DB-07).
@Suite struct `Record numbers` {
    @Test func `every wrong digit and every two neighbours that were swapped are found`() {
        for number in stride(from: 1, through: 999_999, by: 9_973) {
            let text = RecordNumber.text(number)
            #expect(text.utf8.count == 11 && RecordNumber.isSound(text))
            let bytes = Array(text.utf8)
            for place in 4..<11 {
                for digit in UInt8(0x30)...0x39 where digit != bytes[place] {
                    var wrong = bytes
                    wrong[place] = digit
                    #expect(!RecordNumber.isSound(String(decoding: wrong, as: UTF8.self)))
                }
                guard place < 10, bytes[place] != bytes[place + 1] else { continue }
                var swapped = bytes
                swapped.swapAt(place, place + 1)
                #expect(!RecordNumber.isSound(String(decoding: swapped, as: UTF8.self)))
            }
        }
    }

    @Test func `a search for a number with a slip says so`() async throws {
        try await Desk.asRegistrar { _, _, registrar in
            let id = try await Desk.register(registrar, Desk.identity)
            let mrn =
                try await registrar.get("/api/v1/patients/\(id)/registration").json?
                .string("mrn") ?? ""
            let right = try await registrar.send(
                "POST", "/api/v1/patients/search", #"{"q":"\#(mrn)"}"#)
            #expect(right.json?["total"]?.int == 1)
            let slip = String(mrn.dropLast()) + (mrn.hasSuffix("0") ? "1" : "0")
            let wrong = try await registrar.send(
                "POST", "/api/v1/patients/search", #"{"q":"\#(slip)"}"#)
            #expect(wrong.status == 400)
        }
    }
}
