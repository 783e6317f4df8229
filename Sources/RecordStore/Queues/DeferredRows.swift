package import AccessControl
import Kernel
import SQLite
import Sealing

/// A request that is answered later.
package struct DeferredRequest: Sendable {
    /// What was asked, as the feature that answers it wrote it.
    package let request: [UInt8]
    /// Whether the answer is there.
    package let isAnswered: Bool
    /// When it is forgotten, UTC milliseconds.
    package let untilMs: Int64
}

extension RecordStore {
    /// How long a request and its answer are kept, in minutes.
    package static let deferredMinutesMax = 60
    /// Requests that one caller may have open or unfetched.
    package static let deferredPerCallerMax = 20

    /// Keeps a request that is answered later, and forgets those that ran out.
    ///
    /// It belongs to the grant's caller with just these rights: what was found under wider ones is
    /// not told under narrower ones.
    /// - Throws: ``Problem`` `.throttled` where the caller has too many.
    package func putDeferred(_ grant: Grant, id: String, request: [UInt8]) async throws {
        let isPut = try await changeRows(grant) { rows in
            try DeferredRows.forget(rows)
            let owner = rows.tag(DeferredRows.field, DeferredRows.owner(grant.caller))
            guard try DeferredRows.count(owner, rows) < Self.deferredPerCallerMax else {
                return false
            }
            try DeferredRows.put(id, owner: owner, request, rows)
            return true
        }
        guard isPut else {
            throw Problem(
                .throttled,
                "At most \(Self.deferredPerCallerMax) searches wait for you. Fetch their answers "
                    + "and delete them, then ask again.", retryAfterSeconds: 60)
        }
    }

    /// A request of the grant's caller; nil where there is none, or none any more.
    package func deferred(_ grant: Grant, id: String) async throws -> DeferredRequest? {
        let nowMs = parts.clock.wallMs()
        return try await rows(grant) { rows in
            try DeferredRows.read(
                id, owner: rows.tag(DeferredRows.field, DeferredRows.owner(grant.caller)),
                nowMs: nowMs, rows)
        }
    }

    /// Forgets requests that ran out, with their answers.
    package func forgetDeferred(_ grant: Grant) async throws {
        try await changeRows(grant) { try DeferredRows.forget($0) }
    }

    /// Keeps the answer to a request; false where the request was given up meanwhile.
    package func answerDeferred(
        _ grant: Grant, id: String, answer: [UInt8]
    ) async throws -> Bool {
        try await changeRows(grant) { try DeferredRows.answer(id, answer, $0) }
    }

    /// The answer to a request of the grant's caller, put on record; nil where there is none.
    package func deferredAnswer(_ grant: Grant, id: String) async throws -> [UInt8]? {
        let nowMs = parts.clock.wallMs()
        let note = AuditNote(grant.ask, detail: "answer of deferred search \(id)")
        return try await rowsAudited(grant, note: note) { rows in
            try DeferredRows.answer(
                id, owner: rows.tag(DeferredRows.field, DeferredRows.owner(grant.caller)),
                nowMs: nowMs, rows)
        }
    }

    /// Gives a request of the grant's caller up, with its answer; false where there is none.
    package func removeDeferred(_ grant: Grant, id: String) async throws -> Bool {
        try await changeRows(grant) { rows in
            try DeferredRows.remove(
                id, owner: rows.tag(DeferredRows.field, DeferredRows.owner(grant.caller)), rows)
        }
    }
}

/// The rows of requests that are answered later.
enum DeferredRows {
    static let field = "deferred-owner"

    /// Who a caller is, with the rights that decide what is found.
    static func owner(_ caller: Caller) -> String {
        let roles = caller.roles.map(\.rawValue).sorted().joined(separator: ",")
        let scopes = caller.scopes?.map { scope in
            "\(scope.level.rawValue)/\(scope.type).\(String(scope.interactions.sorted()))"
        }
        return [
            caller.userID ?? caller.name, roles, caller.ownPatientID ?? "",
            scopes.map { $0.sorted().joined(separator: " ") } ?? "-",
        ].joined(separator: "|")
    }

    static func forget(_ rows: RowWriter) throws {
        try rows.connection.run(
            "DELETE FROM deferred_answer WHERE until_ms <= ?", .int(rows.nowMs))
    }

    static func count(_ owner: Int64, _ rows: RowWriter) throws -> Int {
        Int(
            try rows.connection.int(
                "SELECT count(*) FROM deferred_answer WHERE owner_tag = ?", .int(owner)) ?? 0)
    }

    static func put(_ id: String, owner: Int64, _ request: [UInt8], _ rows: RowWriter) throws {
        let untilMs = rows.nowMs + Int64(RecordStore.deferredMinutesMax) * 60_000
        try rows.connection.run(
            """
            INSERT INTO deferred_answer (id, owner_tag, until_ms, sealed_request)
            VALUES (?, ?, ?, ?)
            """,
            .text(id), .int(owner), .int(untilMs),
            .bytes(try rows.seal(request, at: place("sealed_request", id))))
    }

    static func read(
        _ id: String, owner: Int64, nowMs: Int64, _ rows: RowReader
    ) throws -> DeferredRequest? {
        let statement = try rows.connection.statement(
            """
            SELECT sealed_request, sealed_answer IS NOT NULL, until_ms FROM deferred_answer
             WHERE id = ? AND owner_tag = ? AND until_ms > ?
            """)
        defer { statement.reset() }
        statement.bind(1, id)
        statement.bind(2, owner)
        statement.bind(3, nowMs)
        guard try statement.step() else { return nil }
        return DeferredRequest(
            request: try rows.open(statement.bytes(0), at: place("sealed_request", id)),
            isAnswered: statement.int(1) == 1, untilMs: statement.int(2))
    }

    static func answer(_ id: String, _ answer: [UInt8], _ rows: RowWriter) throws -> Bool {
        let known = try rows.connection.int(
            "SELECT 1 FROM deferred_answer WHERE id = ? AND until_ms > ?", .text(id),
            .int(rows.nowMs))
        guard known != nil else { return false }
        try rows.connection.run(
            "UPDATE deferred_answer SET sealed_answer = ? WHERE id = ?",
            .bytes(try rows.seal(answer, at: place("sealed_answer", id))), .text(id))
        return true
    }

    static func answer(
        _ id: String, owner: Int64, nowMs: Int64, _ rows: RowReader
    ) throws -> [UInt8]? {
        let statement = try rows.connection.statement(
            """
            SELECT sealed_answer FROM deferred_answer
             WHERE id = ? AND owner_tag = ? AND until_ms > ? AND sealed_answer IS NOT NULL
            """)
        defer { statement.reset() }
        statement.bind(1, id)
        statement.bind(2, owner)
        statement.bind(3, nowMs)
        guard try statement.step() else { return nil }
        return try rows.open(statement.bytes(0), at: place("sealed_answer", id))
    }

    static func remove(_ id: String, owner: Int64, _ rows: RowWriter) throws -> Bool {
        let known = try rows.connection.int(
            "SELECT 1 FROM deferred_answer WHERE id = ? AND owner_tag = ?", .text(id),
            .int(owner))
        try rows.connection.run(
            "DELETE FROM deferred_answer WHERE id = ? AND owner_tag = ?", .text(id), .int(owner))
        return known != nil
    }

    private static func place(_ column: String, _ id: String) -> Place {
        Place("deferred_answer", column, row: id)
    }
}
