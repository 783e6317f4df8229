import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore
import Synchronization
import TestKit
import Testing

/// Tells the writers to stop.
private final class Bell: Sendable {
    private let state = Mutex(false)

    var hasRung: Bool { state.withLock { $0 } }

    func ring() { state.withLock { $0 = true } }
}

/// Pages of searches while others write.
@Suite struct `Pages while eight write` {
    private static let lasting = 120
    private static let fleeting = 40

    /// Makes, changes and deletes records until it is told to stop; records with `l` stay and keep
    /// what they are found by.
    private static func write(
        _ store: RecordStore, seed: UInt64, until bell: Bell
    ) async throws -> Int {
        var random = SeededRandom(seed: seed)
        var count = 0
        while !bell.hasRung {
            let day = "2026-0\(1 + random.below(9))-1\(random.below(10))"
            switch random.below(4) {
            case 0 where count < 60:
                try await store.put(
                    SampleResources.observation("n\(seed)-\(count)", of: "a", at: day))
            case 1:
                let id = "f\(random.below(fleeting))"
                // Somebody else may have deleted it already.
                _ = try? await store.delete("Observation", id)
            default:
                try await store.put(
                    SampleResources.observation(
                        "l\(random.below(lasting))", of: "a", value: "\(count)", at: day))
            }
            count += 1
        }
        return count
    }

    private static func pages(
        _ store: RecordStore, _ query: SearchQuery
    ) async throws -> [String] {
        let grants = try Callers.machine.searchGrants("Observation")
        var seen: [String] = []
        var cursor: String?
        repeat {
            let page = try await store.search(grants, query, cursor: cursor)
            seen += page.matches.map(\.id)
            cursor = page.next
        } while cursor != nil && seen.count < 20_000
        return seen
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `no page skips or repeats what was there all the time`(seed: UInt64) async throws {
        let test = try TestStore()
        let store = test.store
        try await store.put(SampleResources.patient("a"))
        var all: [JSON] = []
        for number in 0..<Self.lasting {
            all.append(try SampleResources.observation("l\(number)", of: "a"))
        }
        for number in 0..<Self.fleeting {
            all.append(try SampleResources.observation("f\(number)", of: "a"))
        }
        try await store.putAll(all)
        let wanted = Set((0..<Self.lasting).map { "l\($0)" })
        let bell = Bell()
        let writes = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<8 {
                group.addTask {
                    try await Self.write(
                        store, seed: seed * 100 + UInt64(number), until: bell)
                }
            }
            defer { bell.ring() }
            var random = SeededRandom(seed: seed)
            for round in 0..<12 {
                var query = SearchQuery(types: ["Observation"])
                query.countMax = 3 + random.below(30)
                if round % 3 > 0 {
                    query.criteria = [.of("Observation", "status", nil, .code("final"))]
                }
                let code = random.pick(["date", "_lastUpdated", "_id", "value-quantity"])
                if round % 2 > 0 {
                    query.sort = [
                        SearchSort(parameter: code, isDescending: random.isChance(percent: 50))
                    ]
                }
                let seen = try await Self.pages(store, query)
                #expect(Set(seen).count == seen.count, "seed \(seed), round \(round): repeated")
                #expect(wanted.isSubset(of: seen), "seed \(seed), round \(round): skipped")
                if code == "_id", let sort = query.sort.first {
                    let order = seen.filter(wanted.contains)
                    #expect(order == order.sorted { ($0 < $1) != sort.isDescending })
                }
            }
            bell.ring()
            return try await group.reduce(0, +)
        }
        #expect(writes > 50)
    }
}
