import AccessControl
import FHIRModel
import Kernel
import RecordStore
import TestKit
import Testing

@Suite struct `Histories` {
    /// Two charts with records of several classes, changed and deleted.
    private func charts() async throws -> TestStore {
        let test = try TestStore(steps: [TestStore.history])
        let store = test.store
        for id in ["a", "b"] { try await store.put(SampleResources.patient(id)) }
        test.clock.advance(ms: 1_000)
        for id in ["a", "b"] {
            try await store.put(SampleResources.condition("c-\(id)", of: id))
            try await store.put(SampleResources.condition("bh-\(id)", of: id, labels: ["BH"]))
            try await store.put(SampleResources.condition("turned-\(id)", of: id))
        }
        test.clock.advance(ms: 1_000)
        for id in ["a", "b"] {
            try await store.put(SampleResources.condition("c-\(id)", of: id, text: "Asthma"))
            try await store.put(
                SampleResources.condition("turned-\(id)", of: id, labels: ["BH"]))
            try await store.delete("Condition", "c-\(id)")
        }
        return test
    }

    private func names(_ page: HistoryPage) -> [String] {
        page.versions.map { "\($0.id)/\($0.version)" }
    }

    private func history(
        _ test: TestStore, _ type: String, by caller: Caller, _ query: HistoryQuery = .init()
    ) async throws -> HistoryPage {
        let grant = try caller.grant(.search, type)
        return try await test.store.history(of: [grant], as: grant.ask, query)
    }

    @Test func `of one record every version is told, deletions too`() async throws {
        let test = try await charts()
        let grant = try Callers.physician.grant(.vread, "Condition", id: "c-a")
        var query = HistoryQuery()
        let page = try await test.store.history(of: grant, query)
        #expect(names(page) == ["c-a/3", "c-a/2", "c-a/1"])
        #expect(page.total == 3 && page.next == nil)
        #expect(page.versions[0].json == nil && page.versions[1].json != nil)
        query.limit = 2
        let first = try await test.store.history(of: grant, query)
        #expect(names(first) == ["c-a/3", "c-a/2"])
        query.after = first.next
        let last = try await test.store.history(of: grant, query)
        #expect(names(last) == ["c-a/1"] && last.next == nil && last.total == 3)
    }

    @Test func `of a type the newest change comes first`() async throws {
        let test = try await charts()
        let page = try await history(test, "Condition", by: Callers.physician)
        #expect(
            names(page) == [
                "c-b/3", "turned-b/2", "c-b/2", "c-a/3", "turned-a/2", "c-a/2", "turned-b/1",
                "bh-b/1", "c-b/1", "turned-a/1", "bh-a/1", "c-a/1",
            ])
    }

    @Test func `what a role may not see is in no history, nor what it was before`() async throws {
        let test = try await charts()
        let page = try await history(test, "Condition", by: Callers.lab)
        #expect(Set(page.versions.map(\.id)) == ["c-a", "c-b"])
        var query = HistoryQuery()
        query.isCountOnly = true
        #expect(try await history(test, "Condition", by: Callers.lab, query).total == 6)
        #expect(try await history(test, "Condition", by: Callers.nurse, query).total == 12)
        for id in ["bh-a", "turned-a", "none"] {
            let grant = try Callers.lab.grant(.vread, "Condition", id: id)
            await #expect(throws: Problem(.notFound, "")) {
                try await test.store.history(of: grant, HistoryQuery())
            }
        }
    }

    @Test func `a patient sees the own chart only`() async throws {
        let test = try await charts()
        let patient = Callers.patient("a")
        let page = try await history(test, "Condition", by: patient)
        #expect(Set(page.versions.map(\.id)) == ["c-a", "bh-a", "turned-a"])
        #expect(page.versions.count == 6)
        let people = try await history(test, "Patient", by: patient)
        #expect(names(people) == ["a/1"])
    }

    @Test func `several types are told together, each by its own grant`() async throws {
        let test = try await charts()
        try await test.store.put(SampleResources.practitioner("hale"))
        let patient = Callers.patient("a")
        let grants = try ["Patient", "Condition", "Practitioner"].map {
            try patient.grant(.search, $0)
        }
        var query = HistoryQuery()
        query.limit = 3
        var seen: [String] = []
        while true {
            let page = try await test.store.history(of: grants, as: grants[0].ask, query)
            seen += names(page)
            guard let next = page.next else { break }
            query.after = next
        }
        #expect(seen.count == 8 && Set(seen).count == 8)
        #expect(seen.first == "hale/1" && seen.last == "a/1")
    }

    @Test func `pages never skip or repeat a version while others write`() async throws {
        let test = try TestStore(steps: [TestStore.history])
        for number in 0..<50 {
            try await test.store.put(SampleResources.condition("c\(number % 10)", of: "a"))
            if number % 3 == 0 { test.clock.advance(ms: 1) }
        }
        var query = HistoryQuery()
        query.limit = 7
        var seen: [String] = []
        while true {
            let page = try await history(test, "Condition", by: Callers.physician, query)
            seen += names(page)
            try await test.store.put(SampleResources.condition("c\(seen.count % 10)", of: "a"))
            guard let next = page.next else { break }
            query.after = next
        }
        #expect(seen.count == 50 && Set(seen).count == 50)
    }

    @Test func `times choose versions written since and versions current at`() async throws {
        let test = try await charts()
        let start = FixedClock.mondayMs
        var query = HistoryQuery()
        query.sinceMs = start + 2_000
        let late = try await history(test, "Condition", by: Callers.physician, query)
        #expect(late.versions.count == 6 && late.versions.allSatisfy { $0.version > 1 })
        query.sinceMs = nil
        query.currentDuring = start + 1_500..<start + 1_501
        let current = try await history(test, "Condition", by: Callers.physician, query)
        #expect(current.versions.count == 6 && current.versions.allSatisfy { $0.version == 1 })
        query.currentDuring = start..<start + 500
        #expect(
            try await history(test, "Condition", by: Callers.physician, query).versions.isEmpty)
        let grant = try Callers.physician.grant(.vread, "Condition", id: "turned-a")
        query.currentDuring = start + 2_500..<start + 2_501
        #expect(names(try await test.store.history(of: grant, query)) == ["turned-a/2"])
    }

    @Test func `who asks again since the time of a page misses nothing`() async throws {
        let test = try TestStore(steps: [TestStore.history])
        let store = test.store
        let clock = test.clock
        async let writing: Void = withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<200 {
                group.addTask {
                    clock.advance(ms: 1)
                    try await store.put(SampleResources.condition("c\(number)", of: "a"))
                }
            }
            try await group.waitForAll()
        }
        var seen: Set<String> = []
        var query = HistoryQuery()
        query.limit = HistoryQuery.pageCountMax
        for _ in 0..<20 {
            let page = try await history(test, "Condition", by: Callers.physician, query)
            seen.formUnion(names(page))
            query.sinceMs = page.settledMs
        }
        try await writing
        seen.formUnion(names(try await history(test, "Condition", by: Callers.physician, query)))
        #expect(seen.count == 200)
    }

    @Test func `a history leaves one entry in the log`() async throws {
        let test = try await charts()
        _ = try await history(test, "Condition", by: Callers.nurse)
        let entry = try #require(try await test.store.auditTail(1).first)
        #expect(entry.verb == "search" && entry.type == "Condition")
        #expect(entry.detail == "history entries 12")
    }
}

@Suite struct `Cursors` {
    @Test func `a cursor opens only for what it was made for`() throws {
        let test = try TestStore()
        let cursor = try test.store.sealCursor([1, 2, 3], for: "user /Patient")
        #expect(try test.store.openCursor(cursor, for: "user /Patient") == [1, 2, 3])
        for (text, binding) in [
            (cursor, "user /Condition"), (String(cursor.dropLast(2)), "user /Patient"), ("", "x"),
            ("zz", "x"), (String(repeating: "a", count: 600), "x"), ("01ffffffff00", "x"),
        ] {
            #expect(throws: Problem(.value, "")) {
                try test.store.openCursor(text, for: binding)
            }
        }
    }
}

@Suite struct `Turns` {
    @Test func `those who look before they change go one after the other`() async throws {
        let test = try TestStore()
        let store = test.store
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    try await store.inTurn(["Condition", "Observation"]) {
                        let grant = try Callers.physician.grant(.search, "Condition")
                        let page = try await store.search(grant, RecordQuery(type: "Condition"))
                        guard page.total == 0 else { return }
                        try await store.put(
                            SampleResources.condition("c\(number)", of: "a"))
                    }
                }
            }
            try await group.waitForAll()
        }
        let grant = try Callers.physician.grant(.search, "Condition")
        #expect(try await store.search(grant, RecordQuery(type: "Condition")).total == 1)
    }
}
