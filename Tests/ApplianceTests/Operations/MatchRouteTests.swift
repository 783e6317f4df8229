import AccessControl
import Assembly
import FHIRAPI
import FHIRModel
import RecordStore
import TestKit
import Testing

/// Finding the same person.
@Suite struct `Match routes` {
    private static let type = ["Content-Type": "application/fhir+json"]

    private static func parameters(_ patient: String, _ more: String = "") -> String {
        #"{"resourceType":"Parameters","parameter":[{"name":"resource","resource":\#(patient)}"#
            + "\(more)]}"
    }

    private static func patient(_ family: String, _ given: String, _ date: String) -> String {
        #"{"resourceType":"Patient","name":[{"family":"\#(family)","given":["\#(given)"]}],"#
            + #""birthDate":"\#(date)"}"#
    }

    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, ServedBox) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.put(
                SampleResources.patient("will", given: "William", family: "Begay"),
                SampleResources.patient("zoe", given: "Zoe", family: "Begaye"),
                SampleResources.patient(
                    "mary", given: "Mary", family: "Nez", birthDate: "1980-03-04"))
            try await test.add("desk", [.frontDesk])
            try await test.add("billing", [.billing])
            try await body(test, served)
        }
    }

    @Test func `candidates come with a score and a grade, the best first`() async throws {
        try await atTheBox { _, served in
            let desk = try await served.signedIn("desk")
            let body = Self.parameters(Self.patient("Begay", "Bill", "1980-02-25"))
            let answer = try await desk.send("POST", "/fhir/Patient/$match", body, Self.type)
            #expect(answer.status == 200, "\(answer.text)")
            let entries = answer.json?["entry"]?.elements.map { $0 } ?? []
            #expect(entries.compactMap { $0["resource"]?.string("id") } == ["will", "zoe"])
            #expect(entries[0].at("search", "score")?.numberText == "0.85")
            #expect(entries[0].at("search", "extension", 0, "valueCode")?.string == "probable")
            #expect(entries[1].at("search", "extension", 0, "valueCode")?.string == "possible")
            let only = try await desk.send(
                "POST", "/fhir/Patient/$match",
                Self.parameters(
                    Self.patient("Begay", "Bill", "1980-02-25"),
                    #",{"name":"onlyCertainMatches","valueBoolean":true}"#), Self.type)
            #expect(only.json?["total"]?.int == 0)
            let certain = try await desk.send(
                "POST", "/fhir/Patient/$match",
                Self.parameters(
                    Self.patient("Begay", "William", "1980-02-25"),
                    #",{"name":"onlyCertainMatches","valueBoolean":true}"#), Self.type)
            #expect(certain.json?["total"]?.int == 1)
            let few = try await desk.send(
                "POST", "/fhir/Patient/$match",
                Self.parameters(
                    Self.patient("Begay", "Bill", "1980-02-25"),
                    #",{"name":"count","valueInteger":1}"#), Self.type)
            #expect(few.json?["entry"]?.count == 1)
        }
    }

    @Test func `what says nothing about a person is refused`() async throws {
        try await atTheBox { _, served in
            let desk = try await served.signedIn("desk")
            for body in [
                "{}", Self.parameters(#"{"resourceType":"Patient"}"#),
                Self.parameters(#"{"resourceType":"Goal"}"#),
            ] {
                let answer = try await desk.send("POST", "/fhir/Patient/$match", body, Self.type)
                #expect(answer.status == 400, "\(body)")
            }
            #expect(try await desk.get("/fhir/Patient/$match").status == 405)
        }
    }

    @Test func `a page is warned of people who are alike`() async throws {
        try await atTheBox { _, served in
            let desk = try await served.signedIn("desk")
            let found = try await desk.send(
                "POST", "/api/v1/patients/similar",
                #"{"family":"Nez","given":"Mary","birthDate":"1980-04-03"}"#)
            #expect(found.status == 200, "\(found.text)")
            let first = found.json?.at("items", 0)
            #expect(first?.string("id") == "mary")
            #expect(first?["points"]?.int == 90)
            #expect(
                first?["signs"]?.elements.compactMap(\.string).first == "birth-date-swapped")
            let same = try await desk.get(
                "/api/v1/patients/similar?family=Nez&given=Mary&birthDate=1980-04-03")
            #expect(same.body == found.body)
            #expect(try await desk.get("/api/v1/patients/similar").status == 400)
            #expect(
                try await desk.get("/api/v1/patients/similar?family=Nez&birthDate=3/4/80").status
                    == 400)
            let long = String(repeating: "n", count: 300)
            #expect(try await desk.get("/api/v1/patients/similar?family=\(long)").status == 413)
        }
    }

    @Test func `a deleted patient is like nobody`() async throws {
        try await atTheBox { test, served in
            try await test.box.store.delete("Patient", "mary", by: test.command)
            let desk = try await served.signedIn("desk")
            let found = try await desk.get("/api/v1/patients/similar?family=Nez&given=Mary")
            #expect(found.json?["total"]?.int == 0)
        }
    }

    private static func member(_ number: String) -> String {
        let patient = patient("Begay", "Bill", "1980-02-25")
        return #"{"resourceType":"Parameters","parameter":[{"name":"MemberPatient","resource":"#
            + patient + #"},{"name":"CoverageToMatch","resource":{"resourceType":"Coverage","#
            + #""status":"active","subscriberId":"\#(number)"}}]}"#
    }

    @Test func `a member is the one patient with these particulars and this coverage`()
        async throws
    {
        try await atTheBox { test, served in
            try await test.put(
                MatrixRecords.json(
                    """
                    {"resourceType":"Coverage","id":"c","status":"active","subscriberId":"S-77",\
                    "beneficiary":{"reference":"Patient/will"},"identifier":[{"system":"urn:plan",\
                    "value":"M-1"}]}
                    """))
            let billing = try await served.signedIn("billing")
            let found = try await billing.send(
                "POST", "/fhir/Patient/$member-match", Self.member("S-77"), Self.type)
            #expect(found.status == 200, "\(found.text)")
            #expect(
                found.json?.at("parameter", 0, "valueIdentifier", "value")?.string == "M-1")
            #expect(
                found.json?.at("parameter", 1, "valueReference", "reference")?.string
                    == "Patient/will")
            let other = try await billing.send(
                "POST", "/fhir/Patient/$member-match", Self.member("S-78"), Self.type)
            #expect(other.status == 422)
        }
    }
}
