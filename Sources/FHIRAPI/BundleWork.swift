import AccessControl
import FHIRModel
import Kernel
import RecordStore
import ServerKit

/// Carries out the entries of a Bundle.
struct BundleWork: Sendable {
    let gate: Gate
    let store: RecordStore

    /// What became of one entry.
    struct Done: Sendable {
        let index: Int
        let changed: Changed
    }

    /// Carries out all items of a plan or none of them.
    ///
    /// - Parameter act: what becomes of new resources: made, or imported.
    /// - Throws: ``Problem`` with the place of the entry that stands in the way.
    func allOrNothing(
        _ plan: BundlePlan, caller: Caller, isImport: Bool, idempotency: IdempotencyKey? = nil
    ) async throws -> [Done] {
        if let fault = plan.faults.first { throw fault.problem }
        var plan = plan
        let found = try await lookUp(plan, plan.items, caller)
        let kept = try reuse(&plan, found)
        var changes: [Change] = []
        var indexes: [Int] = []
        for item in plan.items where !kept.contains(item.index) {
            changes.append(
                try await change(item, in: plan, found, caller: caller, isImport: isImport))
            indexes.append(item.index)
        }
        let made: [Changed]
        do {
            made = try await store.change(changes, idempotency: idempotency)
        } catch let problem as Problem {
            throw Self.placed(problem, in: plan)
        }
        return zip(indexes, made).map { Done(index: $0, changed: $1) }
    }

    /// The problem with the place of the entry whose record it names.
    private static func placed(_ problem: Problem, in plan: BundlePlan) -> Problem {
        let item = plan.items.first { item in problem.location == "\(item.type)/\(item.id)" }
        let only = plan.items.count == 1 ? plan.items.first : nil
        guard let index = (item ?? only)?.index else { return problem }
        return placed(problem, BundlePlan.place(index))
    }

    private static func placed(_ problem: Problem, _ place: String) -> Problem {
        Problem(
            problem.code, problem.detail, location: place,
            retryAfterSeconds: problem.retryAfterSeconds)
    }

    /// Makes the change of one item.
    func change(
        _ item: BundlePlan.Item, in plan: BundlePlan, _ found: [IdentifierKey: [String]],
        caller: Caller, isImport: Bool
    ) async throws -> Change {
        let resource = try plan.resolved(item, found: found)
        let verb: Verb =
            switch item.act {
            case .create: .create
            case .update: .update
            case .delete: .delete
            }
        let ask = Ask(verb, item.type, id: item.id, patientID: resource.flatMap(PatientLink.id))
        let grant: Grant
        do {
            grant = try await gate.grant(ask, to: caller)
        } catch let problem as Problem {
            throw Self.placed(problem, BundlePlan.place(item.index))
        }
        let act: Change.Act =
            switch item.act {
            case .delete: .delete
            case .create where !isImport: .create
            case .create, .update: isImport ? .importing : .update
            }
        return Change(
            grant, act, type: item.type, id: item.id, json: resource, ifVersion: item.ifVersion)
    }

    /// What the store knows of the identifiers that items name.
    func lookUp(
        _ plan: BundlePlan, _ items: [BundlePlan.Item], _ caller: Caller
    ) async throws -> [IdentifierKey: [String]] {
        var keys: Set<IdentifierKey> = []
        for item in items { keys.formUnion(plan.lookups(item)) }
        var found: [IdentifierKey: [String]] = [:]
        // Whether an identifier is known is told only to those who may search its type.
        for (type, ofType) in Dictionary(grouping: keys, by: \.type) {
            let grant = try await gate.grant(Ask(.search, type), to: caller)
            found.merge(try await store.identify(grant, Set(ofType))) { $1 }
        }
        return found
    }

    /// Gives items that are there already the id they have; the positions of those.
    func reuse(
        _ plan: inout BundlePlan, _ found: [IdentifierKey: [String]]
    ) throws(Problem) -> Set<Int> {
        var kept: Set<Int> = []
        for (position, item) in plan.items.enumerated() {
            guard let unless = item.unless, let ids = found[unless], !ids.isEmpty else { continue }
            guard ids.count == 1 else {
                throw Problem(
                    .multipleMatches, "More than one record carries this identifier.",
                    location: BundlePlan.place(item.index) + ".request.ifNoneExist")
            }
            kept.insert(item.index)
            plan.rename(position, to: ids[0])
        }
        return kept
    }
}
