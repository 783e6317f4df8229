import AccessControl
import RecordStore
import SQLite

/// The table `subscription_event`: which change each event was, so that it can be told again.
enum SubscriptionEventRows {
    /// Events that are kept of one subscription, the newest ones.
    static let countMax: Int64 = 10_000

    /// An event that was delivered.
    struct Row: Sendable, Hashable {
        let number: Int64
        /// The place of the change in the order of all.
        let seq: Int64
    }

    /// Notes events that were delivered; the same ones again change nothing.
    static func put(_ grant: Grant, id: String, _ events: [Row], _ rows: RowWriter) throws {
        guard let last = events.last else { return }
        for event in events {
            try rows.connection.run(
                "INSERT OR REPLACE INTO subscription_event (id, number, seq) VALUES (?, ?, ?)",
                .text(id), .int(event.number), .int(event.seq))
        }
        try rows.connection.run(
            "DELETE FROM subscription_event WHERE id = ? AND number <= ?",
            .text(id), .int(last.number - countMax))
    }

    /// Events of a subscription from one number to another, both included, oldest first.
    static func between(
        _ grant: Grant, id: String, _ first: Int64, _ last: Int64, limit: Int, _ rows: RowReader
    ) throws -> [Row] {
        let statement = try rows.connection.statement(
            """
            SELECT number, seq FROM subscription_event
             WHERE id = ? AND number >= ? AND number <= ? ORDER BY number LIMIT ?
            """)
        defer { statement.reset() }
        statement.bind(1, id)
        statement.bind(2, first)
        statement.bind(3, last)
        statement.bind(4, Int64(limit))
        var found: [Row] = []
        while try statement.step() {
            found.append(Row(number: statement.int(0), seq: statement.int(1)))
        }
        return found
    }

    /// Forgets the events of a subscription that was deleted.
    static func remove(_ grant: Grant, id: String, _ rows: RowWriter) throws {
        try rows.connection.run("DELETE FROM subscription_event WHERE id = ?", .text(id))
    }
}
