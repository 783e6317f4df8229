import AccessControl
import FHIRModel
import FHIRSearch
import Glibc
import Kernel
import RecordStore
import TestKit
import Testing

/// Searches of all kinds over the demo clinic and the patients that the project shares.
///
/// `TRIBAL_EHR_FULL` asks for 10,000 searches instead of 200, `TRIBAL_EHR_SEARCHES` for another
/// number, `TRIBAL_EHR_SEED` for those of another seed, and `TRIBAL_EHR_SEARCH` for a single one.
@Suite struct `Searches over whole clinics` {
    private static func environment(_ name: String) -> String? {
        getenv(name).map { String(cString: $0) }
    }

    private static let isFull = environment("TRIBAL_EHR_FULL") != nil
    private static let seed = environment("TRIBAL_EHR_SEED").flatMap(UInt64.init) ?? 20_261_121
    private static let searches =
        environment("TRIBAL_EHR_SEARCHES").flatMap(Int.init) ?? (isFull ? 10_000 : 200)

    private static func demo() throws -> [JSON] {
        try DemoLines.all().map { try JSON.parse($0) }
    }

    /// Both, each resource once.
    private static func corpus() throws -> [JSON] {
        var names: Set<String> = []
        let shared = try SharedPatients()?.resources(files: isFull ? 6 : 2) ?? []
        return (try demo() + shared).filter { json in
            names.insert("\(json.string("resourceType") ?? "")/\(json.string("id") ?? "")").inserted
        }
    }

    @Test func `every search finds what looking at every record finds`() async throws {
        let corpus = try Self.corpus()
        let test = try TestStore()
        for start in stride(from: 0, to: corpus.count, by: 500) {
            try await test.store.putAll(Array(corpus[start..<min(start + 500, corpus.count)]))
            test.clock.advance(ms: 3_600_000)
        }
        let oracle = try await SearchOracle(corpus, in: test.store)
        print("differential: seed \(Self.seed), \(corpus.count) records")
        let patientID = oracle.records.first { $0.type == "Patient" }?.id ?? ""
        let callers = [
            Callers.machine, Callers.physician, Callers.nurse, Callers.lab,
            Callers.patient(patientID),
        ]
        let parser = SearchParser(nowMs: test.clock.clock.wallMs(), offersText: true)
        var asker = SearchAsker(random: SeededRandom(seed: Self.seed), records: oracle.records)
        let only = Self.environment("TRIBAL_EHR_SEARCH").flatMap(Int.init)
        var tally = Tally()
        for number in 0..<Self.searches {
            let (type, fields) = asker.search()
            let pageCount = asker.random.pick([1, 3, 10, 100, 1_000])
            guard only == nil || only == number else { continue }
            let caller = callers[number % callers.count]
            guard (try? caller.grant(.search, type)) != nil else { continue }
            var query: SearchQuery
            do {
                query = try parser.query(type: type, parameters: fields, isStrict: true)
            } catch {
                tally.refused += 1
                continue
            }
            query.countMax = pageCount
            let told =
                "search \(number) of seed \(Self.seed), \(caller.name): \(type)?"
                + fields.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
            try await compare(query, caller, test.store, oracle, told, &tally)
        }
        print("differential: \(tally)")
        if only == nil {
            #expect(tally.hits * 3 > Self.searches && tally.refused * 5 < Self.searches)
        }
    }

    private struct Tally {
        var hits = 0
        var refused = 0
        var costly = 0
        var included = 0
        var sorted = 0
    }

    private func compare(
        _ query: SearchQuery, _ caller: Caller, _ store: RecordStore, _ oracle: SearchOracle,
        _ told: String, _ tally: inout Tally
    ) async throws {
        let type = query.types[0]
        var expected = oracle.find(.all(query.criteria), type, caller)
        if !query.sort.isEmpty { expected = oracle.sorted(expected, by: query.sort) }
        let grants = try caller.searchGrants(type)
        var found: [String] = []
        var cursor: String?
        var pages = 0
        repeat {
            let page: SearchPage
            do {
                page = try await store.search(grants, query, cursor: cursor)
            } catch let problem as Problem where problem.code == .tooCostly {
                tally.costly += 1
                return
            }
            #expect(page.total == expected.count, "total of \(told)")
            if !query.includes.isEmpty {
                let start = found.count
                let places = expected.dropFirst(start).prefix(page.matches.count)
                let along = oracle.included(Array(places), query.includes, caller)
                let shown = page.included.map { "\($0.type)/\($0.id)" }
                #expect(
                    Set(shown) == along && shown.count == along.count, "included by \(told)")
                tally.included += along.isEmpty ? 0 : 1
            }
            found += page.matches.map(\.id)
            cursor = page.next
            pages += 1
        } while cursor != nil && pages < (query.includes.isEmpty ? 25 : 4)
        let ids = expected.map { oracle.records[$0].id }
        #expect(
            cursor == nil ? found == ids : found == Array(ids.prefix(found.count)), "\(told)")
        tally.hits += ids.isEmpty ? 0 : 1
        tally.sorted += query.sort.isEmpty ? 0 : 1
    }
}
