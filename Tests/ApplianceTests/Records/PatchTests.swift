import AccessControl
import FHIRModel
import TestKit
import Testing

/// Changing parts of a record.
@Suite struct `Patch routes` {
    private static let type = ["Content-Type": "application/json-patch+json"]
    private static let path = "/fhir/Condition/cough"

    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, ServedBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.put(
                SampleResources.patient("own"), SampleResources.patient("other"),
                SampleResources.condition("cough", of: "own"))
            try await test.add("doctor", [.physician])
            try await body(test, served, try await served.signedIn("doctor"))
        }
    }

    @Test func `a patch makes a version with what it changes`() async throws {
        try await atTheBox { _, _, doctor in
            let patch = #"[{"op":"replace","path":"/code/text","value":"Asthma"}]"#
            let answer = try await doctor.send("PATCH", Self.path, patch, Self.type)
            #expect(answer.status == 200 && answer["etag"] == "W/\"2\"")
            #expect(answer.json?.at("code", "text")?.string == "Asthma")
            #expect(answer.json?.at("meta", "versionId")?.string == "2")
            let search = "/fhir/Condition?_id=cough"
            let found = try await doctor.send("PATCH", search, patch, Self.type)
            #expect(found.status == 200 && found["etag"] == "W/\"3\"")
            let none = try await doctor.send("PATCH", "\(search)x", patch, Self.type)
            #expect(none.status == 404)
        }
    }

    @Test func `a patch of FHIRPath changes what its expression finds`() async throws {
        try await atTheBox { _, _, doctor in
            let patch = """
                {"resourceType":"Parameters","parameter":[{"name":"operation","part":[\
                {"name":"type","valueCode":"replace"},\
                {"name":"path","valueString":"Condition.code.text"},\
                {"name":"value","valueString":"Asthma"}]}]}
                """
            for type in ["application/fhir+json", "application/json; charset=utf-8"] {
                let answer = try await doctor.send(
                    "PATCH", Self.path, patch, ["Content-Type": type])
                #expect(answer.status == 200)
                #expect(answer.json?.at("code", "text")?.string == "Asthma")
            }
            let inBundle = try await doctor.send(
                "POST", "/fhir",
                BundleTexts.bundle(
                    "transaction",
                    [BundleTexts.entry("PATCH", "Condition?_id=cough", patch)]))
            #expect(inBundle.status == 200, "\(inBundle.text)")
            #expect(try await doctor.get(Self.path)["etag"] == "W/\"4\"")
            for (bad, status) in [
                (#"{"resourceType":"Condition"}"#, 400),
                (patch.split(separator: "code.text").joined(separator: "note"), 422),
                (patch.split(separator: "code.text").joined(separator: "("), 400),
            ] {
                let answer = try await doctor.send(
                    "PATCH", Self.path, bad, ["Content-Type": "application/fhir+json"])
                #expect(answer.status == status, "\(answer.text)")
            }
        }
    }

    @Test func `a patch of XML changes the record as its XML would be`() async throws {
        try await atTheBox { _, _, doctor in
            for (patch, type, text) in [
                (
                    """
                    <diff xmlns:f="http://hl7.org/fhir"><replace sel="f:Condition/f:code/f:text/\
                    @value">Asthma</replace></diff>
                    """, "application/xml-patch+xml", "Asthma"
                ),
                (
                    """
                    <Parameters xmlns="http://hl7.org/fhir"><parameter><name value="operation"/>\
                    <part><name value="type"/><valueCode value="replace"/></part>\
                    <part><name value="path"/><valueString value="Condition.code.text"/></part>\
                    <part><name value="value"/><valueString value="Fever"/></part>\
                    </parameter></Parameters>
                    """, "application/fhir+xml", "Fever"
                ),
            ] {
                let answer = try await doctor.send(
                    "PATCH", Self.path, patch, ["Content-Type": type])
                #expect(answer.status == 200, "\(answer.text)")
                #expect(answer.json?.at("code", "text")?.string == text)
                let broken = try await doctor.send(
                    "PATCH", Self.path, "<diff", ["Content-Type": type])
                #expect(broken.status == 400, "\(broken.text)")
            }
        }
    }

    @Test func `a patch that does not fit changes nothing`() async throws {
        try await atTheBox { _, _, doctor in
            for (patch, status) in [
                ("[", 400), ("{}", 400), (#"[{"op":"fly","path":"/x"}]"#, 400),
                (#"[{"op":"test","path":"/code/text","value":"Fever"}]"#, 422),
                (#"[{"op":"remove","path":"/onsetString"}]"#, 422),
                (#"[{"op":"replace","path":"/id","value":"x"}]"#, 422),
                (#"[{"op":"replace","path":"/resourceType","value":"Patient"}]"#, 422),
                (#"[{"op":"add","path":"/code","value":""}]"#, 422),
                (
                    #"[{"op":"replace","path":"/subject/reference","value":"Patient/other"}]"#,
                    409
                ),
            ] {
                let answer = try await doctor.send("PATCH", Self.path, patch, Self.type)
                #expect(answer.status == status, "\(patch) \(answer.status)")
                #expect(answer.json?.string("resourceType") == "OperationOutcome")
            }
            let patch = #"[{"op":"add","path":"/code/text","value":"x"}]"#
            for type in ["text/plain", "text/xml", "application/merge-patch+json"] {
                let answer = try await doctor.send(
                    "PATCH", Self.path, patch, ["Content-Type": type])
                #expect(answer.status == 415, "\(type)")
            }
            var stale = Self.type
            stale["If-Match"] = "W/\"7\""
            #expect(try await doctor.send("PATCH", Self.path, patch, stale).status == 412)
            #expect(
                try await doctor.send("PATCH", "/fhir/Condition/none", patch, Self.type).status
                    == 404)
            #expect(try await doctor.get(Self.path)["etag"] == "W/\"1\"")
        }
    }

    @Test func `twenty patches at once are all kept`() async throws {
        try await atTheBox { test, served, doctor in
            let token = try await test.token("doctor", "user/*.cruds")
            try await test.put(
                MatrixRecords.json(
                    #"{"resourceType":"Condition","id":"cough","note":[{"text":"0"}],"#
                        + #""subject":{"reference":"Patient/own"}}"#))
            try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 1...20 {
                    group.addTask {
                        let visitor = try await served.bearer(token)
                        let patch =
                            #"[{"op":"add","path":"/note/-","value":{"text":"\#(number)"}}]"#
                        while true {
                            let answer = try await visitor.send(
                                "PATCH", Self.path, patch, Self.type)
                            // A client that is told to try again does so.
                            if answer.status != 503 { return answer.status }
                        }
                    }
                }
                for try await status in group { #expect(status == 200) }
            }
            let notes = try await doctor.get(Self.path).json?["note"]?.elements.compactMap {
                $0.string("text")
            }
            #expect(Set(notes ?? []) == Set((0...20).map(String.init)))
        }
    }

    @Test func `who may not read a record may not patch it`() async throws {
        try await atTheBox { test, served, _ in
            let narrow = try await served.bearer(
                try await test.token("doctor", "user/Condition.u"))
            let patch = #"[{"op":"test","path":"/code/text","value":"Cough"}]"#
            let answer = try await narrow.send("PATCH", Self.path, patch, Self.type)
            #expect(answer.status == 403)
        }
    }

    @Test func `the same patch with the same key is made once`() async throws {
        try await atTheBox { _, _, doctor in
            let patch =
                #"[{"op":"add","path":"/note","value":[{"text":"1"}]},"#
                + #"{"op":"add","path":"/note/-","value":{"text":"2"}}]"#
            var headers = Self.type
            headers["Idempotency-Key"] = "0123456789abcdef"
            for _ in 0..<2 {
                let answer = try await doctor.send("PATCH", Self.path, patch, headers)
                #expect(answer.status == 200 && answer["etag"] == "W/\"2\"")
            }
        }
    }
}
