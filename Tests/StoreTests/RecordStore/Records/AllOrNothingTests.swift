import AccessControl
import FHIRModel
import Kernel
import RecordStore
import SQLite
import TestKit
import Testing

/// How many rows each table of the records holds.
struct RowCounts: Equatable {
    var versions: Int64
    var tags: Int64
    var extracts: Int64
    var people: Int
    var outbox: Int64

    init(_ test: TestStore) async throws {
        let people = test.store.people.count
        let grant = try Callers.machine.grant(.read, area: .system, "Rows")
        self = try await test.store.rows(grant) { rows in
            RowCounts(
                versions: try rows.connection.int("SELECT count(*) FROM resource_version") ?? -1,
                tags: try rows.connection.int("SELECT count(*) FROM identifier_tag") ?? -1,
                extracts: try rows.connection.int("SELECT count(*) FROM person_extract") ?? -1,
                people: people,
                outbox: try rows.connection.int("SELECT count(*) FROM outbox") ?? -1)
        }
    }

    private init(versions: Int64, tags: Int64, extracts: Int64, people: Int, outbox: Int64) {
        self.versions = versions
        self.tags = tags
        self.extracts = extracts
        self.people = people
        self.outbox = outbox
    }
}

@Suite struct `Transactions of records` {
    private func changes(badAt: Int?) throws -> [Change] {
        try (0..<9).map { number in
            let act: Change.Act = number == badAt ? .create : .update
            let json: JSON
            let type: String
            let id: String
            switch number % 3 {
            case 0:
                (type, id) = ("Patient", "p\(number)")
                json = try SampleResources.patient(id)
            case 1:
                (type, id) = ("Practitioner", "d\(number)")
                json = try SampleResources.practitioner(id)
            default:
                (type, id) = ("Observation", "o\(number)")
                json = try SampleResources.observation(id, of: "p0")
            }
            let grant = try Callers.machine.grant(.update, type, id: id)
            return Change(grant, act, type: type, id: id, json: json)
        }
    }

    @Test func `all changes of a transaction are kept together`() async throws {
        let test = try TestStore()
        let made = try await test.store.change(try changes(badAt: nil))
        #expect(made.map(\.outcome) == Array(repeating: .created, count: 9))
        let counts = try await RowCounts(test)
        #expect(counts.versions == 9)
        #expect(counts.people == 3)
        #expect(counts.tags == 3)
    }

    @Test(arguments: [0, 4, 8])
    func `one bad change keeps nothing of the others`(place: Int) async throws {
        let test = try TestStore()
        let all = try changes(badAt: place)
        let bad = all[place]
        try await test.store.put(try #require(bad.json))
        let before = try await RowCounts(test)
        let entries = try await test.store.auditTail(100).filter { $0.outcome == "ok" }
        await #expect(throws: Problem(.duplicate, "")) { try await test.store.change(all) }
        #expect(try await RowCounts(test) == before)
        let after = try await test.store.auditTail(100).filter { $0.outcome == "ok" }
        #expect(
            after.count(where: { $0.verb == "update" }) == entries.count { $0.verb == "update" })
        try test.reopen()
        #expect(try await RowCounts(test) == before)
    }

    @Test func `a failure on the writer's own thread keeps nothing either`() async throws {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("a"))
        let before = try await RowCounts(test)
        let grant = try Callers.machine.grant(.administer, area: .system, "Rows")
        await #expect(throws: Problem(.conflict, "")) {
            try await test.store.changeRows(grant, note: AuditNote(grant.ask)) { rows in
                try rows.post(topic: "t", payload: [1])
                throw Problem(.conflict, "No.")
            }
        }
        #expect(try await RowCounts(test) == before)
        #expect(try await test.store.auditVerdict().firstBad == nil)
    }

    @Test func `one resource twice in a transaction is refused`() async throws {
        let test = try TestStore()
        let grant = try Callers.machine.grant(.update, "Patient", id: "a")
        let change = Change(
            grant, .update, type: "Patient", id: "a", json: try SampleResources.patient("a"))
        await #expect(throws: Problem(.invalid, "")) {
            try await test.store.change([change, change])
        }
    }

    @Test func `an import of equal content makes no version`() async throws {
        let test = try TestStore()
        let grant = try Callers.machine.grant(.create, "Observation", id: "o")
        func importing(_ value: String) throws -> [Change] {
            [
                Change(
                    grant, .importing, type: "Observation", id: "o",
                    json: try SampleResources.observation("o", of: "a", value: value))
            ]
        }
        #expect(try await test.store.change(importing("1.0")).first?.outcome == .created)
        test.clock.advance(ms: 86_400_000)
        #expect(try await test.store.change(importing("1.0")).first?.outcome == .unchanged)
        #expect(try await test.store.read("Observation", "o").version == 1)
        #expect(try await test.store.change(importing("1.00")).first?.outcome == .updated)
        #expect(try await test.store.auditVerdict().firstBad == nil)
    }

    @Test func `a record cannot move to another patient's chart`() async throws {
        let test = try TestStore()
        try await test.store.put(SampleResources.observation("o", of: "a"))
        await #expect(throws: Problem(.conflict, "")) {
            try await test.store.put(SampleResources.observation("o", of: "b"))
        }
        await #expect(throws: Problem(.conflict, "")) {
            try await test.store.put(SampleResources.observation("o", of: nil))
        }
        #expect(try await test.store.read("Observation", "o").patientID == "a")
    }
}
