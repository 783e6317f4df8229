import AccessControl
import FHIRModel
import Kernel
import RecordStore
import ServerKit

/// What a change of one record depends on, beside the record itself.
struct ChangeOrder: Sendable {
    let caller: Caller
    let type: String
    /// Takes what is wrong with a resource that goes in all the same.
    var notes = WriteNotes()
    /// Only this version is changed.
    var ifMatch: Int?
    /// Only where there is no such record.
    var ifAbsent = false
    var idempotency: IdempotencyKey?
}

/// Creates, updates, patches and deletes single records, with the conditions that FHIR knows.
///
/// Whoever changes what a search finds holds the turn of the type from the search to the commit, so
/// that of many who do the same at once one does it.
struct RecordActs: Sendable {
    /// How often a change that somebody overtook is made anew.
    static let attemptsMax = 8
    /// How many records one condition may delete; a page holds one more.
    static let deletedCountMax = RecordStore.searchPageCountMax - 1

    let gate: Gate
    let store: RecordStore
    let ids: IDs
    /// What a resource has to fulfil before it is written.
    var rules = WriteRules.strict
    var finder: RecordFinder { RecordFinder(gate: gate, store: store) }

    /// Makes a record under an id of the box's choice, or keeps the one that the condition finds.
    ///
    /// Spec: FHIR R4 §3.1.0.8.1 conditional create, https://hl7.org/fhir/R4/http.html#ccreate
    func create(
        _ json: JSON, _ order: ChangeOrder, unless condition: String?
    ) async throws -> Changed {
        let grant = try await gate.grant(
            Ask(.create, order.type, id: ids.next(), patientID: PatientLink.id(json)),
            to: order.caller)
        try rules.check(json, order.notes)
        let change = Change(
            grant, .create, type: order.type, id: grant.ask.id ?? "", json: json)
        guard let condition else { return try await make(change, order) }
        return try await matched(condition, order) { matches in
            guard let match = matches.first else { return try await make(change, order) }
            let read = try await gate.grant(
                Ask(.read, order.type, id: match.id), to: order.caller)
            return try await make(
                Change(read, .keep, type: order.type, id: match.id, json: nil), order)
        }
    }

    /// Writes a version of a record, or the record itself under this id.
    func update(_ json: JSON, id: String, _ order: ChangeOrder) async throws -> Changed {
        try await make(try await updating(json, id: id, order), order)
    }

    /// Writes a version of the record that the condition finds, or makes one.
    ///
    /// Spec: FHIR R4 §3.1.0.7.1 conditional update, https://hl7.org/fhir/R4/http.html#cond-update
    func update(
        _ json: JSON, where condition: String, _ order: ChangeOrder
    ) async throws -> Changed {
        // What the condition finds is told only to those who might change it.
        _ = try await gate.grant(
            Ask(.update, order.type, patientID: PatientLink.id(json)), to: order.caller)
        return try await matched(condition, order) { matches in
            let own = json.string("id")
            guard let match = matches.first else {
                guard order.ifMatch == nil else { throw Self.noVersion }
                if let own {
                    var order = order
                    // An id that is taken belongs to a record that the condition does not fit.
                    order.ifAbsent = true
                    return try await conflicting { try await update(json, id: own, order) }
                }
                return try await create(json, order, unless: nil)
            }
            guard own == nil || own == match.id else {
                throw Problem(
                    .invalid,
                    "The resource's id is not that of the record that the condition "
                        + "finds. Leave it out.", location: "\(order.type).id")
            }
            var change = try await updating(json, id: match.id, order)
            try Self.check(order, match)
            change = change.from(version: match.version)
            return try await make(change, order)
        }
    }

    /// Deletes a record; its versions stay in the history.
    func delete(id: String, _ order: ChangeOrder) async throws -> Changed {
        let grant = try await gate.grant(Ask(.delete, order.type, id: id), to: order.caller)
        return try await make(
            Change(grant, .delete, type: order.type, id: id, json: nil, ifVersion: order.ifMatch),
            order)
    }

    /// Deletes the records that the condition finds, all in one transaction; empty where it finds
    /// none.
    ///
    /// - Parameter countMax: how many records it may find; where it finds more, none is deleted.
    /// Spec: FHIR R4 §3.1.0.10.1 conditional delete, https://hl7.org/fhir/R4/http.html#3.1.0.7.1
    func delete(
        where condition: String, countMax: Int = 1, _ order: ChangeOrder
    ) async throws -> [Changed] {
        // Whether there is one is told only to those who might delete it.
        _ = try await gate.grant(Ask(.delete, order.type), to: order.caller)
        return try await matching(condition, order, countMax: countMax) { matches in
            var changes: [Change] = []
            for match in matches {
                try Self.check(order, match)
                let grant = try await gate.grant(
                    Ask(.delete, order.type, id: match.id), to: order.caller)
                changes.append(
                    Change(
                        grant, .delete, type: order.type, id: match.id, json: nil,
                        ifVersion: match.version))
            }
            return try await store.change(changes, idempotency: order.idempotency)
        }
    }

    /// Changes parts of a record.
    ///
    /// Spec: FHIR R4 §3.1.0.9 patch, https://hl7.org/fhir/R4/http.html#patch
    func patch(_ patch: PatchBody, id: String, _ order: ChangeOrder) async throws -> Changed {
        let grant = try await gate.grant(Ask(.update, order.type, id: id), to: order.caller)
        if let known = try await repeated(order) { return known }
        for _ in 0..<Self.attemptsMax {
            let change = try await patching(patch, grant, order)
            do {
                return try await make(change, order)
            } catch let problem as Problem where problem.code == .lockError {
                guard order.ifMatch == nil else { throw problem }
            }
        }
        throw Self.tooBusy
    }

    /// Changes parts of the record that the condition finds.
    func patch(
        _ patch: PatchBody, where condition: String, _ order: ChangeOrder
    ) async throws -> Changed {
        _ = try await gate.grant(Ask(.update, order.type), to: order.caller)
        return try await matched(condition, order) { matches in
            guard let match = matches.first else {
                throw Problem(.notFound, "The condition finds no record to patch.")
            }
            try Self.check(order, match)
            var pinned = order
            pinned.ifMatch = match.version
            return try await self.patch(patch, id: match.id, pinned)
        }
    }

    /// The change that a patch comes to, made from the newest version there is.
    ///
    /// Reading is asked for too: a patch tells by its failures what the record holds.
    ///
    /// - Parameter resolve: puts in what references of the patched record stand for.
    func patching(
        _ patch: PatchBody, _ grant: Grant, _ order: ChangeOrder,
        resolve: (JSON) throws(Problem) -> JSON = { (json) throws(Problem) in json }
    ) async throws -> Change {
        guard let id = grant.ask.id else { throw Problem(.required, "A patch needs an id.") }
        let current = try await store.read(
            try await gate.grant(Ask(.read, order.type, id: id), to: order.caller))
        if let wanted = order.ifMatch, wanted != current.version { throw Self.noVersion }
        let json = try resolve(patch.applied(to: current.json, type: order.type, id: id))
        try rules.check(json, order.notes)
        return Change(
            grant, .update, type: order.type, id: id, json: json, ifVersion: current.version)
    }

    /// The change that an update comes to.
    ///
    /// To make a record under an id of one's own is to create it.
    func updating(_ json: JSON, id: String, _ order: ChangeOrder) async throws -> Change {
        let patientID = PatientLink.id(json)
        let grant = try await gate.grant(
            Ask(.update, order.type, id: id, patientID: patientID), to: order.caller)
        try rules.check(json, order.notes)
        let creating = Ask(.create, order.type, id: id, patientID: patientID)
        var change = Change(
            grant, .update, type: order.type, id: id, json: json, ifVersion: order.ifMatch)
        change.ifAbsent = order.ifAbsent
        // Whoever may only update is refused at the record, if there is none.
        change.mayCreate = (try? Policy().grant(creating, to: order.caller)) != nil
        return change
    }

    /// What a change is answered with where the client wants to see the record.
    func shown(_ changed: Changed, to caller: Caller) async throws -> [UInt8] {
        guard changed.json.isEmpty, changed.outcome != .deleted else { return changed.json }
        let grant = try await gate.grant(
            Ask(.vread, changed.type, id: changed.id), to: caller)
        return try await store.read(grant, version: changed.version).json
    }
}

extension RecordActs {
    static let noVersion = Problem(
        .lockError,
        "The record is not there in the version that If-Match names. Read it again and repeat the "
            + "change.")
    static let tooBusy = Problem(
        .transient, "Too many people are changing this record. Try again.", retryAfterSeconds: 1)

    private func make(_ change: Change, _ order: ChangeOrder) async throws -> Changed {
        let made = try await store.change([change], idempotency: order.idempotency)
        guard let changed = made.first else {
            throw Problem(.unexpected, "The change was lost.")
        }
        return changed
    }

    private func repeated(_ order: ChangeOrder) async throws -> Changed? {
        guard let key = order.idempotency else { return nil }
        return try await store.answered(key)?.first
    }

    private static func check(_ order: ChangeOrder, _ match: RecordFinder.Match) throws(Problem) {
        if let wanted = order.ifMatch, wanted != match.version { throw noVersion }
    }

    /// Runs changes with what a condition finds, and again where somebody without a condition
    /// changed that meanwhile.
    private func matching(
        _ condition: String, _ order: ChangeOrder, countMax: Int = 1,
        _ body: ([RecordFinder.Match]) async throws -> [Changed]
    ) async throws -> [Changed] {
        try await store.inTurn([order.type]) {
            if let key = order.idempotency, let known = try await store.answered(key) {
                return known
            }
            for _ in 0..<Self.attemptsMax {
                let matches = try await finder.matches(
                    condition, type: order.type, caller: order.caller, countMax: countMax)
                guard matches.count <= countMax else {
                    throw Problem(
                        .multipleMatches,
                        countMax == 1
                            ? "The condition fits more than one record; narrow it."
                            : "The condition fits more than \(countMax) records. Narrow it; nothing "
                                + "was changed.")
                }
                do {
                    return try await body(matches)
                } catch let problem as Problem where problem.code == .lockError {
                    guard order.ifMatch == nil, !order.ifAbsent else { throw problem }
                }
            }
            throw Self.tooBusy
        }
    }

    private func matched(
        _ condition: String, _ order: ChangeOrder,
        _ body: ([RecordFinder.Match]) async throws -> Changed
    ) async throws -> Changed {
        let made = try await matching(condition, order) { [try await body($0)] }
        guard let changed = made.first else {
            throw Problem(.unexpected, "The change was lost.")
        }
        return changed
    }

    private func conflicting(_ body: () async throws -> Changed) async throws -> Changed {
        do {
            return try await body()
        } catch let problem as Problem where problem.code == .lockError {
            throw Problem(
                .conflict, "There is a record with this id that the condition does not fit.")
        }
    }
}

extension Change {
    /// The same change, made from one version.
    fileprivate func from(version: Int) -> Change {
        var change = Change(grant, act, type: type, id: id, json: json, ifVersion: version)
        change.ifAbsent = ifAbsent
        change.mayCreate = mayCreate
        change.place = place
        return change
    }
}
