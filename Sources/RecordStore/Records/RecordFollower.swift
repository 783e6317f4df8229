import AccessControl

/// What a feature does whenever a record of one type is written, whichever way it comes in.
package struct RecordFollower: Sendable {
    /// The type of record that it follows.
    package let type: String
    /// Refuses a change before it is made ready.
    let check: @Sendable (Change) throws -> Void
    /// Writes along in the transaction of the change; the number is its place in the order of all
    /// changes.
    let follow: @Sendable (Change, Int64, RowWriter) throws -> Void

    /// Makes a follower of a type.
    ///
    /// - Parameters:
    ///   - check: refuses a change before it is made ready; sees every change of the type.
    ///   - follow: writes along in the same transaction, with the place of the change in the order of
    ///     all changes; where it throws, nothing is changed.
    package init(
        type: String, check: @escaping @Sendable (Change) throws -> Void,
        follow: @escaping @Sendable (Change, Int64, RowWriter) throws -> Void
    ) {
        self.type = type
        self.check = check
        self.follow = follow
    }
}

extension RecordStore {
    /// What follows changes of a type of record.
    func follower(of change: Change) -> RecordFollower? {
        parts.followers.first { $0.type == change.type }
    }

    /// Lets features write along, and tells those who follow the records once it is on the disk.
    func announce(_ draft: Draft, seq: Int64, _ scope: WriteScope) throws {
        let change = draft.change
        if let follower = follower(of: change) {
            try follower.follow(
                change, seq,
                RowWriter(
                    connection: scope.connection, nowMs: scope.nowMs, store: self, scope: scope))
        }
        let journal = journal
        let fact = JournalFact(
            seq: seq, type: change.type, id: change.id, version: Int(draft.version),
            isDeleted: change.act == .delete, patientID: draft.patientID,
            compartment: draft.compartment, sessionTag: change.grant.caller.sessionTag)
        scope.afterCommit { journal.add(fact) }
    }
}
