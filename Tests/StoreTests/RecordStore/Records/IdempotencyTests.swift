import AccessControl
import FHIRModel
import Kernel
import RecordStore
import TestKit
import Testing

@Suite struct `Repeated requests` {
    private let word = "0123456789abcdef"

    private func creating(_ id: String) throws -> [Change] {
        [
            Change(
                try Callers.physician.grant(.create, "Observation", id: id), .create,
                type: "Observation", id: id, json: try SampleResources.observation(id, of: "a"))
        ]
    }

    private func same(_ a: Changed?, _ b: Changed?) -> Bool {
        a?.outcome == b?.outcome && a?.id == b?.id && a?.version == b?.version
            && a?.changedMs == b?.changedMs && a?.patientID == b?.patientID && a?.json == b?.json
    }

    @Test func `the same request is answered the same and makes no copy`() async throws {
        let test = try TestStore()
        let key = try IdempotencyKey(word, userID: "u", request: [1, 2, 3])
        let first = try await test.store.change(creating("o1"), idempotency: key)
        test.clock.advance(ms: 60_000)
        let second = try await test.store.change(creating("o2"), idempotency: key)
        #expect(same(first.first, second.first))
        try test.reopen()
        let third = try await test.store.change(creating("o3"), idempotency: key)
        #expect(same(first.first, third.first))
        #expect(try await RowCounts(test).versions == 1)
        #expect(try await test.store.auditVerdict().firstBad == nil)
    }

    @Test func `the same word with another request is refused`() async throws {
        let test = try TestStore()
        let key = try IdempotencyKey(word, userID: "u", request: [1])
        let other = try IdempotencyKey(word, userID: "u", request: [2])
        _ = try await test.store.change(creating("o1"), idempotency: key)
        await #expect(throws: Problem(.conflict, "")) {
            try await test.store.change(creating("o2"), idempotency: other)
        }
    }

    @Test func `the same word of another user is another request`() async throws {
        let test = try TestStore()
        let mine = try IdempotencyKey(word, userID: "u", request: [1])
        let other = try IdempotencyKey(word, userID: "v", request: [1])
        _ = try await test.store.change(creating("o1"), idempotency: mine)
        _ = try await test.store.change(creating("o2"), idempotency: other)
        #expect(try await RowCounts(test).versions == 2)
    }

    @Test func `of ten equal requests at once one is kept and all are answered alike`() async throws
    {
        let test = try TestStore()
        let store = test.store
        let key = try IdempotencyKey(word, userID: "u", request: [9])
        let changes = try (0..<10).map { try creating("o\($0)") }
        let answers = try await withThrowingTaskGroup(of: [Changed].self) { group in
            for one in changes {
                group.addTask { try await store.change(one, idempotency: key) }
            }
            return try await group.reduce(into: [String]()) { $0.append($1.first?.id ?? "") }
        }
        #expect(Set(answers).count == 1)
        #expect(answers.count == 10)
        #expect(try await RowCounts(test).versions == 1)
    }

    @Test func `an import that changed nothing is answered the same`() async throws {
        let test = try TestStore()
        try await test.store.put(SampleResources.observation("o", of: "a"))
        let grant = try Callers.machine.grant(.create, "Observation", id: "o")
        let change = Change(
            grant, .importing, type: "Observation", id: "o",
            json: try SampleResources.observation("o", of: "a"))
        let key = try IdempotencyKey(word, userID: "u", request: [1])
        let first = try await test.store.change([change], idempotency: key)
        let second = try await test.store.change([change], idempotency: key)
        #expect(first.first?.outcome == .unchanged)
        #expect(same(first.first, second.first))
    }

    @Test func `answers are forgotten after a day`() async throws {
        let test = try TestStore()
        let key = try IdempotencyKey(word, userID: "u", request: [1])
        _ = try await test.store.change(creating("o1"), idempotency: key)
        test.clock.advance(ms: 25 * 3_600_000)
        try await test.store.forgetAnswers(Callers.machine.grant(.administer, area: .system, "Job"))
        _ = try await test.store.change(creating("o2"), idempotency: key)
        #expect(try await RowCounts(test).versions == 2)
    }

    @Test(arguments: [
        "short", String(repeating: "a", count: 65), "has a blank 123456", "ümlaut-0123456789",
    ])
    func `a word that is not one is refused`(word: String) {
        #expect(throws: Problem(.value, "")) {
            try IdempotencyKey(word, userID: "u", request: [])
        }
    }
}
