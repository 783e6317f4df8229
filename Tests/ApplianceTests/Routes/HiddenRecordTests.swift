import AccessControl
import Assembly
import FHIRModel
import RecordStore
import TestKit
import Testing

/// What somebody may not see is answered exactly as if it were not there.
@Suite struct `Hidden records` {
    @Test func `a hidden record and a missing one get the same answer`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("tech", [.medicalAssistant])
            let tech = try await served.signedIn("tech")
            for (hidden, missing) in [
                ("/fhir/DocumentReference/note-bh", "/fhir/DocumentReference/note-xx"),
                ("/fhir/Condition/cough-bh", "/fhir/Condition/cough-xx"),
                ("/fhir/Condition/cough-bh/_history/1", "/fhir/Condition/cough-xx/_history/1"),
                ("/api/v1/patients/own/notes/note-bh", "/api/v1/patients/own/notes/note-xx"),
                ("/fhir/Condition?_id=cough-bh", "/fhir/Condition?_id=cough-xx"),
            ] {
                let one = try await tech.get(hidden)
                let two = try await tech.get(missing)
                #expect(one.status == two.status, "\(hidden)")
                #expect(Self.alike(one.text) == Self.alike(two.text), "\(hidden)")
            }
        }
    }

    /// A body without what differs between any two requests.
    private static func alike(_ text: String) -> String {
        let name = text.split(separator: "-bh").joined(separator: "-xx")
        guard let start = name.firstRange(of: "\"requestId\":\"") else { return name }
        return String(name[..<start.lowerBound])
            + String(name[start.upperBound...].drop { $0 != "\"" })
    }

    @Test func `searches, counts and charts leave hidden records out`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("lab", [.lab])
            try await test.add("nurse", [.nurse])
            try await test.add("doctor", [.physician])
            for (name, count) in [("lab", 1), ("nurse", 2), ("doctor", 3)] {
                let somebody = try await served.signedIn(name)
                let page = try await somebody.get("/fhir/Condition?patient=own")
                #expect(page.json?["total"]?.int == count, "\(name)")
                #expect(page.json?["entry"]?.count == count, "\(name)")
                let counted = try await somebody.get("/fhir/Condition?patient=own&_summary=count")
                #expect(counted.json?["total"]?.int == count, "\(name)")
                let all = try await somebody.get("/fhir/Condition")
                #expect(all.json?["total"]?.int == count + 1, "\(name)")
                let chart = try await somebody.get("/api/v1/patients/own/chart")
                #expect(chart.json?["problems"]?.count == count, "\(name)")
                #expect(chart.json?.at("counts", "Condition")?.int == count, "\(name)")
            }
        }
    }

    @Test func `hidden records can be neither changed nor deleted`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("lab", [.lab])
            try await test.add("nurse", [.nurse])
            let lab = try await served.signedIn("lab")
            let body = RouteTable.condition("cough-bh", of: "own")
            let plain = try await lab.send("PUT", "/fhir/Condition/cough-bh", body)
            #expect(plain.status == 403)
            let bundle = try await lab.send(
                "POST", "/fhir",
                #"{"resourceType":"Bundle","type":"transaction","entry":[{"resource":"#
                    + body
                    + #","request":{"method":"PUT","url":"Condition/cough-bh"}}]}"#)
            #expect(bundle.status == 403)
            let gone = try await lab.send("DELETE", "/fhir/Condition/cough-bh")
            #expect(gone.status == 403)
            let stored = try await test.box.store.read("Condition", "cough-bh", by: test.command)
            #expect(stored.version == 1)
            let nurse = try await served.signedIn("nurse")
            let sud = try await nurse.send(
                "PUT", "/fhir/Condition/cough",
                #"{"resourceType":"Condition","id":"cough","meta":{"security":[{"code":"SUD"}]},"#
                    + #""subject":{"reference":"Patient/own"}}"#)
            #expect(sud.status == 403)
        }
    }

    @Test func `a chart shows each list by the rights for that list`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.put(
                SampleResources.observation("quantum", of: "own", labels: ["BLOOD-QUANTUM"]))
            // The front desk opens the compartment, and reads no observations; the lab reads those.
            try await test.add("both", [.frontDesk, .lab])
            let both = try await served.signedIn("both")
            #expect(try await both.get("/fhir/Observation/quantum").status == 404)
            let chart = try await both.get("/api/v1/patients/own/chart")
            #expect(chart.json?.at("counts", "Observation")?.int == 1)
        }
    }

    @Test func `an identifier tells nothing of records that one may not search`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.put(
                MatrixRecords.json(
                    """
                    {"resourceType":"Condition","id":"known","identifier":[{"system":"urn:s",\
                    "value":"1"}],"subject":{"reference":"Patient/own"}}
                    """))
            try await test.add("desk", [.frontDesk])
            let desk = try await served.signedIn("desk")
            func appointment(_ value: String) -> String {
                """
                {"resourceType":"Bundle","type":"transaction","entry":[{"resource":\
                {"resourceType":"Appointment","status":"booked","participant":[{"status":\
                "accepted","actor":{"reference":"Patient/own"}}],"reasonReference":[{"reference":\
                "Condition?identifier=urn:s|\(value)"}]},"request":{"method":"POST",\
                "url":"Appointment"}}]}
                """
            }
            let known = try await desk.send("POST", "/fhir", appointment("1"))
            let unknown = try await desk.send("POST", "/fhir", appointment("2"))
            #expect(known.status == 403)
            #expect(unknown.status == 403)
        }
    }
}
