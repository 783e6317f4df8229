import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore
import TestKit
import Testing

@Suite struct `Pages of a search` {
    private func store(_ count: Int) async throws -> TestStore {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("a"))
        for number in 0..<count {
            try await test.store.put(
                SampleResources.observation("o\(number)", of: "a", at: "2026-01-0\(1 + number % 9)")
            )
        }
        return test
    }

    private func query(
        _ count: Int, sort: [SearchSort] = [], applied: [AppliedParameter] = []
    ) -> SearchQuery {
        var query = SearchQuery(types: ["Observation"])
        query.applied = applied
        query.criteria = [.of("Observation", "status", nil, .code("final"))]
        query.countMax = count
        query.sort = sort
        return query
    }

    @Test(arguments: [true, false])
    func `nothing is shown twice or passed over while others write`(isWhole: Bool) async throws {
        let test = try await store(60)
        let store = test.store
        var query = query(7)
        if isWhole { query.criteria = [] }
        let grants = try Callers.machine.searchGrants("Observation")
        var seen: [String] = []
        var cursor: String?
        var round = 0
        repeat {
            let page = try await store.search(grants, query, cursor: cursor)
            seen += page.matches.map(\.id)
            cursor = page.next
            round += 1
            // One that was shown and one that was not are changed, one comes, one goes.
            try await store.put(SampleResources.observation("o\(round)", of: "a", value: "9"))
            try await store.put(SampleResources.observation("o\(59 - round)", of: "a", value: "9"))
            try await store.put(SampleResources.observation("n\(round)", of: "a"))
            if round < 4 { try await store.delete("Observation", "o\(50 + round)") }
        } while cursor != nil && round < 30
        #expect(Set(seen).count == seen.count)
        let gone = ["o51", "o52", "o53"]
        let lasting = (0..<60).map { "o\($0)" }.filter { !gone.contains($0) }
        #expect(Set(lasting).isSubset(of: seen))
    }

    @Test func `a sorted result stays as it was when it was searched`() async throws {
        let test = try await store(20)
        let query = query(6, sort: [SearchSort(parameter: "date")])
        let grants = try Callers.machine.searchGrants("Observation")
        let first = try await test.store.search(grants, query)
        let before = try await test.store.found(
            "Observation", sort: [SearchSort(parameter: "date")])
        for number in 6..<12 {
            try await test.store.put(
                SampleResources.observation("o\(number)", of: "a", at: "2025-01-01"))
        }
        var ids = first.matches.map(\.id)
        var cursor = first.next
        while let next = cursor {
            let page = try await test.store.search(grants, query, cursor: next)
            ids += page.matches.map(\.id)
            cursor = page.next
        }
        #expect(ids == before)
    }

    @Test func `a cursor serves only its own caller and search, and only for a while`()
        async throws
    {
        let test = try await store(20)
        let sorted = query(6, sort: [SearchSort(parameter: "date")])
        let grants = try Callers.nurse.searchGrants("Observation")
        let first = try await test.store.search(grants, sorted)
        let cursor = try #require(first.next)
        _ = try await test.store.search(grants, sorted, cursor: cursor)
        await #expect(throws: Problem(.value, "")) {
            try await test.store.search(
                Callers.physician.searchGrants("Observation"), sorted, cursor: cursor)
        }
        let other = query(
            6, sort: sorted.sort,
            applied: [AppliedParameter(name: "status", value: "amended")])
        await #expect(throws: Problem(.value, "")) {
            try await test.store.search(grants, other, cursor: cursor)
        }
        for bad in [
            "", "00", String(repeating: "a", count: 400), String(cursor.dropLast(2)) + "00",
        ] {
            await #expect(throws: Problem(.value, "")) {
                try await test.store.search(grants, sorted, cursor: bad)
            }
        }
        test.clock.advance(ms: 11 * 60_000)
        await #expect(throws: Problem(.deleted, "")) {
            try await test.store.search(grants, sorted, cursor: cursor)
        }
        try test.reopen()
        await #expect(throws: Problem(.deleted, "")) {
            try await test.store.search(grants, sorted, cursor: cursor)
        }
    }

    @Test func `pages in the order of storing outlive a restart`() async throws {
        let test = try await store(20)
        let grants = try Callers.nurse.searchGrants("Observation")
        let first = try await test.store.search(grants, query(15))
        try test.reopen()
        let rest = try await test.store.search(grants, query(15), cursor: first.next)
        let ids = (first.matches + rest.matches).map(\.id)
        #expect(ids == (0..<20).map { "o\($0)" })
        #expect(rest.next == nil)
        #expect(rest.total == 20)
    }
}
