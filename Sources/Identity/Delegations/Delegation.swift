/// One person standing in for another for some days.
package struct Delegation: Sendable, Hashable {
    package let id: String
    /// The user id of the one who is stood in for.
    package let fromUserID: String
    /// The user id of the one who stands in.
    package let toUserID: String
    /// UTC milliseconds.
    package let beginsMs: Int64
    /// The first moment after it, UTC milliseconds.
    package let endsMs: Int64
    /// Whether the one who is stood in for is out of the office, which colleagues are told.
    package let isAway: Bool
    package let note: String
    /// The user id of the one who made it.
    package let madeByUserID: String
    /// UTC milliseconds.
    package let madeMs: Int64
    /// When it was taken back, UTC milliseconds.
    package var revokedMs: Int64?
    /// The user id of the one who took it back.
    package var revokedByUserID: String?

    /// Whether it holds at a time.
    package func holds(atMs ms: Int64) -> Bool {
        revokedMs == nil && ms >= beginsMs && ms < endsMs
    }
}

/// What somebody asks for when naming a substitute.
package struct DelegationDraft: Sendable {
    package var fromUserID: String
    package var toUserID: String
    /// UTC milliseconds.
    package var beginsMs: Int64
    /// UTC milliseconds.
    package var endsMs: Int64
    package var isAway: Bool
    package var note: String

    /// Collects the facts; they are checked when it is made.
    package init(
        from fromUserID: String, to toUserID: String, beginsMs: Int64, endsMs: Int64,
        isAway: Bool = false, note: String = ""
    ) {
        self.fromUserID = fromUserID
        self.toUserID = toUserID
        self.beginsMs = beginsMs
        self.endsMs = endsMs
        self.isAway = isAway
        self.note = note
    }
}
