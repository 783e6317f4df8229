import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Synchronization
import TestKit

/// *Save a visit*: how many resources a second the store takes from many callers at once, against
/// SQLite alone that inserts the same rows in groups of the same size.
struct Creates: Sendable {
    let scratch: String
    let plan: Plan

    func run() async throws -> [Figure] {
        let bench = try ScratchStore(in: scratch, name: "creates")
        defer { bench.close() }
        var invented = Invented()
        let patients = invented.patients(plan.createPatients)
        try await bench.put(patients)
        let copy = try CopiedRows(
            of: bench.data.database, to: "\(scratch)/copied.sqlite", steps: TestStore.ownSteps)
        defer { copy.close() }
        try copy.insert(try copy.fresh(), changesPerCommit: 500)
        var rounds = Rounds()
        var groups: [Double] = []
        for _ in 0..<plan.rounds {
            let bodies = (0..<plan.createsPerRound).map { number in
                Body(
                    patientID: patients[number % patients.count].id,
                    bytes: invented.observation(of: patients[number % patients.count].id))
            }
            let commits = bench.commitCount
            let stored = try await Stopwatch.seconds {
                try await create(bodies, in: bench.store)
            }
            let group = Double(bodies.count) / Double(max(1, bench.commitCount - commits))
            let rows = try copy.fresh()
            let copied = try await Stopwatch.seconds {
                try copy.insert(rows, changesPerCommit: max(1, Int(group.rounded())))
            }
            groups.append(group)
            rounds.add(
                measured: Double(bodies.count) / stored.seconds,
                base: Double(rows.count) / copied.seconds)
        }
        let group = Number.text(Rounds.median(groups))
        let explained = try await runExplained()
        return [
            rounds.figure(
                "creates in the store, \(plan.callers) callers", unit: "1/s", aim: .ratioMin(0.6),
                detail: "base: SQLite alone, same rows, \(group) changes a commit, FULL"),
            explained,
        ]
    }

    /// The same as a box writes it: each with a narrative and a Provenance of its own.
    private func runExplained() async throws -> Figure {
        var rates: [Double] = []
        var invented = Invented()
        let patients = invented.patients(plan.createPatients)
        var stores: [ScratchStore] = []
        defer { for store in stores { store.close() } }
        for isExplained in [false, true] {
            let bench = try ScratchStore(
                in: scratch, name: "creates-\(isExplained)", isExplained: isExplained)
            stores.append(bench)
            try await bench.put(patients)
            let bodies = (0..<plan.createsPerRound).map { number in
                Body(
                    patientID: patients[number % patients.count].id,
                    bytes: invented.observation(of: patients[number % patients.count].id))
            }
            let took = try await Stopwatch.seconds {
                try await create(bodies, in: bench.store)
            }
            rates.append(Double(bodies.count) / took.seconds)
        }
        return Figure(
            name: "creates with narrative and Provenance", unit: "1/s", measured: rates[1],
            base: rates[0], ratio: rates[1] / rates[0],
            detail: "base: the same without; each is two records, of which the second is small")
    }

    /// One resource that a caller sends.
    struct Body: Sendable {
        let patientID: String
        let bytes: [UInt8]
    }

    /// Parses and stores every body as its own change, from as many tasks as there are callers.
    private func create(_ bodies: [Body], in store: RecordStore) async throws {
        let next = Turn()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<plan.callers {
                group.addTask {
                    while let index = next.take(below: bodies.count) {
                        try await Self.create(bodies[index], number: index, in: store)
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private static func create(_ body: Body, number: Int, in store: RecordStore) async throws {
        let json = try JSON.parse(body.bytes)
        let id = store.parts.ids.next()
        let grant = try Callers.physician.grant(
            .create, "Observation", id: id, patientID: body.patientID)
        _ = try await store.change([Change(grant, .create, type: "Observation", id: id, json: json)]
        )
    }
}

/// Deals out numbers from 0, each once.
private final class Turn: Sendable {
    private let next = Atomic<Int>(0)

    func take(below bound: Int) -> Int? {
        let index = next.add(1, ordering: .relaxed).oldValue
        return index < bound ? index : nil
    }
}
