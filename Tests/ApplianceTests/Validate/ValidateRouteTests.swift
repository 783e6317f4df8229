import AccessControl
import Assembly
import FHIRAPI
import FHIRModel
import RecordStore
import TestKit
import Testing

/// Asking what is wrong, over the wire.
@Suite struct `Validate routes` {
    private static let weight =
        "http://hl7.org/fhir/us/core/StructureDefinition/us-core-body-weight"
    private static let bare = #"{"resourceType":"Observation","code":{"text":"Weight"}}"#

    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("own"))
            try await test.add("doctor", [.physician])
            try await body(test, try await served.signedIn("doctor"))
        }
    }

    private func places(_ answer: BoxAnswer) -> [String] {
        (answer.json?["issue"]).map { issues in
            issues.elements.filter { $0.string("severity") == "error" }.compactMap {
                $0["expression"]?[0]?.string
            }
        } ?? []
    }

    @Test func `a resource is checked and nothing is written`() async throws {
        try await atTheBox { _, doctor in
            let path = "/fhir/Observation/$validate"
            let answer = try await doctor.send("POST", path, Self.bare)
            #expect(answer.status == 200)
            #expect(places(answer) == ["Observation.status"])
            let good = try await doctor.send(
                "POST", path,
                #"{"resourceType":"Observation","status":"final","code":{"text":"W"}}"#)
            #expect(good.status == 200 && places(good).isEmpty)
            #expect(try await doctor.get("/fhir/Observation").json?["total"]?.int == 0)
        }
    }

    @Test func `profile and mode come in the address or as Parameters`() async throws {
        try await atTheBox { _, doctor in
            let path = "/fhir/Observation/$validate"
            let asked = try await doctor.send("POST", "\(path)?profile=\(Self.weight)", Self.bare)
            #expect(places(asked).contains("Observation.category"))
            let parameters =
                #"{"resourceType":"Parameters","parameter":[{"name":"resource","resource":"#
                + #"\#(Self.bare)},{"name":"mode","valueCode":"create"},{"name":"profile","#
                + #""valueUri":"\#(Self.weight)"}]}"#
            let same = try await doctor.send("POST", path, parameters)
            #expect(places(same) == places(asked))
            for wrong in ["mode=other", "mode=update", "profile="] {
                let refused = try await doctor.send("POST", "\(path)?\(wrong)", Self.bare)
                #expect(refused.status == 400, "\(wrong)")
            }
            let unknown = try await doctor.send(
                "POST", "\(path)?profile=http://example.org/none", Self.bare)
            #expect(unknown.status == 200 && places(unknown).contains("Observation"))
            #expect(try await doctor.send("POST", path, "").status == 400)
            #expect(try await doctor.send("POST", path, "{").status == 400)
            let other = try await doctor.send("POST", path, #"{"resourceType":"Patient"}"#)
            #expect(other.status == 400)
        }
    }

    @Test func `a stored record is checked as it is, by those who may see it`() async throws {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("own"))
            try await test.add("doctor", [.physician])
            try await test.add("nurse", [.nurse])
            let doctor = try await served.signedIn("doctor")
            let nurse = try await served.signedIn("nurse")
            let path = "/fhir/Patient/own/$validate"
            let answer = try await doctor.get(path)
            #expect(answer.status == 200 && places(answer).isEmpty)
            let core = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"
            let asked = try await doctor.get("\(path)?profile=\(core)")
            #expect(places(asked) == ["Patient.identifier", "Patient.gender"])
            #expect(try await doctor.get("/fhir/Patient/none/$validate").status == 404)
            let other = #"{"resourceType":"Patient","id":"other"}"#
            #expect(try await doctor.send("POST", path, other).status == 400)
            let own = #"{"resourceType":"Patient","id":"own","gender":"f"}"#
            #expect(
                places(try await doctor.send("POST", "\(path)?mode=update", own))
                    == ["Patient.gender"])
            #expect(try await doctor.send("POST", "\(path)?mode=delete").status == 200)
            #expect(try await nurse.send("POST", "\(path)?mode=delete").status == 403)
            #expect(try await nurse.get("\(path)?mode=delete").status == 403)
            #expect(try await doctor.get(path).status == 200)
        }
    }
}

/// What becomes of resources that break rules.
@Suite struct `Rules of writing` {
    private static let wrongCode =
        #"{"resourceType":"Condition","subject":{"reference":"Patient/own"},"clinicalStatus":"#
        + #"{"coding":[{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","#
        + #""code":"sick"}]}}"#

    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("own"))
            try await test.add("doctor", [.physician])
            try await body(test, try await served.signedIn("doctor"))
        }
    }

    @Test func `all errors of a resource are told at once, and it is not written`() async throws {
        try await atTheBox { test, doctor in
            let text = #"{"resourceType":"Observation","valueQuantity":{"value":"5"},"subject":"#
            let answer = try await doctor.send(
                "POST", "/fhir/Observation", text + #"{"reference":"Patient/own"}}"#)
            #expect(answer.status == 422)
            let places = answer.json?["issue"].map { issues in
                issues.elements.compactMap { $0["expression"]?[0]?.string }
            }
            #expect(
                places == [
                    "Observation.valueQuantity.value", "Observation.status", "Observation.code",
                ])
            #expect(try await doctor.get("/fhir/Observation").json?["total"]?.int == 0)
            #expect(test.box.writeRules.counts.refused == 1)
        }
    }

    @Test func `updates, patches and entries of Bundles are checked too`() async throws {
        try await atTheBox { test, doctor in
            try await test.put(SampleResources.condition("cough", of: "own"))
            let path = "/fhir/Condition/cough"
            let put = try await doctor.send(
                "PUT", path, Self.wrongCode.replacing(#"n","sub"#, with: #"n","id":"cough","sub"#))
            #expect(put.status == 422)
            let patch = #"[{"op":"add","path":"/clinicalStatus","value":{"text":"sick"}}]"#
            let patched = try await doctor.send(
                "PATCH", path, patch, ["Content-Type": "application/json-patch+json"])
            #expect(patched.status == 422)
            for kind in ["transaction", "batch"] {
                let bundle =
                    #"{"resourceType":"Bundle","type":"\#(kind)","entry":[{"resource":"#
                    + #"\#(Self.wrongCode),"request":{"method":"POST","url":"Condition"}}]}"#
                let answer = try await doctor.send("POST", "/fhir", bundle)
                let outcome =
                    kind == "batch"
                    ? answer.json?.at("entry", 0, "response", "outcome") : answer.json
                #expect(
                    outcome?.at("issue", 0, "expression", 0)?.string
                        == "Bundle.entry[0].resource.clinicalStatus", "\(kind)")
            }
            #expect(try await doctor.get(path)["etag"] == "W/\"1\"")
        }
    }

    @Test func `a box that only warns stores the record and tells what is wrong`() async throws {
        try await atTheBox { test, doctor in
            test.box.writeRules.use(.warn)
            let answer = try await doctor.send(
                "POST", "/fhir/Condition", Self.wrongCode, ["Prefer": "return=OperationOutcome"])
            #expect(answer.status == 201)
            let issues = answer.json?["issue"].map { Array($0.elements) } ?? []
            #expect(issues.first?.string("severity") == "information")
            #expect(
                issues.contains { $0["expression"]?[0]?.string == "Condition.clinicalStatus" })
            #expect(test.box.writeRules.counts.flawed == 1)
        }
    }

    @Test func `entries of a transaction tell what is wrong with each of them`() async throws {
        try await atTheBox { test, doctor in
            test.box.writeRules.use(.warn)
            let good = #"{"resourceType":"Patient","active":true}"#
            let bundle =
                #"{"resourceType":"Bundle","type":"transaction","entry":["#
                + #"{"resource":\#(good),"request":{"method":"POST","url":"Patient"}},"#
                + #"{"resource":\#(Self.wrongCode),"request":{"method":"POST","url":"Condition"}}]}"#
            let answer = try await doctor.send(
                "POST", "/fhir", bundle, ["Prefer": "return=OperationOutcome"])
            #expect(answer.status == 200)
            func places(_ entry: Int) -> [String] {
                let issues = answer.json?["entry"]?[entry]?.at("response", "outcome", "issue")
                return issues?.elements.compactMap { $0["expression"]?[0]?.string } ?? []
            }
            #expect(!places(0).contains("Condition.clinicalStatus"))
            #expect(places(1).contains("Condition.clinicalStatus"))
        }
    }

    @Test func `codes that only the box's own tables know are looked up at a write too`()
        async throws
    {
        try await atTheBox { test, doctor in
            func observation(_ language: String) -> String {
                #"{"resourceType":"Observation","status":"final","language":"\#(language)","#
                    + #""code":{"text":"W"},"subject":{"reference":"Patient/own"}}"#
            }
            let good = try await doctor.send("POST", "/fhir/Observation", observation("nv-US"))
            #expect(good.status == 201, "\(good.text)")
            let bad = try await doctor.send("POST", "/fhir/Observation", observation("qqqq-9"))
            #expect(bad.status == 422)
            #expect(
                bad.json?.at("issue", 0, "expression", 0)?.string == "Observation.language")
            let set = "https://clinic.example/ValueSet/rooms"
            let terms = test.box.store.terms
            #expect(terms.membership(of: "a", system: "urn:x", in: set) == .unknown)
            try await test.box.store.put(
                try JSON.parse(
                    Array(
                        (#"{"resourceType":"ValueSet","id":"rooms","url":"\#(set)","status":"active","#
                            + #""compose":{"include":[{"system":"urn:x","concept":[{"code":"a"}]}]}}"#)
                            .utf8)), by: test.command)
            #expect(terms.membership(of: "a", system: "urn:x", in: set) == .inside)
            #expect(terms.membership(of: "b", system: "urn:x", in: set) == .outside)
        }
    }

    @Test func `an import takes what can be read and counts what is wrong with it`() async throws {
        try await atTheBox { test, _ in
            let lines = [
                Self.wrongCode, #"{"resourceType":"Condition","code":{"text":"no subject"}}"#,
            ].map { Array($0.utf8) }
            let report = try await test.box.importer.importLines(
                lines, firstLine: 1, caller: test.box.machine("command"))
            #expect(report.created == 1)
            #expect(report.flawedCount == 1)
            #expect(report.flaws.keys.first?.hasPrefix("Condition.clinicalStatus: ") == true)
            #expect(report.rejects.map(\.place) == ["line 2"])
        }
    }
}
