package import AccessControl
import FHIRModel
package import Kernel
package import RecordStore
import Sealing
package import ServerKit

/// What an import of one piece came to.
package struct ImportReport: Sendable, Equatable {
    /// An entry that was left out.
    package struct Reject: Sendable, Equatable {
        /// `entry 3`, `line 17`, or empty for a whole file.
        package let place: String
        package let reason: String
        /// Whether it may go in once other files have.
        package let isWaiting: Bool
    }

    package var created = 0
    package var updated = 0
    package var unchanged = 0
    /// Resources that went in or were there already, by type.
    package var byType: [String: Int] = [:]
    package var rejects: [Reject] = []
    /// Resources that went in though they break rules.
    package var flawedCount = 0
    /// How often each rule is broken by what went in, by its words; the first 200 of them.
    package var flaws: [String: Int] = [:]

    /// Makes an empty report.
    package init() {}

    /// Adds what another piece came to.
    package mutating func add(_ other: ImportReport) {
        created += other.created
        updated += other.updated
        unchanged += other.unchanged
        byType.merge(other.byType, uniquingKeysWith: +)
        rejects += other.rejects
        flawedCount += other.flawedCount
        flaws.merge(other.flaws, uniquingKeysWith: +)
    }

    mutating func note(_ notes: WriteNotes) {
        flawedCount += notes.flawedCount
        flaws.merge(notes.flaws, uniquingKeysWith: +)
    }

    /// Resources that are in the store now because of the piece, or were before.
    package var count: Int { created + updated + unchanged }

    mutating func count(_ changed: Changed) {
        switch changed.outcome {
        case .created: created += 1
        case .updated: updated += 1
        case .unchanged: unchanged += 1
        case .deleted: return
        }
        byType[changed.type, default: 0] += 1
    }

    mutating func reject(_ place: String, _ problem: Problem) {
        let inside = problem.location.map { " (\($0))" } ?? ""
        rejects.append(
            Reject(
                place: place, reason: problem.detail + inside,
                isWaiting: problem.code == .notFound))
    }
}

/// Puts FHIR Bundles and resources into the store under the ids that they came with, so that the
/// same file twice doubles nothing.
///
/// A transaction Bundle goes in whole or not at all; of everything else the entries that cannot
/// go in are reported and the rest goes in.
package struct Importer: Sendable {
    /// Entries that one commit takes where entries stand for themselves.
    private static let chunkCount = 200

    private let work: BundleWork

    /// Makes an importer.
    package init(
        gate: Gate, store: RecordStore, ids: IDs, rules: WriteRules = .strict
    ) {
        work = BundleWork(gate: gate, store: store, ids: ids, rules: rules)
    }

    /// Imports one document: a Bundle or a single resource.
    package func importDocument(_ bytes: [UInt8], caller: Caller) async throws -> ImportReport {
        var report = ImportReport()
        let caller = caller.bringing([bytes])
        do {
            let json: JSON
            do throws(JSONError) {
                json = try JSON.parse(bytes, limits: .bundle)
            } catch {
                throw Problem(
                    .structure,
                    "\(error.message) Line \(error.line), column \(error.column).")
            }
            guard json["resourceType"]?.equals("Bundle") == true else {
                return try await importResources([(place: "", json: json)], caller: caller)
            }
            try await importBundle(json, caller: caller, into: &report)
        } catch let problem as Problem where problem.code != .noStore {
            report.reject("", problem)
        }
        return report
    }

    /// Imports lines of NDJSON, each a resource.
    ///
    /// - Parameter firstLine: the number of the first line, from 1, for the report.
    package func importLines(
        _ lines: [[UInt8]], firstLine: Int, caller: Caller
    ) async throws -> ImportReport {
        var report = ImportReport()
        let caller = caller.bringing(lines)
        var resources: [(place: String, json: JSON)] = []
        for (offset, line) in lines.enumerated() where !line.allSatisfy({ $0 <= 0x20 }) {
            let place = "line \(firstLine + offset)"
            do throws(JSONError) {
                resources.append((place, try JSON.parse(line, limits: .resource)))
            } catch {
                report.reject(
                    place, Problem(.structure, "\(error.message) Column \(error.column)."))
            }
        }
        report.add(try await importResources(resources, caller: caller))
        return report
    }

    private func importResources(
        _ resources: [(place: String, json: JSON)], caller: Caller
    ) async throws -> ImportReport {
        let entries = resources.enumerated().map { index, one in
            FHIRBundle.Entry(index: index, resource: one.json)
        }
        var report = ImportReport()
        try await importEach(
            BundlePlan(entries, naming: .kept), caller: caller, into: &report
        ) { resources[$0].place }
        return report
    }

    private func importBundle(
        _ json: JSON, caller: Caller, into report: inout ImportReport
    ) async throws {
        let bundle: FHIRBundle
        do throws(BundleError) {
            bundle = try FHIRBundle(json)
        } catch {
            throw error.problem
        }
        let plan = BundlePlan(bundle.entries, naming: .kept)
        guard bundle.kind == .transaction else {
            try await importEach(plan, caller: caller, into: &report) { "entry \($0)" }
            return
        }
        let notes = WriteNotes()
        let made = try await work.allOrNothing(
            plan, caller: caller, isImport: true, notes: notes)
        for changed in made.values { report.count(changed) }
        report.note(notes)
    }

    /// Takes entries one by one, in chunks; those whose references wait for others of the same
    /// Bundle come again once those are in.
    private func importEach(
        _ plan: BundlePlan, caller: Caller, into report: inout ImportReport,
        place: (Int) -> String
    ) async throws {
        for fault in plan.faults { report.reject(place(fault.index), fault.problem) }
        var plan = plan
        var left = Array(plan.items.indices)
        while !left.isEmpty {
            var waiting: [(position: Int, problem: Problem)] = []
            for chunk in stride(from: 0, to: left.count, by: Self.chunkCount) {
                let positions = left[chunk..<min(chunk + Self.chunkCount, left.count)]
                waiting += try await importChunk(
                    Array(positions), &plan, caller: caller, into: &report, place: place)
            }
            guard waiting.count < left.count else {
                for one in waiting {
                    report.reject(place(plan.items[one.position].index), one.problem)
                }
                return
            }
            left = waiting.map(\.position)
        }
    }

    private func importChunk(
        _ positions: [Int], _ plan: inout BundlePlan, caller: Caller,
        into report: inout ImportReport, place: (Int) -> String
    ) async throws -> [(position: Int, problem: Problem)] {
        let items = positions.map { plan.items[$0] }
        let found = try await work.lookUp(plan.conditions(of: items), caller)
        var changes: [Change] = []
        var waiting: [(position: Int, problem: Problem)] = []
        let notes = WriteNotes()
        defer { report.note(notes) }
        for position in positions {
            let item = plan.items[position]
            if let unless = item.condition, item.act == .create, let id = found[unless]?.first {
                plan.rename(position, to: id)
                report.unchanged += 1
                report.byType[item.type, default: 0] += 1
                continue
            }
            do {
                changes.append(
                    try await work.importing(
                        item, in: plan, found: found, caller: caller, notes: notes))
            } catch let problem as Problem {
                if problem.code == .notFound {
                    waiting.append((position, problem))
                } else {
                    report.reject(place(item.index), problem)
                }
            }
        }
        try await commit(changes, into: &report, items: items, place: place)
        return waiting
    }

    /// Commits a chunk; where one change stands in the way, each goes by itself and that one is
    /// reported.
    private func commit(
        _ changes: [Change], into report: inout ImportReport, items: [BundlePlan.Item],
        place: (Int) -> String
    ) async throws {
        do {
            for changed in try await work.store.change(changes) { report.count(changed) }
        } catch let problem as Problem where problem.code != .noStore {
            for change in changes {
                do {
                    for changed in try await work.store.change([change]) { report.count(changed) }
                } catch let problem as Problem where problem.code != .noStore {
                    let item = items.first { $0.type == change.type && $0.id == change.id }
                    report.reject(place(item?.index ?? 0), problem)
                }
            }
        }
    }
}

extension Caller {
    /// The same caller who brings a file, or a part of one.
    fileprivate func bringing(_ parts: [[UInt8]]) -> Caller {
        var caller = self
        caller.origin = .file(
            digest: Hex.text(SHA256.digest(Array(parts.joined(separator: [0x0A])))))
        return caller
    }
}
