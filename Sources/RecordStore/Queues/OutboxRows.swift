package import AccessControl
import Kernel
import SQLite
import Sealing

/// A message that waits to be delivered.
package struct OutboxMessage: Sendable {
    package let id: Int64
    package let topic: String
    package let payload: [UInt8]
    /// How often delivery was tried.
    package let attempts: Int
}

/// The table of messages to deliver after a commit.
enum OutboxRows {
    private static func place(_ topic: String) -> Place {
        Place("outbox", "sealed_payload", row: topic)
    }

    static func put(topic: String, payload: [UInt8], dueMs: Int64, _ rows: RowWriter) throws {
        try rows.connection.run(
            "INSERT INTO outbox (topic, sealed_payload, due_ms) VALUES (?, ?, ?)", .text(topic),
            .bytes(try rows.seal(payload, at: place(topic))), .int(dueMs))
    }

    static func due(_ nowMs: Int64, limit: Int, _ rows: RowReader) throws -> [OutboxMessage] {
        let statement = try rows.connection.statement(
            """
            SELECT id, topic, sealed_payload, attempts FROM outbox
             WHERE due_ms <= ? ORDER BY due_ms, id LIMIT ?
            """)
        defer { statement.reset() }
        statement.bind(1, nowMs)
        statement.bind(2, limit)
        var messages: [OutboxMessage] = []
        while try statement.step() {
            let topic = statement.text(1)
            messages.append(
                OutboxMessage(
                    id: statement.int(0), topic: topic,
                    payload: try rows.open(statement.bytes(2), at: place(topic)),
                    attempts: Int(statement.int(3))))
        }
        return messages
    }
}

extension RecordStore {
    /// The longest wait before a message is tried again, in milliseconds.
    private static let outboxWaitMsMax: Int64 = 3_600_000

    /// Messages that are due, oldest first.
    package func outboxDue(_ grant: Grant, limit: Int) async throws -> [OutboxMessage] {
        let nowMs = parts.clock.wallMs()
        return try await rows(grant) { try OutboxRows.due(nowMs, limit: limit, $0) }
    }

    /// Ends a message, with what its delivery writes in the same transaction, so that a local
    /// delivery happens exactly once.
    ///
    /// - Throws: ``Problem`` `.notFound` if it was delivered before; nothing is written then.
    package func outboxDelivered(
        _ grant: Grant, _ message: OutboxMessage,
        writing body: @escaping @Sendable (RowWriter) throws -> Void = { _ in }
    ) async throws {
        try await changeRows(grant) { rows in
            try rows.connection.run("DELETE FROM outbox WHERE id = ?", .int(message.id))
            guard rows.connection.changes == 1 else {
                throw Problem(.notFound, "This message was delivered already.")
            }
            try body(rows)
        }
    }

    /// Puts a message off: twice as long after every failure, an hour at most.
    package func outboxFailed(_ grant: Grant, _ message: OutboxMessage) async throws {
        let wait = min(Self.outboxWaitMsMax, 1_000 << Int64(min(message.attempts, 20)))
        try await changeRows(grant) { rows in
            try rows.connection.run(
                "UPDATE outbox SET attempts = attempts + 1, due_ms = ? WHERE id = ?",
                .int(rows.nowMs + wait), .int(message.id))
        }
    }
}
