import AccessControl
import Assembly
import FHIRModel
import RecordStore
import ServerKit
import Steward
import TestKit
import Testing

/// Entries of the audit log as other systems read them (SECURITY S26).
///
/// Spec: IHE Basic Audit Log Patterns 1.1.3, https://profiles.ihe.net/ITI/BALP/1.1.3/
@Suite struct `Audit events` {
    private static let base =
        "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit."

    /// What one act leaves behind, as an AuditEvent.
    private static func events(
        _ body: @escaping @Sendable (TestBox) async throws -> Void
    ) async throws -> [JSON] {
        try await TestBox.with { test in
            try await MatrixRecords.store(in: test)
            let before = try await test.audit().last?.seq ?? 0
            try await body(test)
            return try await test.audit(after: before).map {
                try JSON.parse(AuditEventResource.encode($0))
            }
        }
    }

    private static func agent(_ event: JSON, _ code: String) -> JSON? {
        event["agent"]?.elements.first { $0.at("type", "coding", 0, "code")?.string == code }
    }

    private static func entities(_ event: JSON, role: String) -> [JSON] {
        (event["entity"]?.elements.map { $0 } ?? []).filter {
            $0.at("role", "code")?.string == role
        }
    }

    @Test func `every event says what, who, when and how it ended`() async throws {
        let doctor = Callers.physician
        let events = try await Self.events { test in
            let store = test.box.store
            _ = try await store.read("Condition", "cough", by: doctor)
            try await store.put(SampleResources.condition("cough", of: "own"), by: doctor)
            _ = try await store.search(
                doctor.grant(.search, "Condition", patientID: "own"),
                RecordQuery(type: "Condition"))
            try await store.delete("Condition", "cough", by: doctor)
            await #expect(throws: (any Error).self) {
                try await test.box.gate.grant(
                    Ask(.read, "Condition", id: "x"), to: Callers.frontDesk)
            }
        }
        #expect(events.count == 5)
        for event in events {
            #expect(event.string("resourceType") == "AuditEvent")
            #expect(event.at("type", "code")?.string == "rest")
            #expect(event.at("subtype", 0, "code")?.string?.isEmpty == false)
            #expect(event.string("recorded") == "2026-03-02T15:00:00.000Z")
            #expect(event.at("source", "observer") != nil)
            #expect(ResourceCheck.problems(in: event).isEmpty)
            let agents = event["agent"]?.elements.map { $0 } ?? []
            #expect(agents.count == 3)
            #expect(agents.count { $0["requestor"]?.bool == true } == 1)
            #expect(agents.allSatisfy { $0["who"] != nil })
            #expect(agents.prefix(2).allSatisfy { $0["network"] != nil })
            let request = event["entity"]?.elements.first {
                $0.at("type", "code")?.string == "XrequestId"
            }
            #expect(request?.at("what", "identifier", "value")?.string == "request-1")
        }
        #expect(events.map { $0.string("action") } == ["R", "U", "E", "D", "R"])
        #expect(events.map { $0.string("outcome") } == ["0", "0", "0", "0", "4"])
        let profiles = events.map { $0.at("meta", "profile", 0)?.string }
        let names = ["PatientRead", "PatientUpdate", "PatientQuery", "PatientDelete"]
        #expect(profiles == names.map { Self.base + $0 } + [nil])
    }

    @Test func `who gives and who takes follows from the act`() async throws {
        let doctor = Callers.physician
        let events = try await Self.events { test in
            let store = test.box.store
            _ = try await store.read("Condition", "cough", by: doctor)
            try await store.put(SampleResources.condition("more", of: "own"), by: doctor)
            try await store.delete("Condition", "more", by: doctor)
        }
        let read = try #require(events.first)
        #expect(Self.agent(read, "110152")?.at("who", "display")?.string == "192.0.2.10")
        #expect(Self.agent(read, "110153")?.at("who", "display")?.string == "tribal-ehr")
        #expect(Self.agent(read, "IRCP")?.at("who", "display")?.string == "physician")
        let create = try #require(events.dropFirst().first)
        #expect(Self.agent(create, "110153")?.at("who", "display")?.string == "192.0.2.10")
        #expect(Self.agent(create, "AUT")?["requestor"]?.bool == true)
        let deletion = try #require(events.last)
        #expect(Self.agent(deletion, "110150") != nil && Self.agent(deletion, "custodian") != nil)
    }

    @Test func `the record, the patient and the query are entities`() async throws {
        let doctor = Callers.physician
        let events = try await Self.events { test in
            let store = test.box.store
            _ = try await store.read("Condition", "cough", by: doctor)
            _ = try await store.read("Practitioner", "hale", by: doctor)
            var query = RecordQuery(type: "Condition")
            query.patientID = "own"
            _ = try await store.search(doctor.grant(.search, "Condition"), query)
        }
        let read = events[0]
        #expect(
            Self.entities(read, role: "4").first?.at("what", "reference")?.string
                == "Condition/cough")
        #expect(
            Self.entities(read, role: "1").first?.at("what", "reference")?.string == "Patient/own")
        #expect(events[1].at("meta", "profile", 0)?.string == Self.base + "Read")
        #expect(Self.entities(events[1], role: "1").isEmpty)
        let query = try #require(Self.entities(events[2], role: "24").first)
        // Condition?patient=own
        #expect(query.string("query") == "Q29uZGl0aW9uP3BhdGllbnQ9b3du")
        #expect(query["what"] == nil)
    }

    @Test func `signing in is an event of its own kind`() async throws {
        let events = try await Self.events { test in
            let ask = Ask(.signIn, area: .sessions, type: "Session")
            _ = try await test.box.gate.grant(ask, to: Callers.anonymous)
            try await test.box.store.note(AuditNote(ask), by: Callers.physician)
        }
        let event = try #require(events.last)
        #expect(event.at("type", "code")?.string == "110114")
        #expect(event.at("subtype", 0, "code")?.string == "110122")
        #expect(event.at("meta", "profile") == nil)
    }
}

/// The audit log as a table.
@Suite struct `Audit table` {
    private static func line(_ name: String, _ detail: String) async throws -> String {
        let caller = Caller(
            kind: .person, userID: "u", name: name, roles: [.nurse], address: "192.0.2.1",
            requestID: "r")
        let test = try TestStore()
        try await test.store.note(
            AuditNote(Ask(.read, "Condition", id: "c"), detail: detail), by: caller)
        let entry = try #require(try await test.store.auditTail(1).first)
        return AuditTable.line(entry)
    }

    @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\r\n=1"])
    func `no cell is a formula`(_ text: String) async throws {
        let line = try await Self.line(text, "plain")
        #expect(line.contains("'" + text), "\(line)")
    }

    @Test func `commas, quotes and line ends stay inside of a cell`() async throws {
        let line = try await Self.line("a,b", "say \"hi\"\nand go")
        #expect(line.contains(",\"a,b\","))
        #expect(line.hasSuffix(",\"say \"\"hi\"\"\nand go\""))
        let formula = try await Self.line("=1,2", "plain")
        #expect(formula.contains("\"'=1,2\""))
    }

    @Test func `a line has a cell for every name in the header`() async throws {
        let line = try await Self.line("nurse", "plain")
        let columns = AuditTable.header.split(separator: ",").count
        #expect(line.split(separator: ",", omittingEmptySubsequences: false).count == columns)
    }
}
