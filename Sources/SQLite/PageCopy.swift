import CSQLite

/// Copies a whole database, page by page, from one connection to another.
///
/// Gives a consistent copy while others write, as long as the source holds a read transaction from
/// before the first step to after the last one. Belongs to the thread of its connections, and both
/// must stay open as long as it lives.
///
/// Spec: SQLite, Online Backup API, https://www.sqlite.org/c3ref/backup_finish.html
package final class PageCopy {
    private var handle: OpaquePointer?
    private let target: Connection

    /// Begins a copy over whatever the target holds.
    package init(from source: Connection, to target: Connection) throws(SQLiteError) {
        let from = try source.open("copy pages")
        let to = try target.open("copy pages")
        self.target = target
        handle = sqlite3_backup_init(to, "main", from, "main")
        if handle == nil {
            throw SQLiteError.last(of: to, code: sqlite3_errcode(to), "copy pages")
        }
    }

    deinit { end() }

    /// Copies the next pages.
    ///
    /// - Returns: whether all pages are copied.
    package func step(pages: Int) throws(SQLiteError) -> Bool {
        let code = sqlite3_backup_step(handle, Int32(clamping: pages))
        switch code {
        case SQLITE_OK, SQLITE_BUSY, SQLITE_LOCKED: return false
        case SQLITE_DONE: return true
        default: throw SQLiteError.last(of: target.database, code: code, "copy pages")
        }
    }

    /// Pages of the source.
    package var pageCount: Int { Int(sqlite3_backup_pagecount(handle)) }

    /// Pages that are still to be copied.
    package var remainingCount: Int { Int(sqlite3_backup_remaining(handle)) }

    /// Ends the copy; one that is not whole is undone.
    package func end() {
        sqlite3_backup_finish(handle)
        handle = nil
    }
}

extension Connection {
    /// The release of the SQLite that this program runs with.
    package static var libraryVersion: String { String(cString: sqlite3_libversion()) }
}
