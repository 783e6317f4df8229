import AccessControl
import FHIRModel
import Kernel
import RecordStore
import ServerKit

/// One attempt to carry out the changes of a Bundle.
struct BundleRun {
    private(set) var plan: BundlePlan
    let caller: Caller
    let isImport: Bool
    let acts: RecordActs
    /// Takes what is wrong with resources that go in all the same.
    let notes: WriteNotes
    private var found: [BundlePlan.Condition: [String]] = [:]
    /// Positions of creations that keep what is there.
    private var kept: Set<Int> = []
    /// The first of them for each record.
    private var keeper: [String: Int] = [:]
    /// The version that the condition of a change fits, by position.
    private var versions: [Int: Int] = [:]
    /// Positions of updates whose condition finds nothing, so that their id may not be taken.
    private var absent: Set<Int> = []
    /// Positions of entries that are the same as another one's, by position of that.
    private var same: [Int: Int] = [:]
    /// Positions of deletions that find nothing.
    private var idle: Set<Int> = []

    init(
        plan: BundlePlan, caller: Caller, isImport: Bool, acts: RecordActs, notes: WriteNotes
    ) {
        self.plan = plan
        self.caller = caller
        self.isImport = isImport
        self.acts = acts
        self.notes = notes
    }

    /// Finds out what the conditions of all entries are about, deletions first.
    mutating func settle() async throws {
        let work = BundleWork(gate: acts.gate, store: acts.store, ids: acts.ids)
        found = try await work.lookUp(plan.conditions(of: plan.items), caller)
        var gone: Set<String> = []
        var made: [BundlePlan.Condition: Int] = [:]
        let order = plan.items.indices.sorted {
            (plan.items[$0].act, $0) < (plan.items[$1].act, $1)
        }
        for position in order {
            let item = plan.items[position]
            if let condition = item.condition {
                // A creation comes after the deletions; another change of what one of them takes
                // is a second change of the same resource.
                let matches = try await matches(item, condition).filter {
                    item.act != .create || !gone.contains("\(item.type)/\($0.id)")
                }
                guard matches.count < 2 else {
                    throw Problem(
                        .multipleMatches, "The condition fits more than one record; narrow it.",
                        location: item.place)
                }
                if let first = made[condition], matches.isEmpty {
                    guard item.act == .create else { throw BundlePlan.twice(item.place) }
                    same[position] = first
                    plan.rename(position, to: plan.items[first].id)
                    continue
                }
                try settle(position, item, matches.first)
                if item.act == .create || item.act == .update { made[condition] = position }
            }
            if item.act == .delete { gone.insert("\(item.type)/\(plan.items[position].id)") }
        }
        found = withOwn(found)
        try refuseOverlaps()
    }

    /// What the condition of an item finds; of a change with the versions that it fits.
    private func matches(
        _ item: BundlePlan.Item, _ condition: BundlePlan.Condition
    ) async throws -> [RecordFinder.Match] {
        if item.act == .create {
            return (found[condition] ?? []).map { RecordFinder.Match(id: $0, version: 0) }
        }
        let verb: Verb = item.act == .delete ? .delete : .update
        do {
            // What the condition finds is told only to those who might change it.
            _ = try await acts.gate.grant(
                Ask(verb, item.type, patientID: item.resource.flatMap(PatientLink.id)), to: caller)
            return try await acts.finder.matches(
                condition.query, type: condition.type, caller: caller)
        } catch let problem as Problem {
            throw problem.placed(item.place)
        }
    }

    private mutating func settle(
        _ position: Int, _ item: BundlePlan.Item, _ match: RecordFinder.Match?
    ) throws {
        if let match, item.act != .create {
            guard item.ifVersion == nil || item.ifVersion == match.version else {
                throw RecordActs.noVersion.placed(item.place)
            }
            versions[position] = match.version
        }
        switch (item.act, match?.id) {
        case (.create, let id?):
            plan.rename(position, to: id)
            if let first = keeper["\(item.type)/\(id)"] {
                same[position] = first
            } else {
                kept.insert(position)
                keeper["\(item.type)/\(id)"] = position
            }
        case (.create, nil), (.read, _): return
        case (.update, let id?):
            guard item.resource?.string("id") == nil || item.resource?.string("id") == id else {
                throw Problem(
                    .invalid,
                    "The resource's id is not that of the record that the condition "
                        + "finds. Leave it out.", location: item.place)
            }
            plan.rename(position, to: id)
        case (.update, nil):
            guard item.ifVersion == nil else {
                throw RecordActs.noVersion.placed(item.place)
            }
            absent.insert(position)
            plan.rename(position, to: item.resource?.string("id") ?? acts.ids.next())
        case (.delete, let id?), (.patch, let id?): plan.rename(position, to: id)
        case (.delete, nil): idle.insert(position)
        case (.patch, nil):
            throw Problem(
                .notFound, "The condition finds no record to patch.", location: item.place)
        }
    }

    /// What conditions find, with the records that the Bundle itself makes for those that find
    /// nothing else.
    private func withOwn(
        _ found: [BundlePlan.Condition: [String]]
    ) -> [BundlePlan.Condition: [String]] {
        let open = found.filter { $0.value.isEmpty && $0.key.key != nil }.keys
        guard !open.isEmpty else { return found }
        var own: [IdentifierKey: [String]] = [:]
        for item in plan.items where item.act == .create || item.act == .update {
            guard let list = item.resource?["identifier"] else { continue }
            for one in list.isArray ? Array(list.elements) : [list] {
                let key = IdentifierKey(
                    type: item.type, system: one.string("system") ?? "",
                    value: one.string("value") ?? "")
                if own[key]?.contains(item.id) != true { own[key, default: []].append(item.id) }
            }
        }
        var all = found
        for condition in open { all[condition] = condition.key.flatMap { own[$0] } ?? [] }
        return all
    }

    private func refuseOverlaps() throws {
        var seen: Set<String> = []
        for (position, item) in plan.items.enumerated()
        where item.act != .read && same[position] == nil && !idle.contains(position) {
            guard seen.insert("\(item.type)/\(item.id)").inserted else {
                throw BundlePlan.twice(item.place)
            }
        }
    }

    /// The changes in the order of the standard, with the index of their entries.
    func changes() async throws -> [Change] {
        var changes: [Change] = []
        for position in plan.items.indices.sorted(by: {
            (plan.items[$0].act, $0) < (plan.items[$1].act, $1)
        }) {
            let item = plan.items[position]
            guard item.act != .read, same[position] == nil, !idle.contains(position) else {
                continue
            }
            do {
                var change = try await change(item, at: position)
                change.place = item.index
                changes.append(change)
            } catch let problem as Problem {
                throw problem.placed(
                    problem.location?.hasPrefix("Bundle") == true ? nil : item.place)
            }
        }
        return changes
    }

    private func change(_ item: BundlePlan.Item, at position: Int) async throws -> Change {
        let notes = notes(of: item)
        var order = ChangeOrder(caller: caller, type: item.type, notes: notes)
        order.ifMatch = item.ifVersion ?? versions[position]
        order.ifAbsent = item.ifAbsent || absent.contains(position)
        let resource = try item.resource.map { json throws(Problem) in
            try plan.resolved(json, of: item, found: found)
        }
        if kept.contains(position) {
            let grant = try await acts.gate.grant(
                Ask(.read, item.type, id: item.id), to: caller)
            return Change(grant, .keep, type: item.type, id: item.id, json: nil)
        }
        switch item.act {
        case .patch:
            guard let patch = item.patch else { break }
            let grant = try await acts.gate.grant(
                Ask(.update, item.type, id: item.id), to: caller)
            return try await acts.patching(patch, grant, order) { json throws(Problem) in
                try plan.resolved(json, of: item, found: found)
            }
        case .update where !isImport:
            guard let resource else { break }
            return try await acts.updating(resource, id: item.id, order)
        default: break
        }
        return try await simple(item, resource, ifVersion: order.ifMatch)
    }

    /// An import counts what is wrong over all, a transaction tells it entry by entry.
    private func notes(of item: BundlePlan.Item) -> WriteNotes {
        isImport ? notes : notes.entry(item.index)
    }

    /// The change that the import of one item comes to.
    func importing(
        _ item: BundlePlan.Item, found: [BundlePlan.Condition: [String]]
    ) async throws -> Change {
        do {
            let resource = try item.resource.map { json throws(Problem) in
                try plan.resolved(json, of: item, found: found)
            }
            return try await simple(item, resource, ifVersion: item.ifVersion)
        } catch let problem as Problem {
            throw problem.placed(problem.location == nil ? item.place : nil)
        }
    }

    private func simple(
        _ item: BundlePlan.Item, _ resource: JSON?, ifVersion: Int?
    ) async throws -> Change {
        let verb: Verb =
            switch item.act {
            case .create: .create
            case .delete: .delete
            case .update, .patch, .read: .update
            }
        let ask = Ask(verb, item.type, id: item.id, patientID: resource.flatMap(PatientLink.id))
        let grant = try await acts.gate.grant(ask, to: caller)
        if let resource {
            try acts.rules.check(resource, isImport: isImport, notes(of: item))
        }
        let act: Change.Act =
            switch item.act {
            case .delete: .delete
            case _ where isImport: .importing
            case .create: .create
            case .update, .patch, .read: .update
            }
        return Change(
            grant, act, type: item.type, id: item.id, json: resource, ifVersion: ifVersion)
    }

    /// What to tell of a problem of the store; nil where the same is to be tried anew, because
    /// somebody changed what a condition or a patch was made from.
    func told(_ problem: Problem) -> Problem? {
        let changing = plan.items.indices.filter { plan.items[$0].act != .read }
        let named = changing.first {
            "\(plan.items[$0].type)/\(plan.items[$0].id)" == problem.location
        }
        guard let position = named ?? (changing.count == 1 ? changing.first : nil) else {
            return problem
        }
        let item = plan.items[position]
        guard problem.code == .lockError, item.ifVersion == nil, !item.ifAbsent,
            item.condition != nil || item.act == .patch
        else { return problem.placed(item.place) }
        guard absent.contains(position) else { return nil }
        return Problem(
            .conflict, "There is a record with this id that the condition does not fit.",
            location: item.place)
    }

    /// What became of the entries, by their index.
    func byIndex(_ made: [Changed]) -> [Int: Changed] {
        var all = Dictionary(made.map { ($0.place, $0) }) { first, _ in first }
        for (position, first) in same {
            all[plan.items[position].index] = all[plan.items[first].index]
        }
        return all
    }
}
