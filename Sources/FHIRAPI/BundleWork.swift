import AccessControl
import FHIRModel
import Kernel
import RecordStore
import ServerKit

/// Carries out the changes of a Bundle, all of them or none.
struct BundleWork: Sendable {
    let acts: RecordActs
    var gate: Gate { acts.gate }
    var store: RecordStore { acts.store }

    init(gate: Gate, store: RecordStore, ids: IDs, rules: WriteRules = .strict) {
        acts = RecordActs(gate: gate, store: store, ids: ids, rules: rules)
    }

    /// Carries out all changes of a plan or none of them.
    ///
    /// - Parameters:
    ///   - isImport: whether new resources are imported and not made.
    ///   - notes: takes what is wrong with resources that went in all the same.
    /// - Returns: what became of each entry that changes something, by its index; an entry whose
    ///   condition finds nothing to delete is left out.
    /// - Throws: ``Problem`` with the place of the entry that stands in the way.
    func allOrNothing(
        _ plan: BundlePlan, caller: Caller, isImport: Bool, idempotency: IdempotencyKey? = nil,
        notes: WriteNotes = WriteNotes()
    ) async throws -> [Int: Changed] {
        if let fault = plan.faults.first { throw fault.problem }
        return try await store.inTurn(plan.conditionalTypes) {
            if let key = idempotency, let known = try await store.answered(key) {
                return Dictionary(known.map { ($0.place, $0) }) { first, _ in first }
            }
            for _ in 0..<RecordActs.attemptsMax {
                if let made = try await attempt(
                    plan, caller: caller, isImport: isImport, idempotency: idempotency,
                    notes: notes)
                {
                    return made
                }
            }
            throw RecordActs.tooBusy
        }
    }

    /// One attempt; nil where somebody changed a record after the plan was made from it.
    private func attempt(
        _ plan: BundlePlan, caller: Caller, isImport: Bool, idempotency: IdempotencyKey?,
        notes: WriteNotes
    ) async throws -> [Int: Changed]? {
        notes.forget()
        var run = BundleRun(
            plan: plan, caller: caller, isImport: isImport, acts: acts, notes: notes)
        try await run.settle()
        let changes = try await run.changes()
        do {
            let made = try await store.change(changes, idempotency: idempotency)
            return run.byIndex(made)
        } catch let problem as Problem {
            guard let told = run.told(problem) else { return nil }
            throw told
        }
    }

    /// The change that the import of one item comes to.
    func importing(
        _ item: BundlePlan.Item, in plan: BundlePlan, found: [BundlePlan.Condition: [String]],
        caller: Caller, notes: WriteNotes
    ) async throws -> Change {
        let run = BundleRun(
            plan: plan, caller: caller, isImport: true, acts: acts, notes: notes)
        guard item.act == .create || item.act == .update || item.act == .delete, !item.id.isEmpty
        else {
            throw Problem(
                .notSupported, "An import takes resources, and deletions by their id.",
                location: item.place)
        }
        return try await run.importing(item, found: found)
    }

    /// What the store knows of the conditions of items, as far as the caller may see it.
    func lookUp(
        _ conditions: Set<BundlePlan.Condition>, _ caller: Caller
    ) async throws -> [BundlePlan.Condition: [String]] {
        var found: [BundlePlan.Condition: [String]] = [:]
        var byKey: [IdentifierKey: [BundlePlan.Condition]] = [:]
        for condition in conditions {
            if let key = condition.key {
                byKey[key, default: []].append(condition)
            } else {
                found[condition] = try await acts.finder.matches(
                    condition.query, type: condition.type, caller: caller
                ).map(\.id)
            }
        }
        // Whether an identifier is known is told only to those who may search its type.
        for (type, keys) in Dictionary(grouping: byKey.keys, by: \.type) {
            let grant = try await gate.grant(Ask(.search, type), to: caller)
            for (key, ids) in try await store.identify(grant, Set(keys)) {
                for condition in byKey[key] ?? [] { found[condition] = ids }
            }
        }
        return found
    }
}

extension Problem {
    /// The same problem at a place; as it is without one.
    func placed(_ place: String?) -> Problem {
        guard let place else { return self }
        return Problem(
            code, detail, location: place, retryAfterSeconds: retryAfterSeconds,
            issues: issues.map { $0.placed(place) })
    }
}

extension Problem.Issue {
    /// The same finding of a resource that stands in an entry.
    fileprivate func placed(_ place: String) -> Problem.Issue {
        guard let location, !location.hasPrefix("Bundle.entry") else { return self }
        let inside = location.firstIndex(of: ".").map { location[$0...] } ?? ""
        return Problem.Issue(
            severity: severity, code: code, detail: detail, location: "\(place).resource\(inside)")
    }
}
