import CSQLite
import Synchronization

/// What statements of a running box may do; asked by SQLite for each statement that is prepared.
///
/// The second lock behind bound values: a statement that came to be by other ways than the
/// literals of the program would have to keep to reading and changing rows.
///
/// Spec: SQLite, Compile-Time Authorization Callbacks, https://www.sqlite.org/c3ref/set_authorizer.html
final class StatementRules {
    /// Functions that the program's statements call.
    private static let functions: Set<String> = [
        "coalesce", "count", "exists", "ifnull", "length", "max", "min", "sum", "total",
    ]
    /// Pragmas that ask, and one that checks the file.
    private static let pragmas: Set<String> = [
        "foreign_keys", "freelist_count", "integrity_check", "journal_mode", "page_count",
        "page_size", "query_only", "quick_check", "synchronous",
    ]
    /// What the recording of changes asks about the columns of a table.
    private static let columnPragmas: Set<String> = ["table_info", "table_xinfo"]
    #if FAULT_CONTROLS
    /// With which tests make a disk full.
    private static let testPragma = "max_page_count"
    #else
    private static let testPragma = ""
    #endif
    private let path: String

    init(path: String) { self.path = path }

    /// Has SQLite ask these rules about each statement that a connection prepares from now on.
    func watch(_ database: OpaquePointer) -> Int32 {
        sqlite3_set_authorizer(
            database,
            { context, action, first, second, _, _ in
                guard let context else { return SQLITE_DENY }
                let rules = Unmanaged<StatementRules>.fromOpaque(context).takeUnretainedValue()
                let isAllowed = rules.allows(
                    action, first.map { String(cString: $0) } ?? "",
                    second.map { String(cString: $0) } ?? "")
                return isAllowed ? SQLITE_OK : SQLITE_DENY
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func allows(_ action: Int32, _ first: String, _ second: String) -> Bool {
        let isAllowed = Self.isAllowed(action, first, second)
        #if FAULT_CONTROLS
        if !isAllowed { StatementLog.note(refused: "action \(action) \(first) \(second)", path) }
        #endif
        return isAllowed
    }

    private static func isAllowed(_ action: Int32, _ first: String, _ second: String) -> Bool {
        switch action {
        case SQLITE_SELECT, SQLITE_RECURSIVE, SQLITE_TRANSACTION, SQLITE_SAVEPOINT, SQLITE_READ:
            true
        case SQLITE_INSERT, SQLITE_UPDATE, SQLITE_DELETE: !first.hasPrefix("sqlite_")
        case SQLITE_FUNCTION: functions.contains(second)
        // With a value a pragma sets something; only the number of findings is a value that asks.
        case SQLITE_PRAGMA:
            first == testPragma || columnPragmas.contains(first)
                || pragmas.contains(first) && (second.isEmpty || first == "integrity_check")
        default: false
        }
    }
}

#if FAULT_CONTROLS
/// Which statements were prepared on a database, for the tests that look for strange ones.
///
/// Not in a release build.
package enum StatementLog {
    /// How a statement came to be.
    package enum Origin: Hashable, Sendable {
        /// A literal of the program.
        case literal
        /// A text that was made while the program ran.
        case composed
        /// Refused by the rules.
        case refused
    }

    private static let noted = Mutex<[String: [String: Origin]]>([:])

    /// The texts that were prepared on a file since the first one, or why they were refused.
    package static func statements(of path: String) -> [String: Origin] {
        noted.withLock { $0[path] ?? [:] }
    }

    static func note(_ sql: String, _ origin: Origin, _ path: String) {
        noted.withLock { $0[path, default: [:]][sql] = origin }
    }

    static func note(refused what: String, _ path: String) { note(what, .refused, path) }
}
#endif
