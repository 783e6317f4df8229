import Kernel
import SQLite

/// The queries over times, numbers and sealed texts of the search index.
enum SearchValueRows {
    /// The resources with a time that begins in a stretch and fits.
    static func times(
        _ parameter: Int64, from low: Int64, to high: Int64, _ scope: SearchScope,
        _ connection: Connection, where fits: (_ low: Int64, _ high: Int64) -> Bool
    ) throws -> [Int64] {
        let statement =
            scope.isOnePatient
            ? try connection.statement(
                """
                SELECT origin, chart, low_ms, high_ms FROM search_range
                 WHERE parameter = ? AND chart BETWEEN ? AND ? AND ((? >> (chart & 7)) & 1) = 1
                   AND low_ms BETWEEN ? AND ?
                """)
            : try connection.statement(
                """
                SELECT origin, chart, low_ms, high_ms FROM search_range INDEXED BY search_range_by_time
                 WHERE parameter = ? AND chart BETWEEN ? AND ? AND ((? >> (chart & 7)) & 1) = 1
                   AND low_ms BETWEEN ? AND ?
                """)
        defer { statement.reset() }
        SearchRows.bind(statement, parameter, scope, scope.openMask)
        statement.bind(5, low)
        statement.bind(6, high)
        return try SearchRows.collect(statement, scope) {
            fits(statement.int(2), statement.int(3))
        }
    }

    /// Calls `body` with every time of a parameter.
    static func eachTime(
        _ parameter: Int64, _ scope: SearchScope, _ connection: Connection,
        _ body: (_ origin: Int64, _ low: Int64, _ high: Int64) -> Void
    ) throws {
        let statement = try connection.statement(
            """
            SELECT origin, chart, low_ms, high_ms FROM search_range
             WHERE parameter = ? AND chart BETWEEN ? AND ? AND ((? >> (chart & 7)) & 1) = 1
            """)
        defer { statement.reset() }
        SearchRows.bind(statement, parameter, scope, scope.openMask)
        while try statement.step() {
            if scope.isPatchy, !scope.covers(statement.int(1)) { continue }
            body(statement.int(0), statement.int(2), statement.int(3))
        }
    }

    /// The resources that were changed last in a stretch of time that fits, UTC milliseconds.
    static func changed(
        from low: Int64, to high: Int64, _ scope: SearchScope, _ connection: Connection,
        where fits: (Int64) -> Bool
    ) throws -> [Int64] {
        let statement = try connection.statement(
            """
            SELECT origin, chart, changed_ms FROM search_resource INDEXED BY search_resource_by_change
             WHERE type = ? AND chart BETWEEN ? AND ? AND ((? >> (chart & 7)) & 1) = 1
               AND changed_ms BETWEEN ? AND ?
            """)
        defer { statement.reset() }
        SearchRows.bind(statement, scope.number, scope, scope.mask)
        statement.bind(5, low)
        statement.bind(6, high)
        return try SearchRows.collect(statement, scope) { fits(statement.int(2)) }
    }

    /// Two ranges of a number: as it is written, and in units of UCUM.
    typealias Ranges = (written: ClosedRange<Double>, canonical: ClosedRange<Double>)

    /// The resources with a number that fits.
    static func numbers(
        _ parameter: Int64, _ scope: SearchScope, _ connection: Connection,
        where fits: (Ranges) -> Bool
    ) throws -> [Int64] {
        let statement = try connection.statement(
            """
            SELECT origin, chart, low, high, canonical_low, canonical_high FROM search_quantity
             WHERE parameter = ? AND chart BETWEEN ? AND ? AND ((? >> (chart & 7)) & 1) = 1
            """)
        defer { statement.reset() }
        SearchRows.bind(statement, parameter, scope, scope.openMask)
        return try SearchRows.collect(statement, scope) {
            let (low, high) = (statement.double(2), statement.double(3))
            let (lowest, highest) = (statement.double(4), statement.double(5))
            return fits((low...max(low, high), lowest...max(lowest, highest)))
        }
    }

    /// The resources whose sealed values fit.
    static func texts(
        _ parameter: Int64, _ scope: SearchScope, _ connection: Connection,
        where fits: (_ origin: Int64, _ chart: Int64, _ sealed: UnsafeRawBufferPointer) throws ->
            Bool
    ) throws -> [Int64] {
        let statement = try connection.statement(
            """
            SELECT origin, chart, sealed_values FROM search_text
             WHERE parameter = ? AND chart BETWEEN ? AND ? AND ((? >> (chart & 7)) & 1) = 1
            """)
        defer { statement.reset() }
        SearchRows.bind(statement, parameter, scope, scope.openMask)
        return try SearchRows.collect(statement, scope) {
            try statement.withBytes(2) { try fits(statement.int(0), statement.int(1), $0) }
        }
    }
}
