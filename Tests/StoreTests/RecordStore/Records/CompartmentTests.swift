import AccessControl
import FHIRModel
import Kernel
import RecordStore
import TestKit
import Testing

@Suite struct `Compartments` {
    /// A chart with one record of each class.
    private func chart() async throws -> TestStore {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("a"))
        try await test.store.put(SampleResources.condition("general", of: "a"))
        try await test.store.put(SampleResources.condition("bh", of: "a", labels: ["BH"]))
        try await test.store.put(SampleResources.condition("sud", of: "a", labels: ["ETH"]))
        try await test.store.put(SampleResources.condition("both", of: "a", labels: ["BH", "SUD"]))
        try await test.store.put(
            SampleResources.condition("healing", of: "a", labels: ["R", "TRADITIONAL-MEDICINE"]))
        return test
    }

    private func visible(_ test: TestStore, to caller: Caller) async throws -> Set<String> {
        var found: Set<String> = []
        for id in ["general", "bh", "sud", "both", "healing"] {
            do {
                found.insert(try await test.store.read("Condition", id, by: caller).id)
            } catch let problem as Problem where problem.code == .notFound {
                continue
            }
        }
        return found
    }

    @Test func `each role reads the classes of records that it may`() async throws {
        let test = try await chart()
        #expect(
            try await visible(test, to: Callers.physician)
                == ["general", "bh", "sud", "both", "healing"])
        #expect(try await visible(test, to: Callers.nurse) == ["general", "bh", "healing"])
        #expect(try await visible(test, to: Callers.lab) == ["general"])
    }

    @Test func `counts and pages show no more than single reads`() async throws {
        let test = try await chart()
        for caller in [Callers.physician, Callers.nurse, Callers.lab] {
            let expected = try await visible(test, to: caller)
            for patientID in [String?.none, "a"] {
                var query = RecordQuery(type: "Condition")
                query.patientID = patientID
                let grant = try caller.grant(.search, "Condition", patientID: patientID)
                let page = try await test.store.search(grant, query)
                #expect(Set(page.resources.map(\.id)) == expected)
                #expect(page.total == expected.count)
                query.isCountOnly = true
                #expect(try await test.store.search(grant, query).total == expected.count)
                query.isCountOnly = false
                query.ids = ["general", "bh", "sud", "both", "healing", "none"]
                #expect(try await test.store.search(grant, query).total == expected.count)
            }
            let grant = try caller.grant(.read, "Condition", patientID: "a")
            for limit in [2, 50] {
                let chart = try await test.store.chart(grant, types: [grant], limit: limit)
                #expect(chart.counts["Condition"] == expected.count)
                #expect(chart.records.count <= 1 + min(limit, expected.count))
            }
        }
    }

    @Test func `what is not covered is not found in the same words as what is not there`()
        async throws
    {
        let test = try await chart()
        func words(_ id: String) async -> String {
            do {
                _ = try await test.store.read("Condition", id, by: Callers.lab)
                return "found"
            } catch let problem as Problem {
                return problem.detail.replacing(id, with: "ID")
            } catch {
                return "\(error)"
            }
        }
        #expect(await words("bh") == words("none"))
    }

    @Test func `an older version of a record that became sensitive is closed too`() async throws {
        let test = try await chart()
        try await test.store.put(
            SampleResources.condition("general", of: "a", labels: ["42CFRPart2"]))
        await #expect(throws: Problem(.notFound, "")) {
            try await test.store.read("Condition", "general", version: 1, by: Callers.nurse)
        }
        #expect(
            try await test.store.read("Condition", "general", version: 1, by: Callers.physician)
                .version == 1)
    }

    @Test func `nobody writes a class of records that is closed to him`() async throws {
        let test = try await chart()
        await #expect(throws: Problem(.forbidden, "")) {
            try await test.store.put(
                SampleResources.condition("n", of: "a", labels: ["SUD"]), by: Callers.nurse)
        }
        await #expect(throws: Problem.self) {
            try await test.store.put(
                SampleResources.condition("sud", of: "a"), by: Callers.nurse)
        }
        #expect(try await test.store.read("Condition", "sud").version == 1)
    }

    @Test func `a sensitive record of no patient is closed as well`() async throws {
        let test = try await chart()
        try await test.store.put(SampleResources.observation("o", of: nil, labels: ["SUD"]))
        await #expect(throws: Problem(.notFound, "")) {
            try await test.store.read("Observation", "o", by: Callers.lab)
        }
        #expect(try await test.store.read("Observation", "o", by: Callers.physician).id == "o")
    }

    @Test func `a patient sees the own chart and no other`() async throws {
        let test = try await chart()
        try await test.store.put(SampleResources.patient("b"))
        try await test.store.put(SampleResources.condition("other", of: "b"))
        let caller = Callers.patient("a")
        #expect(
            try await visible(test, to: caller) == ["general", "bh", "sud", "both", "healing"])
        await #expect(throws: Problem(.notFound, "")) {
            try await test.store.read("Condition", "other", by: caller)
        }
        await #expect(throws: Problem(.forbidden, "")) {
            try await test.store.read("Patient", "b", by: caller)
        }
        let grant = try caller.grant(.search, "Condition")
        #expect(grant.onlyPatientIDs == ["a"])
        let page = try await test.store.search(grant, RecordQuery(type: "Condition"))
        #expect(page.total == 5)
        #expect(page.resources.allSatisfy { $0.patientID == "a" })
        var query = RecordQuery(type: "Condition")
        query.patientID = "b"
        #expect(try await test.store.search(grant, query).total == 0)
        query.patientID = nil
        query.ids = ["other", "general"]
        #expect(try await test.store.search(grant, query).resources.map(\.id) == ["general"])
    }

    @Test func `a patient who searches for people finds only the own record`() async throws {
        let test = try await chart()
        try await test.store.put(SampleResources.patient("b", given: "Dezba"))
        let grant = try Callers.patient("a").grant(.search, "Patient")
        let hits = try await test.store.findPeople(
            grant, PersonQuery("tsosie"), text: "tsosie", limit: 10)
        #expect(hits.people.map(\.id) == ["a"])
        #expect(hits.total == 1)
    }

    @Test func `a chart that is not there for a caller is not found`() async throws {
        let test = try await chart()
        let grant = try Callers.physician.grant(.read, "Condition", patientID: "zz")
        await #expect(throws: Problem(.notFound, "")) {
            try await test.store.chart(grant, types: [grant], limit: 10)
        }
    }
}
