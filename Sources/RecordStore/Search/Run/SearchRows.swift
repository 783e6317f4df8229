import Kernel
import SQLite

/// The queries over the search index.
///
/// Each takes the charts that the grant covers as a part of the query itself.
enum SearchRows {
    /// Every resource of a type, rising; in the compartments of `mask`.
    static func resources(
        _ scope: SearchScope, mask: Int64, after: Int64 = 0, limit: Int, _ connection: Connection
    ) throws -> [Int64] {
        guard mask != 0 else { return [] }
        let statement =
            scope.isOnePatient
            ? try connection.statement(
                """
                SELECT origin, chart FROM search_resource INDEXED BY search_resource_by_chart
                 WHERE type = ? AND chart BETWEEN ? AND ? AND ((? >> (chart & 7)) & 1) = 1
                   AND origin > ?
                """)
            : try connection.statement(
                """
                SELECT origin, chart FROM search_resource INDEXED BY search_resource_by_type
                 WHERE type = ? AND chart BETWEEN ? AND ? AND ((? >> (chart & 7)) & 1) = 1
                   AND origin > ?
                 ORDER BY origin
                """)
        defer { statement.reset() }
        bind(statement, scope.number, scope, mask)
        statement.bind(5, after)
        var found: [Int64] = []
        while found.count < limit || scope.isOnePatient, try statement.step() {
            if !scope.isPatchy || scope.covers(statement.int(1)) { found.append(statement.int(0)) }
        }
        return scope.isOnePatient ? Array(found.sorted().prefix(limit)) : found
    }

    /// How many resources of a type there are.
    static func count(_ scope: SearchScope, _ connection: Connection) throws -> Int {
        if scope.isPatchy { return try countByChart(scope, connection) }
        let statement = try connection.statement(
            """
            SELECT count(*) FROM search_resource INDEXED BY search_resource_by_chart
             WHERE type = ? AND chart BETWEEN ? AND ? AND ((? >> (chart & 7)) & 1) = 1
            """)
        defer { statement.reset() }
        bind(statement, scope.number, scope, scope.mask)
        return try statement.step() ? Int(statement.int(0)) : 0
    }

    private static func countByChart(
        _ scope: SearchScope, _ connection: Connection
    ) throws -> Int {
        let statement = try connection.statement(
            """
            SELECT chart, count(*) FROM search_resource INDEXED BY search_resource_by_chart
             WHERE type = ? AND chart BETWEEN ? AND ? AND ((? >> (chart & 7)) & 1) = 1
             GROUP BY chart
            """)
        defer { statement.reset() }
        bind(statement, scope.number, scope, scope.mask)
        var total = 0
        while try statement.step() {
            if scope.covers(statement.int(0)) { total += Int(statement.int(1)) }
        }
        return total
    }

    /// The resources with a code, of a system or of any.
    static func tagged(
        _ parameter: Int64, tag: Int64, systemTag: Int64?, _ scope: SearchScope,
        _ connection: Connection
    ) throws -> [Int64] {
        let statement = try connection.statement(
            """
            SELECT origin, chart, system_tag FROM search_tag
             WHERE parameter = ? AND chart BETWEEN ? AND ? AND ((? >> (chart & 7)) & 1) = 1
               AND tag = ?
            """)
        defer { statement.reset() }
        bind(statement, parameter, scope, scope.openMask)
        statement.bind(5, tag)
        return try collect(statement, scope) { systemTag == nil || statement.int(2) == systemTag }
    }

    /// The resources with any code of a parameter.
    static func anyTag(
        _ parameter: Int64, _ scope: SearchScope, _ connection: Connection
    ) throws -> [Int64] {
        try eachTag(parameter, scope, connection) { _ in true }
    }

    /// The resources with any code of a system, or of any system.
    static func anySystem(
        _ parameter: Int64, systemTag: Int64?, _ scope: SearchScope, _ connection: Connection
    ) throws -> [Int64] {
        try eachTag(parameter, scope, connection) { tag in
            systemTag.map { $0 == tag } ?? (tag != 0)
        }
    }

    private static func eachTag(
        _ parameter: Int64, _ scope: SearchScope, _ connection: Connection,
        where fits: (_ systemTag: Int64) -> Bool
    ) throws -> [Int64] {
        let statement = try connection.statement(
            """
            SELECT origin, chart, system_tag FROM search_tag
             WHERE parameter = ? AND chart BETWEEN ? AND ? AND ((? >> (chart & 7)) & 1) = 1
            """)
        defer { statement.reset() }
        bind(statement, parameter, scope, scope.openMask)
        return try collect(statement, scope) { fits(statement.int(2)) }
    }

    /// The resources whose reference leads to a target.
    static func linked(
        _ parameter: Int64, to tag: Int64, _ scope: SearchScope, _ connection: Connection
    ) throws -> [Int64] {
        let statement = try connection.statement(
            """
            SELECT origin, chart FROM search_link
             WHERE parameter = ? AND chart BETWEEN ? AND ? AND ((? >> (chart & 7)) & 1) = 1
               AND target_tag = ?
            """)
        defer { statement.reset() }
        bind(statement, parameter, scope, scope.openMask)
        statement.bind(5, tag)
        return try collect(statement, scope) { true }
    }

    /// The resources with any reference of a parameter.
    static func anyLink(
        _ parameter: Int64, _ scope: SearchScope, _ connection: Connection
    ) throws -> [Int64] {
        let statement = try connection.statement(
            """
            SELECT origin, chart FROM search_link
             WHERE parameter = ? AND chart BETWEEN ? AND ? AND ((? >> (chart & 7)) & 1) = 1
            """)
        defer { statement.reset() }
        bind(statement, parameter, scope, scope.openMask)
        return try collect(statement, scope) { true }
    }

    /// Where the references of a resource lead.
    static func targets(
        _ parameter: Int64, of origin: Int64, _ connection: Connection
    ) throws -> [Int64] {
        let statement = try connection.statement(
            """
            SELECT target_tag FROM search_link INDEXED BY search_link_by_origin
             WHERE parameter = ? AND origin = ?
            """)
        defer { statement.reset() }
        statement.bind(1, parameter)
        statement.bind(2, origin)
        var found: [Int64] = []
        while try statement.step() { found.append(statement.int(0)) }
        return found
    }

    /// The resources that a tag of a reference leads to, of one type.
    static func resource(
        tagged tag: Int64, _ scope: SearchScope, _ connection: Connection
    ) throws -> [Int64] {
        let statement = try connection.statement(
            """
            SELECT origin, type, chart FROM search_resource INDEXED BY search_resource_by_tag
             WHERE self_tag = ?
            """)
        defer { statement.reset() }
        statement.bind(1, tag)
        var found: [Int64] = []
        while try statement.step() {
            guard statement.int(1) == scope.number, scope.covers(statement.int(2)) else { continue }
            found.append(statement.int(0))
        }
        return found
    }

    /// What the row of a resource says.
    struct Resource {
        let seq: Int64
        let type: Int64
        let chart: Int64
        let changedMs: Int64
        let selfTag: Int64
    }

    /// The row of a resource.
    static func resource(_ origin: Int64, _ connection: Connection) throws -> Resource? {
        let statement = try connection.statement(
            "SELECT seq, type, chart, changed_ms, self_tag FROM search_resource WHERE origin = ?")
        defer { statement.reset() }
        statement.bind(1, origin)
        guard try statement.step() else { return nil }
        return Resource(
            seq: statement.int(0), type: statement.int(1), chart: statement.int(2),
            changedMs: statement.int(3), selfTag: statement.int(4))
    }

    /// The id of a resource.
    static func name(_ origin: Int64, _ connection: Connection) throws -> String? {
        try connection.text("SELECT id FROM resource_version WHERE seq = ?", .int(origin))
    }

    /// The current version of a resource.
    static func version(_ origin: Int64, _ connection: Connection) throws -> ResourceRow? {
        let statement = try connection.statement(
            """
            SELECT seq, type, id, version, is_deleted, patient_id, compartment, data_key_id,
                   changed_ms, sort_ms, sealed_body
              FROM resource_version
             WHERE seq = (SELECT seq FROM search_resource WHERE origin = ?)
            """)
        defer { statement.reset() }
        statement.bind(1, origin)
        return try statement.step() ? ResourceRow(statement) : nil
    }

    static func bind(
        _ statement: Statement, _ first: Int64, _ scope: SearchScope, _ mask: Int64
    ) {
        statement.bind(1, first)
        statement.bind(2, scope.low)
        statement.bind(3, scope.high)
        statement.bind(4, mask)
    }

    /// The origins of rows whose first columns are origin and chart.
    static func collect(
        _ statement: Statement, _ scope: SearchScope, where isWanted: () throws -> Bool
    ) throws -> [Int64] {
        var found: [Int64] = []
        while try statement.step() {
            if scope.isPatchy, !scope.covers(statement.int(1)) { continue }
            guard try isWanted() else { continue }
            found.append(statement.int(0))
            guard found.count <= SearchLimits.originsCountMax else {
                throw Problem(
                    .tooCostly,
                    "A part of the search finds more than \(SearchLimits.originsCountMax) records. "
                        + "Narrow it, by patient for example.")
            }
        }
        return OriginList.of(found)
    }
}
