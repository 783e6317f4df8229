import AccessControl
import FHIRModel
import RecordStore
import TestKit
import Testing

/// Who looked at a chart, as a patient may be told.
@Suite struct `Access report` {
    @Test func `it names everybody who opened or listed the chart, and nobody else`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            for (name, role) in [
                ("doctor", Role.physician), ("lister", .nurse), ("other", .lab), ("boss", .admin),
            ] {
                try await test.add(name, [role])
            }
            let path = "/api/v1/patients/own/access-report"
            _ = try await served.signedIn("doctor").get("/api/v1/patients/own/chart")
            _ = try await served.signedIn("lister").get("/fhir/Condition")
            _ = try await served.signedIn("other").get("/api/v1/patients/other/chart")
            let boss = try await served.signedIn("boss")
            let answer = try await boss.get(path)
            let names = answer.json?["items"]?.elements.compactMap { $0.string("name") } ?? []
            #expect(Set(names) == ["Person doctor", "Person lister"], "\(answer.text)")
            let table = try await boss.get(path + "?format=csv")
            #expect(table.text.contains("\"Person doctor\""))
            #expect(try await boss.get(path + "?format=pdf").status == 400)
            #expect(try await boss.get("/api/v1/patients/none/access-report").status == 404)
        }
    }
}
