import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore
import TestKit
import Testing

@Suite struct `FHIR searches of the store` {
    private func clinic() async throws -> TestStore {
        let test = try TestStore()
        for id in ["a", "b"] {
            try await test.store.put(SampleResources.patient(id, given: "N\(id)"))
        }
        for number in 1...5 {
            try await test.store.put(
                SampleResources.observation(
                    "o\(number)", of: number < 4 ? "a" : "b", value: "\(number)",
                    at: "2026-0\(number)-01"))
        }
        return test
    }

    @Test func `a record is found by its patient, with and without the type`() async throws {
        let test = try await clinic()
        let store = test.store
        let patient = SearchCriterion.of("Observation", "patient", nil, .patient("a"))
        #expect(try await store.found("Observation", patient) == ["o1", "o2", "o3"])
        let subject = SearchCriterion.of("Observation", "subject", nil, .patient("b"))
        #expect(try await store.found("Observation", subject) == ["o4", "o5"])
        let nobody = SearchCriterion.of("Observation", "patient", nil, .patient("z"))
        #expect(try await store.found("Observation", nobody) == [])
    }

    @Test func `a change and a deletion are found at once`() async throws {
        let test = try await clinic()
        let store = test.store
        let final = SearchCriterion.of("Observation", "status", nil, .code("final"))
        #expect(try await store.found("Observation", final).count == 5)
        try await store.delete("Observation", "o2")
        try await store.put(SampleResources.observation("o3", of: "a", value: "30"))
        #expect(try await store.found("Observation", final) == ["o1", "o3", "o4", "o5"])
        try await store.put(SampleResources.observation("o2", of: "a"))
        #expect(try await store.found("Observation", final) == ["o1", "o2", "o3", "o4", "o5"])
    }

    @Test func `matches come in the order asked for, those without a value last`() async throws {
        let test = try await clinic()
        let store = test.store
        try await store.put(
            JSON.parse(
                Array(
                    #"{"resourceType":"Observation","id":"o9","status":"final","code":{"text":"x"}}"#
                        .utf8)))
        let falling = [SearchSort(parameter: "date", isDescending: true)]
        let ids = ["o5", "o4", "o3", "o2", "o1", "o9"]
        #expect(try await store.found("Observation", sort: falling) == ids)
        #expect(try await store.found("Observation", sort: falling, count: 2) == ids)
        let rising = [SearchSort(parameter: "value-quantity")]
        #expect(
            try await store.found("Observation", sort: rising, count: 4)
                == ["o1", "o2", "o3", "o4", "o5", "o9"])
        let names = [SearchSort(parameter: "given", isDescending: true)]
        #expect(try await store.found("Patient", sort: names) == ["b", "a"])
        let changed = [SearchSort(parameter: "_lastUpdated"), SearchSort(parameter: "_id")]
        #expect(try await store.found("Patient", sort: changed) == ["a", "b"])
    }

    @Test func `what a match refers to and what refers to it come along once`() async throws {
        let test = try await clinic()
        let store = test.store
        try await store.put(
            JSON.parse(
                Array(
                    (#"{"resourceType":"Provenance","id":"v","target":[{"reference":"Observation/o1"}"#
                        + #",{"reference":"Observation/o2"}],"recorded":"2026-01-01T00:00:00Z","#
                        + #""agent":[{"who":{"reference":"Practitioner/d"}}]}"#).utf8)))
        try await store.put(SampleResources.practitioner("d"))
        var query = SearchQuery(types: ["Observation"])
        query.criteria = [.of("Observation", "patient", nil, .patient("a"))]
        query.includes = [
            SearchInclude(isReverse: false, sourceType: "Observation", parameter: "subject"),
            SearchInclude(isReverse: true, sourceType: "Provenance", parameter: "target"),
        ]
        let grants = try Callers.machine.searchGrants("Observation")
        var page = try await store.search(grants, query)
        #expect(page.total == 3)
        #expect(page.included.map { "\($0.type)/\($0.id)" } == ["Patient/a", "Provenance/v"])
        query.includes.append(
            SearchInclude(
                isReverse: false, isIterate: true, sourceType: "Provenance", parameter: nil))
        page = try await store.search(grants, query)
        #expect(Set(page.included.map(\.id)) == ["a", "v", "d"])
    }

    @Test func `a list finds what it holds`() async throws {
        let test = try await clinic()
        try await test.store.put(
            JSON.parse(
                Array(
                    (#"{"resourceType":"List","id":"l","status":"current","mode":"working","entry":[{"#
                        + #""item":{"reference":"Observation/o2"}},{"item":{"reference":"#
                        + #""Patient/a"}}]}"#).utf8)))
        #expect(try await test.store.found("Observation", .listed("l")) == ["o2"])
        #expect(try await test.store.found("Patient", .listed("l")) == ["a"])
        #expect(try await test.store.found("Patient", .listed("m")) == [])
    }

    @Test func `a record is found by when it was changed`() async throws {
        let test = try TestStore()
        for id in ["a", "b", "c"] {
            try await test.store.put(SampleResources.patient(id))
            test.clock.advance(ms: 60_000)
        }
        let middle = FixedClock.mondayMs + 60_000
        for (prefix, ids) in [
            (SearchPrefix.gt, ["c"]), (.ge, ["b", "c"]), (.lt, ["a"]), (.le, ["a", "b"]),
            (.eq, ["b"]), (.ne, ["a", "c"]), (.sa, ["c"]), (.eb, ["a"]), (.ap, ["b"]),
        ] {
            let time = DateValue(prefix: prefix, low: middle, high: middle + 1_000)
            #expect(try await test.store.found("Patient", .lastUpdated([time])) == ids, "\(prefix)")
        }
    }

    @Test func `a search of several types finds all of them`() async throws {
        let test = try await clinic()
        var query = SearchQuery(types: ["Observation", "Patient"])
        query.criteria = [.compartment("Patient", id: "b")]
        let page = try await test.store.search(Callers.machine.searchGrants(), query)
        #expect(page.matches.map(\.id) == ["b", "o4", "o5"])
        query.countMax = 0
        let count = try await test.store.search(Callers.machine.searchGrants(), query)
        #expect(count.total == 3)
        #expect(count.matches.isEmpty)
        #expect(count.next == nil)
    }

    @Test func `a search leaves one entry that names what it showed`() async throws {
        let test = try await clinic()
        // Looking at the log leaves an entry, too.
        let before = try await test.store.auditTail(1).first?.seq ?? 0
        let patient = SearchCriterion.of("Observation", "patient", nil, .patient("a"))
        _ = try await test.store.found("Observation", patient, by: Callers.nurse)
        let tail = try await test.store.auditTail(2)
        let last = try #require(tail.first)
        #expect(last.seq == before + 2)
        #expect(last.patientID == "a")
        #expect(last.detail?.contains("shown Observation/o1,Observation/o2") == true)
    }

    @Test func `a limit is told with the way to stay within`() async throws {
        let test = try await clinic()
        try await test.store.putAll(
            (0..<1_001).map { try SampleResources.observation("m\($0)", of: "a") })
        let grants = try Callers.machine.searchGrants()
        var query = SearchQuery(types: ["Patient"])
        for count in [-1, 1_001] {
            query.countMax = count
            await #expect(throws: Problem(.value, "")) {
                _ = try await test.store.search(grants, query)
            }
        }
        query.countMax = 10
        query.includes = [
            SearchInclude(isReverse: true, sourceType: "Observation", parameter: "subject")
        ]
        await #expect(throws: Problem(.tooCostly, "")) {
            _ = try await test.store.search(grants, query)
        }
        let tail = try await test.store.auditTail(1)
        let last = try #require(tail.first)
        #expect(last.outcome == "failed")
        #expect(last.code == "too-costly")
    }
}
