import CSQLite

/// A prepared statement: bind, step through the rows, read columns, reset.
///
/// Bind indexes count from 1, columns from 0, as in SQLite. A value that cannot be bound (wrong
/// index, too large) is told by the next ``step()``. Belongs to the thread that uses its
/// connection.
package final class Statement {
    /// Nil after the connection was closed; SQLite answers that with a misuse, not with a crash.
    private var handle: OpaquePointer?
    private let operation: String
    private var bindFailure: Int32 = SQLITE_OK

    init(handle: OpaquePointer, operation: String) {
        self.handle = handle
        self.operation = operation
    }

    deinit { sqlite3_finalize(handle) }

    func finalize() {
        sqlite3_finalize(handle)
        handle = nil
    }

    /// Binds a number.
    package func bind(_ index: Int, _ value: Int64) {
        note(sqlite3_bind_int64(handle, Int32(index), value))
    }

    /// Binds a number.
    package func bind(_ index: Int, _ value: Int) { bind(index, Int64(value)) }

    /// Binds a number.
    package func bind(_ index: Int, _ value: Double) {
        note(sqlite3_bind_double(handle, Int32(index), value))
    }

    /// Binds a copy of a text.
    package func bind(_ index: Int, _ value: String) {
        var value = value
        value.withUTF8 { utf8 in
            // A null pointer would bind NULL instead of the empty text.
            utf8.withMemoryRebound(to: CChar.self) { text in
                let start = text.baseAddress
                note(
                    start == nil
                        ? csqlite_bind_text_copy(handle, Int32(index), "", 0)
                        : csqlite_bind_text_copy(
                            handle, Int32(index), start, sqlite3_uint64(text.count)))
            }
        }
    }

    /// Binds a copy of bytes.
    package func bind(_ index: Int, _ value: [UInt8]) {
        value.withUnsafeBytes { bind(index, $0) }
    }

    /// Binds a copy of bytes.
    package func bind(_ index: Int, _ value: UnsafeRawBufferPointer) {
        guard let start = value.baseAddress, !value.isEmpty else {
            return note(sqlite3_bind_zeroblob(handle, Int32(index), 0))
        }
        note(csqlite_bind_blob_copy(handle, Int32(index), start, sqlite3_uint64(value.count)))
    }

    /// Binds NULL.
    package func bindNull(_ index: Int) { note(sqlite3_bind_null(handle, Int32(index))) }

    /// Binds a text, or NULL for nil.
    package func bind(_ index: Int, _ value: String?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    /// Binds a number, or NULL for nil.
    package func bind(_ index: Int, _ value: Int64?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    /// Binds bytes, or NULL for nil.
    package func bind(_ index: Int, _ value: [UInt8]?) {
        if let value { bind(index, value) } else { bindNull(index) }
    }

    /// Binds a value by its storage class.
    package func bind(_ index: Int, _ value: SQLiteValue) {
        switch value {
        case .null: bindNull(index)
        case .int(let number): bind(index, number)
        case .double(let number): bind(index, number)
        case .text(let text): bind(index, text)
        case .bytes(let bytes): bind(index, bytes)
        }
    }

    /// Goes to the next row.
    ///
    /// - Returns: false when there are no more rows.
    /// - Throws: ``SQLiteError`` if the statement failed or a value could not be bound; the
    ///   statement is reset then and can be used again.
    package func step() throws(SQLiteError) -> Bool {
        guard bindFailure == SQLITE_OK else {
            let code = bindFailure
            reset()
            throw SQLiteError(
                code: code, message: String(cString: sqlite3_errstr(code)),
                operation: "bind \(operation)")
        }
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        case let code:
            let error = SQLiteError.last(
                of: handle.flatMap { sqlite3_db_handle($0) }, code: code, "step \(operation)")
            reset()
            throw error
        }
    }

    /// Steps through all rows without looking at them, then resets.
    package func run() throws(SQLiteError) {
        while try step() {}
        reset()
    }

    /// Ends the rows and forgets the bound values, so that neither a read lock nor a value stays.
    package func reset() {
        if handle != nil {
            sqlite3_reset(handle)
            sqlite3_clear_bindings(handle)
        }
        bindFailure = SQLITE_OK
    }

    /// The number in a column; 0 if it is NULL.
    package func int(_ column: Int) -> Int64 { sqlite3_column_int64(handle, Int32(column)) }

    /// The number in a column; 0 if it is NULL.
    package func double(_ column: Int) -> Double { sqlite3_column_double(handle, Int32(column)) }

    /// The text in a column; empty if it is NULL.
    package func text(_ column: Int) -> String {
        guard let start = sqlite3_column_text(handle, Int32(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    /// The bytes in a column; empty if it is NULL.
    package func bytes(_ column: Int) -> [UInt8] { withBytes(column) { Array($0) } }

    /// Hands out the bytes of a column without a copy; they are valid until the next step or reset.
    package func withBytes<Result, Failure: Error>(
        _ column: Int, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let start = sqlite3_column_blob(handle, Int32(column))
        let count = Int(sqlite3_column_bytes(handle, Int32(column)))
        return try body(UnsafeRawBufferPointer(start: start, count: start == nil ? 0 : count))
    }

    /// Whether a column is NULL.
    package func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(handle, Int32(column)) == SQLITE_NULL
    }

    /// The text in a column, or nil if it is NULL.
    package func textOrNil(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
    /// The number in a column, or nil if it is NULL.
    package func intOrNil(_ column: Int) -> Int64? { isNull(column) ? nil : int(column) }
    /// The number in a column, or nil if it is NULL.
    package func doubleOrNil(_ column: Int) -> Double? { isNull(column) ? nil : double(column) }
    /// The bytes in a column, or nil if it is NULL.
    package func bytesOrNil(_ column: Int) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

    /// The value in a column by its storage class.
    package func value(_ column: Int) -> SQLiteValue {
        switch sqlite3_column_type(handle, Int32(column)) {
        case SQLITE_INTEGER: .int(int(column))
        case SQLITE_FLOAT: .double(double(column))
        case SQLITE_TEXT: .text(text(column))
        case SQLITE_BLOB: .bytes(bytes(column))
        default: .null
        }
    }

    /// How many columns a row has.
    package var columnCount: Int { Int(sqlite3_column_count(handle)) }

    /// The name of a column of the result.
    package func columnName(_ column: Int) -> String {
        sqlite3_column_name(handle, Int32(column)).map { String(cString: $0) } ?? ""
    }

    private func note(_ code: Int32) {
        if code != SQLITE_OK && bindFailure == SQLITE_OK { bindFailure = code }
    }
}
