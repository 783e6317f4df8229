import CSQLite

/// Tells how many frames the write-ahead log held after the last commit of a connection.
///
/// Replaces SQLite's own habit of checkpointing after a commit: the owner of the connection
/// decides when. Must live as long as the connection, and belongs to the same thread.
package final class LogGauge {
    /// Frames in the log after the last commit.
    package private(set) var frames = 0

    /// Starts to watch the commits of a connection.
    package init(_ connection: Connection) throws(SQLiteError) {
        sqlite3_wal_hook(
            try connection.open("watch the log"),
            { gauge, _, _, frames in
                guard let gauge else { return SQLITE_OK }
                Unmanaged<LogGauge>.fromOpaque(gauge).takeUnretainedValue().frames = Int(frames)
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }
}
