import AccessControl
import FHIRModel
import Kernel
import RecordStore
import TestKit

/// *Search by name* among more and more patients, and what else their number costs: opening the
/// store and checking the audit log.
struct NameSearch: Sendable {
    let scratch: String
    let plan: Plan

    func run() async throws -> [Figure] {
        var figures: [Figure] = []
        for count in plan.searchedPatients {
            let bench = try ScratchStore(in: scratch, name: "people-\(count)")
            defer { bench.close() }
            var invented = Invented()
            let patients = invented.patients(count)
            try await bench.put(patients)
            let isLargest = count == plan.searchedPatients.last
            let texts = invented.searches(plan.searches, of: patients)
            figures += try await search(texts, in: bench.store, of: count, isLargest: isLargest)
            guard isLargest else { continue }
            figures.append(try await audit(bench.store))
            figures.append(
                Figure(
                    name: "store opened, \(Number.text(Double(count))) patients", unit: "s",
                    measured: try bench.reopen()))
        }
        return figures
    }

    private func search(
        _ texts: [String], in store: RecordStore, of count: Int, isLargest: Bool
    ) async throws -> [Figure] {
        let grant = try Callers.physician.grant(.search, "Patient")
        var times = Times()
        var notes = Times()
        var found = 0
        for (number, text) in texts.enumerated() {
            let one = try await Stopwatch.seconds {
                try await store.findPeople(grant, try PersonQuery(text), text: text, limit: 20)
            }
            found += one.value.total
            let note = try await Stopwatch.seconds {
                try await store.note(AuditNote(grant.ask, detail: "alone"), by: grant.caller)
            }
            // The first ones fill caches and pools.
            guard number >= texts.count / 20 else { continue }
            times.add(one.seconds * 1_000)
            notes.add(note.seconds * 1_000)
        }
        guard found > texts.count / 2 else { throw Failure("The searches found hardly anybody.") }
        let mean = Number.text(Double(found) / Double(texts.count))
        let detail = "\(mean) people a search; base: the audit entry alone"
        return [50.0, 95, 99].map { percent in
            Figure(
                name: "name search, \(Number.text(Double(count))) patients, p\(Int(percent))",
                unit: "ms", measured: times.percentile(percent), base: notes.percentile(percent),
                aim: percent == 95 && isLargest ? .measuredMax(5) : nil, detail: detail)
        }
    }

    private func audit(_ store: RecordStore) async throws -> Figure {
        let grant = try Callers.machine.grant(.read, area: .audit, "AuditLog")
        let check = try await Stopwatch.seconds { try await store.verifyAudit(grant) }
        guard check.value.firstBad == nil else { throw Failure("The audit log is not intact.") }
        return Figure(
            name: "audit verify", unit: "entries/s",
            measured: Double(check.value.entries) / check.seconds,
            detail: "\(check.value.entries) entries")
    }
}
