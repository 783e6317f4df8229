import AccessControl
import FHIRModel
import TestKit
import Testing

@Suite struct `Records as XML` {
    private static let patient = """
        <Patient xmlns="http://hl7.org/fhir"><name><family value="Redsky"/>\
        <given value="Ann"/></name><birthDate value="1980-05-01"/></Patient>
        """
    private static let xml = ["Content-Type": "application/fhir+xml"]

    @Test func `a record that comes as XML is read as JSON and as XML`() async throws {
        try await TestBox.served { test, served in
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let made = try await doctor.send("POST", "/fhir/Patient", Self.patient, Self.xml)
            #expect(made.status == 201, "\(made.text)")
            let words = try #require(made["location"]).split(separator: "/")
            let place = try #require(words.firstIndex(of: "Patient"))
            let id = words[place + 1]
            let json = try await doctor.get("/fhir/Patient/\(id)")
            #expect(json.json?.at("name", 0, "given", 0)?.string == "Ann")
            let asked = ["/fhir/Patient/\(id)?_format=xml", "/fhir/Patient/\(id)"]
            for (path, accept) in zip(asked, ["application/json", "application/fhir+xml"]) {
                let answer = try await doctor.get(path, ["Accept": accept])
                #expect(answer.status == 200)
                #expect(answer["content-type"]?.hasPrefix("application/fhir+xml") == true)
                #expect(answer.text.contains(#"<family value="Redsky"/>"#))
                #expect(answer.text.contains(#"<Patient xmlns="http://hl7.org/fhir">"#))
            }
        }
    }

    @Test func `a search is answered as XML`() async throws {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("own"))
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let answer = try await doctor.get("/fhir/Patient?_id=own&_format=xml&_pretty=true")
            #expect(answer.status == 200)
            #expect(answer.text.contains(#"<Bundle xmlns="http://hl7.org/fhir">"#))
            #expect(answer.text.contains(#"<id value="own"/>"#))
        }
    }

    @Test(arguments: [
        "", "<Patient", "<Patient xmlns=\"http://hl7.org/fhir\"><nothing value=\"1\"/></Patient>",
        "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><Patient>&b;</Patient>",
        "<Patient xmlns=\"urn:other\"><id value=\"a\"/></Patient>",
    ])
    func `XML that is no resource is refused and nothing is stored`(body: String) async throws {
        try await TestBox.served { test, served in
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let answer = try await doctor.send("POST", "/fhir/Patient", body, Self.xml)
            #expect(answer.status == 400, "\(answer.text)")
            #expect(!answer.text.contains("root:"))
            let all = try await doctor.get("/fhir/Patient?_summary=count")
            #expect(all.json?["total"]?.int == 0)
        }
    }
}

@Suite struct `Failures as XML` {
    @Test func `a failure is told in the format that was asked for`() async throws {
        try await TestBox.served { test, served in
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let xml = ["Accept": "application/fhir+xml"]
            for (path, headers, isXML) in [
                ("/fhir/Patient/none", xml, true), ("/fhir/Patient/none?_format=xml", [:], true),
                ("/fhir/Patient/none?_format=application/fhir%2Bxml", [:], true),
                ("/fhir/Patient/none?_format=json", xml, false),
                ("/fhir/Patient?birthdate=x", xml, true), ("/fhir/nothing/at/all", xml, true),
                ("/fhir/Patient/none", ["Accept": "*/*"], false),
                ("/fhir/Patient/none", ["Accept": "application/json, text/xml;q=0.5"], false),
                ("/fhir/Patient/none", ["Accept": "application/json;q=0.1, text/xml"], true),
                ("/api/v1/patients/none/chart", xml, false),
            ] {
                let answer = try await doctor.get(path, headers)
                #expect(answer.status >= 400)
                let type = answer["content-type"] ?? ""
                #expect(type.contains("xml") == isXML, "\(path) \(headers): \(type)")
                #expect(
                    answer.text.contains(#"<OperationOutcome xmlns="http://hl7.org/fhir">"#)
                        == isXML)
            }
            let stranger = try await served.nobody()
            let login = try await stranger.get("/fhir/Patient/none", xml)
            #expect(login.status == 401 && login.text.contains("<OperationOutcome"))
        }
    }

    @Test func `HEAD answers like GET without the body`() async throws {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("own"))
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            for path in [
                "/fhir/Patient/own", "/fhir/Patient/own/_history/1", "/fhir/Patient/own/_history",
                "/fhir/Patient/_history", "/fhir/_history", "/fhir/Patient?_id=own",
                "/fhir?_type=Patient", "/fhir/Patient/own/Condition", "/fhir/metadata",
                "/fhir/openapi.json", "/fhir/Patient/none", "/fhir/_async/Patient/none",
            ] {
                let got = try await doctor.get(path)
                let head = try await doctor.send("HEAD", path)
                #expect(head.status == got.status && head.body.isEmpty, "\(path)")
                #expect(head["content-type"] == got["content-type"], "\(path)")
                #expect(head["etag"] == got["etag"], "\(path)")
            }
        }
    }
}
