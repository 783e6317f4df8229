import AccessControl
import FHIRModel
import Kernel
import RecordStore
import SQLite
import Sealing

/// The table `subscription_state`.
enum SubscriptionRows {
    /// Subscriptions that one box keeps.
    static let countMax = 200
    private static let secretBytes = 32

    /// How every subscription stands; one whose row does not open is left out.
    static func all(_ grant: Grant, _ rows: RowReader) throws -> [SubscriptionState] {
        let statement = try rows.connection.statement(
            """
            SELECT id, state, revision, seq, event_count, attempts, due_ms, began_ms, last_ok_ms,
                   words, sealed_facts
              FROM subscription_state ORDER BY id
            """)
        defer { statement.reset() }
        var states: [SubscriptionState] = []
        while try statement.step() {
            let id = statement.text(0)
            // A row that was changed outside of the program is nobody's subscription.
            guard let bytes = try? rows.open(statement.bytes(10), at: place(id)),
                let state = state(id, statement, bytes)
            else { continue }
            states.append(state)
        }
        return states
    }

    /// How one subscription stands.
    static func one(_ grant: Grant, id: String, _ rows: RowReader) throws -> SubscriptionState? {
        let statement = try rows.connection.statement(
            """
            SELECT id, state, revision, seq, event_count, attempts, due_ms, began_ms, last_ok_ms,
                   words, sealed_facts
              FROM subscription_state WHERE id = ?
            """)
        defer { statement.reset() }
        statement.bind(1, id)
        guard try statement.step() else { return nil }
        let bytes = try rows.open(statement.bytes(10), at: place(id))
        return state(id, statement, bytes)
    }

    /// Takes a subscription as somebody wrote it.
    ///
    /// One that goes on keeps its place; one that was off, or is new, begins behind `seq`.
    static func put(
        _ grant: Grant, id: String, isWanted: Bool, seq: Int64, _ rows: RowWriter
    ) throws {
        let phase: SubscriptionState.Phase = isWanted ? .requested : .off
        let before = try rows.connection.int(
            "SELECT revision FROM subscription_state WHERE id = ?", .text(id))
        let facts = try rows.seal(
            try sealedFacts(grant, id, isKnown: before != nil, rows), at: place(id))
        guard before != nil else {
            try checkRoom(rows)
            try rows.connection.run(
                """
                INSERT INTO subscription_state (id, state, revision, seq, event_count, attempts,
                                                due_ms, began_ms, words, sealed_facts)
                VALUES (?, ?, 1, ?, 0, 0, 0, ?, '', ?)
                """,
                .text(id), .text(phase.rawValue), .int(seq), .int(rows.nowMs), .bytes(facts))
            return
        }
        try rows.connection.run(
            """
            UPDATE subscription_state
               SET seq = CASE WHEN state = 'off' THEN ? ELSE seq END,
                   state = CASE WHEN state = 'active' AND ? = 'requested' THEN state ELSE ? END,
                   revision = revision + 1, attempts = 0, due_ms = 0, words = '', sealed_facts = ?
             WHERE id = ?
            """,
            .int(seq), .text(phase.rawValue), .text(phase.rawValue), .bytes(facts), .text(id))
    }

    /// Switches a subscription on or off; one that was off begins behind `seq`.
    ///
    /// - Returns: false if there is none.
    static func turn(
        _ grant: Grant, id: String, _ phase: SubscriptionState.Phase, seq: Int64,
        _ rows: RowWriter
    ) throws -> Bool {
        try rows.connection.run(
            """
            UPDATE subscription_state
               SET seq = CASE WHEN state = 'off' THEN ? ELSE seq END,
                   state = CASE WHEN state = 'active' AND ? = 'requested' THEN state ELSE ? END,
                   revision = revision + 1, attempts = 0, due_ms = 0, words = ''
             WHERE id = ?
            """,
            .int(seq), .text(phase.rawValue), .text(phase.rawValue), .text(id))
        return rows.connection.changes == 1
    }

    /// Forgets a subscription that was deleted.
    static func remove(_ grant: Grant, id: String, _ rows: RowWriter) throws {
        try rows.connection.run("DELETE FROM subscription_state WHERE id = ?", .text(id))
        try SubscriptionEventRows.remove(grant, id: id, rows)
    }

    /// Notes how far a delivery is.
    ///
    /// - Returns: false where somebody changed the subscription meanwhile; only the progress is
    ///   noted then.
    static func save(_ grant: Grant, _ state: SubscriptionState, _ rows: RowWriter) throws -> Bool {
        try rows.connection.run(
            """
            UPDATE subscription_state
               SET seq = max(seq, ?), event_count = max(event_count, ?),
                   last_ok_ms = coalesce(?, last_ok_ms)
             WHERE id = ?
            """,
            .int(state.seq), .int(state.eventCount), state.lastOKMs.map { .int($0) } ?? .null,
            .text(state.id))
        try rows.connection.run(
            """
            UPDATE subscription_state SET state = ?, attempts = ?, due_ms = ?, words = ?
             WHERE id = ? AND revision = ?
            """,
            .text(state.phase.rawValue), .int(Int64(state.attempts)), .int(state.dueMs),
            .text(state.words), .text(state.id), .int(state.revision))
        return rows.connection.changes == 1
    }

    private static func checkRoom(_ rows: RowWriter) throws {
        let count = try rows.connection.int("SELECT count(*) FROM subscription_state") ?? 0
        guard count < countMax else {
            throw Problem(
                .tooCostly,
                "The box keeps at most \(countMax) subscriptions. Delete one that nobody needs.")
        }
    }

    /// Who owns it from now on, and the secret, which stays what it was.
    private static func sealedFacts(
        _ grant: Grant, _ id: String, isKnown: Bool, _ rows: RowWriter
    ) throws -> [UInt8] {
        var secret = Hex.text(try Random.bytes(secretBytes))
        if isKnown {
            let statement = try rows.connection.statement(
                "SELECT sealed_facts FROM subscription_state WHERE id = ?")
            defer { statement.reset() }
            statement.bind(1, id)
            if try statement.step() {
                let facts = try JSON.parse(rows.open(statement.bytes(0), at: place(id)))
                secret = facts.string("secret") ?? secret
            }
        }
        var writer = JSONWriter()
        writer.object { root in
            root.member("userID", grant.caller.userID ?? "")
            root.member("name", grant.caller.name)
            if let scopes = grant.caller.scopes {
                root.member("scopes", scopes.map(\.text).sorted().joined(separator: " "))
            }
            root.member("secret", secret)
        }
        return writer.bytes
    }

    private static func state(
        _ id: String, _ statement: Statement, _ bytes: [UInt8]
    ) -> SubscriptionState? {
        // What cannot be read is nobody's subscription.
        guard let facts = try? JSON.parse(bytes), let userID = facts.string("userID"),
            let secret = facts.string("secret").flatMap({ Hex.bytes($0) }),
            let phase = SubscriptionState.Phase(rawValue: statement.text(1))
        else { return nil }
        return SubscriptionState(
            id: id, phase: phase, revision: statement.int(2), seq: statement.int(3),
            eventCount: statement.int(4), attempts: Int(statement.int(5)), dueMs: statement.int(6),
            beganMs: statement.int(7), lastOKMs: statement.intOrNil(8), words: statement.text(9),
            owner: SubscriptionOwner(
                userID: userID, name: facts.string("name") ?? "", scopes: facts.string("scopes")),
            secret: secret)
    }

    private static func place(_ id: String) -> Place {
        Place("subscription_state", "sealed_facts", row: id)
    }
}

extension Scope {
    /// The scope as ``Scope/parse(_:)`` reads it.
    var text: String {
        "\(level.rawValue)/\(type).\(String("cruds".filter(interactions.contains)))"
    }
}
