import Glibc
import Synchronization

/// Room on the disk for the index of the write-ahead log, which SQLite writes through memory.
///
/// SQLite lengthens that file by one byte of each page. Where the blocks of a file system are smaller
/// than a page, a full disk then has no room for the rest of it, and the process ends with SIGBUS
/// instead of being told. The room is taken once, while there is some.
///
/// Spec: SQLite, WAL-mode file format §2.2, https://www.sqlite.org/walformat.html
final class WALIndexRoom: Sendable {
    /// Enough for a log of 512 MiB in pages of 4 KiB.
    private static let bytes = 1_048_576
    private let file: Mutex<Int32>

    /// Takes the room; where there is none, SQLite does what it can with what it has.
    ///
    /// - Parameter database: the path of the database, which is open.
    init(database: String) {
        let opened = open(database + "-shm", O_RDWR | O_CLOEXEC)
        if opened >= 0 { _ = posix_fallocate(opened, 0, off_t(Self.bytes)) }
        file = Mutex(opened)
    }

    /// To be called after the connections were closed: a process that closes a file gives up all
    /// locks that it holds on it, those of SQLite too.
    func close() {
        file.withLock { file in
            guard file >= 0 else { return }
            Glibc.close(file)
            file = -1
        }
    }

    deinit { close() }
}
