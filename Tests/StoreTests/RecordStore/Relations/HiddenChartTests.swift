import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore
import TestKit
import Testing

/// A clinic with a hidden chart answers as one in which that chart never was.
@Suite struct `A hidden chart` {
    private static let hidden: Set<String> = ["p1", "p4", "p5"]

    private struct Pair {
        let whole: TestStore
        let without: TestStore
        let corpus: [JSON]
        /// Type and id of what is hidden.
        let gone: [(type: String, id: String)]
    }

    private func stores() async throws -> Pair {
        let pair = (
            whole: try TestStore(steps: [TestStore.history], idSeed: 5),
            without: try TestStore(steps: [TestStore.history], idSeed: 5)
        )
        let corpus = try SearchCorpus(seed: 21).resources
        var gone: [(type: String, id: String)] = []
        for json in corpus {
            let changed = try await pair.whole.store.put(json)
            guard let patient = changed.patientID, Self.hidden.contains(patient) else {
                try await pair.without.store.put(json)
                continue
            }
            gone.append((changed.type, changed.id))
        }
        return Pair(whole: pair.whole, without: pair.without, corpus: corpus, gone: gone)
    }

    private let caller = Callers.physician.opening(["p0", "p2", "p3", "p6", "p7"])

    private func found(
        _ store: RecordStore, _ query: SearchQuery, _ type: String
    ) async throws -> String {
        let page = try await store.search(caller.searchGrants(type), query)
        let shown = (page.matches + page.included).map { "\($0.type)/\($0.id)" }.sorted()
        return "\(page.total ?? -1) \(shown)"
    }

    @Test func `no search, total or include tells of it`() async throws {
        let pair = try await stores()
        #expect(pair.gone.count > 20)
        for type in ["Patient", "Observation", "Condition", "Encounter", "Appointment"] {
            var query = SearchQuery(types: [type])
            query.countMax = 1_000
            query.includes = [
                SearchInclude(isReverse: true, sourceType: nil, parameter: nil),
                SearchInclude(isReverse: false, sourceType: nil, parameter: nil),
            ]
            let whole = try await found(pair.whole.store, query, type)
            let without = try await found(pair.without.store, query, type)
            #expect(whole == without, "\(type)")
            query.criteria = [.ids(pair.gone.map(\.id))]
            let named = try await found(pair.whole.store, query, type)
            #expect(named == "0 []", "\(type)")
        }
    }

    @Test func `no read, history, update or deletion tells of it`() async throws {
        let pair = try await stores()
        for (type, id) in pair.gone.prefix(40) {
            var answers: [String] = []
            for store in [pair.whole.store, pair.without.store] {
                answers.append(
                    await told { _ = try await store.read(type, id, by: caller) })
                answers.append(
                    await told {
                        _ = try await store.history(
                            of: caller.grant(.read, type, id: id), HistoryQuery())
                    })
                if type != "Patient" {
                    answers.append(
                        await told { _ = try await store.delete(type, id, by: caller) })
                    answers.append(
                        await told {
                            let json = try JSON.parse(
                                Array(
                                    (#"{"resourceType":"\#(type)","id":"\#(id)","#
                                        + #""subject":{"reference":"Patient/p0"}}"#).utf8))
                            try await store.put(json, by: caller)
                        })
                }
            }
            let half = answers.count / 2
            #expect(Array(answers[..<half]) == Array(answers[half...]), "\(type)/\(id)")
            #expect(!answers.contains("done"), "\(type)/\(id)")
        }
    }

    @Test func `no history of a type or count of a type tells of it`() async throws {
        let pair = try await stores()
        for type in ["Patient", "Observation", "Condition", "Encounter"] {
            var answers: [String] = []
            for store in [pair.whole.store, pair.without.store] {
                let grant = try caller.grant(.search, type)
                var query = HistoryQuery()
                query.limit = 1_000
                let page = try await store.history(of: [grant], as: grant.ask, query)
                let names = page.versions.map { "\($0.type)/\($0.id)/\($0.version)" }.sorted()
                var counting = RecordQuery(type: type)
                counting.isCountOnly = true
                let total = try await store.search(grant, counting).total
                answers.append("\(total) \(names) \(page.next == nil)")
            }
            #expect(answers[0] == answers[1], "\(type)")
        }
    }

    @Test func `a chart that is closed to a person cannot be written either`() async throws {
        let pair = try await stores()
        let store = pair.whole.store
        let told = await told {
            let json = try SampleResources.condition("fresh", of: "p1")
            let grant = try caller.grant(.create, "Condition", id: "fresh")
            _ = try await store.change([
                Change(grant, .create, type: "Condition", id: "fresh", json: json)
            ])
        }
        let unknown = await self.told {
            let json = try SampleResources.condition("fresh", of: "nobody")
            let grant = try caller.grant(.create, "Condition", id: "fresh")
            _ = try await store.change([
                Change(grant, .create, type: "Condition", id: "fresh", json: json)
            ])
        }
        #expect(told == unknown && told.hasPrefix("forbidden"))
    }

    @Test func `who opens own charts only registers a patient as the general practitioner`()
        async throws
    {
        let test = try TestStore()
        let caller = Callers.physician.opening([], ownReferences: ["Practitioner/hale"])
        for (reference, isDone) in [("Practitioner/other", false), ("Practitioner/hale", true)] {
            let json = try JSON.parse(
                Array(
                    (#"{"resourceType":"Patient","id":"n","generalPractitioner":"#
                        + #"[{"reference":"\#(reference)"}]}"#).utf8))
            let told = await told {
                let grant = try caller.grant(.create, "Patient", id: "n")
                _ = try await test.store.change([
                    Change(grant, .create, type: "Patient", id: "n", json: json)
                ])
            }
            #expect((told == "done") == isDone, "\(told)")
        }
    }

    /// What somebody is told who tries something.
    private func told(_ act: () async throws -> Void) async -> String {
        do {
            try await act()
            return "done"
        } catch let problem as Problem {
            return "\(problem.code.rawValue) \(problem.detail) \(problem.location ?? "")"
        } catch {
            return "\(error)"
        }
    }
}
