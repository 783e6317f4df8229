import AccessControl
import FHIRModel
import Kernel
import RecordStore
import SQLite
import Sealing

/// The table of access reviews.
enum AccessReviewRows {
    /// The most reviews that a page lists: eight years of quarters.
    static let countMax = 32

    /// The reviews, newest first.
    static func list(_ grant: Grant, _ rows: RowReader) throws -> [AccessReview] {
        try read(rows.connection) { try rows.open($0, at: $1) }
    }

    /// The reviews, as the transaction sees them.
    static func list(_ grant: Grant, in rows: RowWriter) throws -> [AccessReview] {
        try read(rows.connection) { try rows.open($0, at: $1) }
    }

    /// Writes a review.
    static func put(_ grant: Grant, _ review: AccessReview, _ rows: RowWriter) throws {
        try rows.connection.run(
            """
            INSERT INTO access_review (id, started_ms, signed_ms, sealed_review)
            VALUES (?, ?, ?, ?)
            ON CONFLICT (id) DO UPDATE
               SET signed_ms = excluded.signed_ms, sealed_review = excluded.sealed_review
            """,
            .text(review.id), .int(review.startedMs), review.signedMs.map { .int($0) } ?? .null,
            .bytes(try rows.seal(review.encoded, at: place(review.id))))
    }

    private static func read(
        _ connection: Connection, open: ([UInt8], Place) throws -> [UInt8]
    ) throws -> [AccessReview] {
        let statement = try connection.statement(
            """
            SELECT id, started_ms, signed_ms, sealed_review FROM access_review
             ORDER BY started_ms DESC, id DESC LIMIT ?
            """)
        defer { statement.reset() }
        statement.bind(1, countMax)
        var reviews: [AccessReview] = []
        while try statement.step() {
            let id = statement.text(0)
            let json = try JSON.parse(try open(statement.bytes(3), place(id)))
            let signedMs = statement.isNull(2) ? nil : statement.int(2)
            guard
                let review = AccessReview(
                    id: id, startedMs: statement.int(1), signedMs: signedMs, json)
            else {
                throw Problem(
                    .security,
                    "An access review was changed outside the program. Restore the records from a "
                        + "backup.")
            }
            reviews.append(review)
        }
        return reviews
    }

    private static func place(_ id: String) -> Place {
        Place("access_review", "sealed_review", row: id)
    }
}
