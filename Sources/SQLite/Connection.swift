import CSQLite
import Glibc

/// One open database file.
///
/// Not sendable: it belongs to one thread at a time.
///
/// Knows no SQL beyond opening, transactions and pragmas. Whether the file is in WAL mode and how
/// it syncs is for the owner of the schema to set and to check.
package final class Connection {
    /// Whether the connection may change the file.
    package enum Mode: Sendable { case readWrite, readOnly }

    /// How long a statement waits for the lock of another connection, in milliseconds.
    package static let busyWaitMs: Int32 = 5_000
    /// The longest text, blob or row, in bytes.
    package static let valueBytesMax: Int32 = 256 << 20
    /// How many composed statements are kept prepared.
    package static let composedStatementsMax = 64

    /// Where the file is; `:memory:` is a database without a file.
    package let path: String
    private var handle: OpaquePointer?
    private var statements: [UnsafePointer<UInt8>: Statement] = [:]
    private var composed: [String: Statement] = [:]
    private var composedOrder: [String] = []
    private var progress: ProgressBox?
    private var rules: StatementRules?

    /// Opens a database file; `readWrite` creates it, readable for its owner only.
    ///
    /// - Throws: ``SQLiteError`` if the file cannot be opened. A file that is no database is told
    ///   by the first statement, except that the settings made here already read it.
    package init(path: String, mode: Mode) throws(SQLiteError) {
        guard Connection.configured == SQLITE_OK else {
            throw SQLiteError.last(of: nil, code: Connection.configured, "set up")
        }
        self.path = path
        let isFile = !path.isEmpty && path != ":memory:"
        if mode == .readWrite && isFile && access(path, F_OK) != 0 {
            // SQLite would create the file, and later its -wal and -shm, readable for everybody.
            // Only where there is none: closing a descriptor ends all locks that this process has
            // on the file.
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            if descriptor >= 0 { _ = Glibc.close(descriptor) }
        }
        let access =
            mode == .readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let flags = access | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_PRIVATECACHE
        let code = sqlite3_open_v2(path, &handle, flags, nil)
        guard code == SQLITE_OK else {
            let error = SQLiteError.last(of: handle, code: code, "open")
            close()
            throw error
        }
        do throws(SQLiteError) {
            try harden(mode)
        } catch {
            close()
            throw error
        }
    }

    deinit { close() }

    /// Closes the file and ends every statement; a second call does nothing.
    package func close() {
        for statement in statements.values { statement.finalize() }
        statements = [:]
        dropComposed()
        sqlite3_close_v2(handle)
        handle = nil
        progress = nil
        rules = nil
    }

    // MARK: Statements

    /// Runs statements that return nothing.
    ///
    /// For schema steps and pragmas: values are never joined in.
    package func execute(_ sql: String) throws(SQLiteError) {
        let handle = try open("execute")
        let code = sqlite3_exec(handle, sql, nil, nil, nil)
        guard code == SQLITE_OK else {
            throw SQLiteError.last(
                of: handle, code: code, "execute \(SQLiteError.summary(of: sql))")
        }
    }

    /// The prepared statement of a literal, reset and without values; prepared on first use and
    /// kept.
    ///
    /// The same literal gives the same statement: finish with it before asking for it again.
    package func statement(_ sql: StaticString) throws(SQLiteError) -> Statement {
        guard sql.hasPointerRepresentation else { return try prepare("\(sql)") }
        if let kept = statements[sql.utf8Start] {
            kept.reset()
            return kept
        }
        let made = try make("\(sql)")
        #if FAULT_CONTROLS
        StatementLog.note("\(sql)", .literal, path)
        #endif
        statements[sql.utf8Start] = made
        return made
    }

    /// The texts of all literal statements that were asked for so far.
    package var statementTexts: [String] { statements.keys.map { String(cString: $0) } }

    /// A prepared statement of composed SQL, reset and without values; the last 64 are kept.
    package func prepare(_ sql: String) throws(SQLiteError) -> Statement {
        if let kept = composed[sql] {
            kept.reset()
            return kept
        }
        let made = try make(sql)
        #if FAULT_CONTROLS
        StatementLog.note(sql, .composed, path)
        #endif
        if composedOrder.count >= Connection.composedStatementsMax {
            // Not ended here: whoever holds it may still be reading rows from it.
            composed[composedOrder.removeFirst()] = nil
        }
        composed[sql] = made
        composedOrder.append(sql)
        return made
    }

    /// Binds the values, steps to the end and resets.
    package func run(_ sql: StaticString, _ values: SQLiteValue...) throws(SQLiteError) {
        let statement = try statement(sql)
        for (index, value) in values.enumerated() { statement.bind(index + 1, value) }
        try statement.run()
    }

    /// The first column of the first row as a number, or nil if there is no row or it is NULL.
    package func int(_ sql: StaticString, _ values: SQLiteValue...) throws(SQLiteError) -> Int64? {
        let statement = try statement(sql)
        for (index, value) in values.enumerated() { statement.bind(index + 1, value) }
        let found = try statement.step() ? statement.intOrNil(0) : nil
        statement.reset()
        return found
    }

    /// The first column of the first row as a text, or nil if there is no row or it is NULL.
    package func text(_ sql: StaticString, _ values: SQLiteValue...) throws(SQLiteError) -> String?
    {
        let statement = try statement(sql)
        for (index, value) in values.enumerated() { statement.bind(index + 1, value) }
        let found = try statement.step() ? statement.textOrNil(0) : nil
        statement.reset()
        return found
    }

    /// The row id that the last INSERT gave.
    package var lastInsertRowID: Int64 { handle == nil ? 0 : sqlite3_last_insert_rowid(handle) }

    /// How many rows the last INSERT, UPDATE or DELETE changed.
    package var changes: Int { handle == nil ? 0 : Int(sqlite3_changes64(handle)) }

    /// How many rows all statements together changed since the connection was opened.
    package var totalChanges: Int64 { handle == nil ? 0 : sqlite3_total_changes64(handle) }

    /// Stops what the connection runs now; that statement throws with `isInterrupted`.
    package func interrupt() {
        if handle != nil { sqlite3_interrupt(handle) }
    }

    /// Asks a question every so many steps of the virtual machine; true stops the statement.
    package func setProgress(everyOps: Int, _ stop: (@Sendable () -> Bool)?) {
        guard handle != nil else { return }
        progress = stop.map { ProgressBox(stop: $0) }
        guard let progress else { return sqlite3_progress_handler(handle, 0, nil, nil) }
        let context = Unmanaged.passUnretained(progress).toOpaque()
        sqlite3_progress_handler(
            handle, Int32(everyOps),
            { context in
                guard let context else { return 0 }
                return Unmanaged<ProgressBox>.fromOpaque(context).takeUnretainedValue().stop()
                    ? 1 : 0
            }, context)
    }

    /// From now on refuses every statement that does more than read and change rows: the schema,
    /// other files, functions and pragmas that the program does not use.
    ///
    /// Statements that were prepared before are not asked again.
    package func restrict() throws(SQLiteError) {
        let handle = try open("restrict")
        let rules = StatementRules(path: path)
        let code = rules.watch(handle)
        guard code == SQLITE_OK else {
            throw SQLiteError.last(of: handle, code: code, "restrict")
        }
        self.rules = rules
    }

    /// Whether what guards against foreign SQL is on: a schema that is not trusted, writes that
    /// cannot damage the file, no code loaded from elsewhere.
    package var isHardened: Bool {
        guard let handle else { return false }
        return csqlite_state(handle, SQLITE_DBCONFIG_DEFENSIVE) == 1
            && csqlite_state(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA) == 0
            && csqlite_state(handle, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION) == 0
            && csqlite_state(handle, SQLITE_DBCONFIG_DQS_DML) == 0
    }

    /// Whether a transaction is open.
    ///
    /// After a full disk or an I/O error SQLite may have ended it itself.
    package var isInTransaction: Bool { handle != nil && sqlite3_get_autocommit(handle) == 0 }

    /// The handle, for the other files of this target; nil after the connection was closed.
    var database: OpaquePointer? { handle }

    /// The handle, which SQLite must not be given after the connection was closed.
    func open(_ operation: String) throws(SQLiteError) -> OpaquePointer {
        guard let handle else {
            throw SQLiteError(
                code: SQLITE_MISUSE, message: "the connection is closed", operation: operation)
        }
        return handle
    }

    // MARK: Parts

    private static let configured: Int32 = csqlite_configure()

    private func harden(_ mode: Mode) throws(SQLiteError) {
        sqlite3_busy_timeout(handle, Connection.busyWaitMs)
        try set(SQLITE_DBCONFIG_DEFENSIVE, true)
        try set(SQLITE_DBCONFIG_ENABLE_FKEY, true)
        try set(SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)
        try set(SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, false)
        try set(SQLITE_DBCONFIG_DQS_DML, false)
        try set(SQLITE_DBCONFIG_DQS_DDL, false)
        // A library built without one of the switches would take the call and do nothing.
        guard isHardened else {
            throw SQLiteError(
                code: SQLITE_MISUSE, message: "this SQLite cannot be hardened", operation: "open")
        }
        for (limit, most) in Connection.limits { sqlite3_limit(handle, limit, most) }
        try execute(
            "PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = ON")
        guard mode == .readOnly else { return }
        try set(SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        try execute("PRAGMA wal_autocheckpoint = 0; PRAGMA query_only = ON")
    }

    private static let limits: [(Int32, Int32)] = [
        (SQLITE_LIMIT_LENGTH, valueBytesMax), (SQLITE_LIMIT_SQL_LENGTH, 1 << 20),
        (SQLITE_LIMIT_COLUMN, 200), (SQLITE_LIMIT_EXPR_DEPTH, 500),
        (SQLITE_LIMIT_COMPOUND_SELECT, 100), (SQLITE_LIMIT_ATTACHED, 1),
        (SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 500), (SQLITE_LIMIT_TRIGGER_DEPTH, 10),
        (SQLITE_LIMIT_WORKER_THREADS, 0),
    ]

    private func set(_ option: Int32, _ on: Bool) throws(SQLiteError) {
        let code = csqlite_switch(handle, option, on ? 1 : 0)
        guard code == SQLITE_OK else {
            throw SQLiteError.last(of: handle, code: code, "set option \(option)")
        }
    }

    private func make(_ sql: String) throws(SQLiteError) -> Statement {
        let handle = try open("prepare")
        var prepared: OpaquePointer?
        var sql = sql
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        let code = sql.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) {
                sqlite3_prepare_v3(handle, $0.baseAddress, Int32($0.count), flags, &prepared, nil)
            }
        }
        let operation = SQLiteError.summary(of: sql)
        guard code == SQLITE_OK else {
            throw SQLiteError.last(of: handle, code: code, "prepare \(operation)")
        }
        guard let prepared else {
            throw SQLiteError(code: SQLITE_MISUSE, message: "empty statement", operation: "prepare")
        }
        return Statement(handle: prepared, operation: operation)
    }

    private func dropComposed() {
        for statement in composed.values { statement.finalize() }
        composed = [:]
        composedOrder = []
    }
}

private final class ProgressBox {
    let stop: @Sendable () -> Bool
    init(stop: @escaping @Sendable () -> Bool) { self.stop = stop }
}
