import AccessControl
import Assembly
import FHIRModel
import RecordStore
import TestKit
import Testing

/// Every request that touches records stands in the audit log, and no other (SECURITY S24).
@Suite struct `Audit coverage` {
    /// A request and the entries that it must leave.
    private struct Step {
        let method: String
        let path: String
        var body: String?
        let entries: Int
    }

    private static let steps: [Step] = [
        Step(method: "GET", path: "/fhir/Patient/own", entries: 1),
        Step(method: "GET", path: "/fhir/Patient/none", entries: 1),
        Step(method: "GET", path: "/fhir/Condition/cough/_history/1", entries: 1),
        Step(method: "GET", path: "/fhir/Condition?patient=own", entries: 1),
        Step(method: "GET", path: "/fhir/Condition/cough/_history", entries: 1),
        Step(method: "GET", path: "/fhir/Condition/none/_history", entries: 1),
        Step(method: "GET", path: "/fhir/Condition/_history?_count=2", entries: 1),
        Step(method: "GET", path: "/fhir/_history?_count=2", entries: 1),
        // What the condition finds is looked at before the change.
        Step(
            method: "PUT", path: "/fhir/Condition?_id=cough",
            body: RouteTable.condition("cough", of: "own"), entries: 2),
        Step(method: "DELETE", path: "/fhir/Condition?_id=none", entries: 1),
        Step(
            method: "POST", path: "/fhir",
            body: BundleTexts.bundle(
                "batch",
                [
                    BundleTexts.entry("GET", "Condition/cough"),
                    BundleTexts.entry("GET", "Condition?patient=own"),
                    BundleTexts.entry("PATCH", "Condition/cough", BundleTexts.patch),
                ]), entries: 4),
        Step(method: "GET", path: "/fhir/Condition?_summary=count", entries: 1),
        Step(method: "GET", path: "/api/v1/patients/own/chart", entries: 1),
        Step(method: "GET", path: "/api/v1/patients/none/chart", entries: 1),
        Step(method: "GET", path: "/api/v1/patients/own/notes/note", entries: 1),
        Step(method: "POST", path: "/api/v1/patients/search", body: #"{"q":"tso"}"#, entries: 1),
        Step(
            method: "PUT", path: "/fhir/Condition/cough",
            body: RouteTable.condition("cough", of: "own"), entries: 1),
        Step(
            method: "POST", path: "/fhir/Condition", body: RouteTable.condition(nil, of: "own"),
            entries: 1),
        Step(
            method: "POST", path: "/fhir",
            body: #"{"resourceType":"Bundle","type":"transaction","entry":[{"resource":"#
                + RouteTable.condition(nil, of: "own")
                + #","request":{"method":"POST","url":"Condition"}},{"resource":"#
                + RouteTable.condition(nil, of: "own")
                + #","request":{"method":"POST","url":"Condition"}}]}"#, entries: 2),
        Step(method: "DELETE", path: "/fhir/Condition/none", entries: 1),
        Step(method: "POST", path: "/fhir/Claim", body: #"{"resourceType":"Claim"}"#, entries: 1),
        Step(method: "GET", path: "/fhir/AuditEvent", entries: 1),
        Step(method: "GET", path: "/api/v1/audit", entries: 1),
        Step(method: "GET", path: "/fhir/metadata", entries: 0),
        Step(method: "GET", path: "/api/v1/box", entries: 0),
        Step(method: "GET", path: "/health/live", entries: 0),
        Step(method: "POST", path: "/fhir/Condition", body: "{", entries: 0),
        Step(method: "GET", path: "/fhir/Nothing/1", entries: 0),
    ]

    @Test func `a random walk leaves as many entries as it touched records`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician])
            let doctor = try await served.signedIn("doctor")
            let before = try await test.audit().last?.seq ?? 0
            var random = SeededRandom(seed: 24)
            var expected: [String: Int] = [:]
            var names: [String: String] = [:]
            for _ in 0..<80 {
                let step = random.pick(Self.steps)
                let answer = try await doctor.send(step.method, step.path, step.body)
                let id = try #require(answer["x-request-id"])
                if step.entries > 0 { expected[id] = step.entries }
                names[id] = "\(step.method) \(step.path) \(answer.status)"
            }
            let entries = try await test.audit(after: before)
            let found = Dictionary(grouping: entries, by: \.requestID).mapValues(\.count)
            for (id, count) in expected { #expect(found[id] == count, "\(names[id] ?? "")") }
            for id in found.keys where expected[id] == nil {
                Issue.record("an entry of \(names[id] ?? "nobody's request")")
            }
            #expect(entries.allSatisfy { $0.name == "doctor" && $0.address == "127.0.0.1" })
            #expect(try await test.box.store.auditVerdict().firstBad == nil)
        }
    }
}
