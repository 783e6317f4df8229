import AccessControl
import FHIRModel
import TestKit
import Testing

@Suite struct `FHIRPath over HTTP` {
    private static func question(_ expression: String, more: String = "") -> String {
        """
        {"resourceType":"Parameters","parameter":[
         {"name":"expression","valueString":"\(expression)"},\(more)
         {"name":"resource","resource":{"resourceType":"Patient","id":"p1","birthDate":"1980-05-01",
          "gender":"female","name":[{"family":"Redsky","given":["Ann","Lee"]}]}}]}
        """
    }

    @Test func `an expression is evaluated on the resource that comes with it`() async throws {
        try await TestBox.served { test, served in
            try await test.add("nurse", [.nurse])
            let nurse = try await served.signedIn("nurse")
            let answer = try await nurse.send(
                "POST", "/fhir/$fhirpath", Self.question("name.given.count()"))
            #expect(answer.status == 200)
            let result = answer.json?["parameter"]?.elements.first {
                $0.string("name") == "result"
            }
            #expect(result?.at("part", 0, "valueInteger")?.int == 2)
        }
    }

    @Test func `codes are looked up in the value sets of the standard`() async throws {
        try await TestBox.served { test, served in
            try await test.add("nurse", [.nurse])
            let nurse = try await served.signedIn("nurse")
            let set = "http://hl7.org/fhir/ValueSet/administrative-gender"
            let answer = try await nurse.send(
                "POST", "/fhir/$fhirpath", Self.question("gender.memberOf('\(set)')"))
            #expect(answer.text.contains(#""valueBoolean":true"#))
        }
    }

    @Test func `a broken expression is refused with its place, and nobody asks without a sign-in`()
        async throws
    {
        try await TestBox.served { test, served in
            try await test.add("nurse", [.nurse])
            let nurse = try await served.signedIn("nurse")
            for (expression, status) in [("name.given(", 400), ("name.nothing()", 400)] {
                let answer = try await nurse.send(
                    "POST", "/fhir/$fhirpath", Self.question(expression))
                #expect(answer.status == status, "\(expression)")
                #expect(answer.json?.string("resourceType") == "OperationOutcome")
            }
            #expect(try await nurse.send("POST", "/fhir/$fhirpath", "{").status == 400)
            let nobody = try await served.nobody()
            #expect(
                try await nobody.send("POST", "/fhir/$fhirpath", Self.question("id")).status == 401)
        }
    }
}
