import Kernel
import SQLite

/// Counts the commits of the writer and, where somebody keeps them, notes what each changed.
///
/// Belongs to the writer's thread.
final class RedoRecorder {
    private let connection: Connection
    private let tap: RedoTap?
    private var changes: ChangeRecorder?
    private var before: Int64

    init(_ connection: Connection, _ tap: RedoTap?) throws {
        self.connection = connection
        self.tap = tap
        before = connection.totalChanges
        guard let tap else { return }
        tap.noteOpened(try RedoMark.of(connection))
    }

    /// Called at the beginning of a transaction.
    func begin() {
        before = connection.totalChanges
        guard changes == nil, let tap, tap.takeWish() else { return }
        do {
            changes = try ChangeRecorder(connection)
        } catch {
            tap.end()
        }
    }

    /// Counts the transaction, as its last change, if it changed anything.
    func count() throws {
        guard connection.totalChanges != before else { return }
        try RedoMark.advance(connection)
    }

    /// Hands over what the transaction changed, once it is on the disk.
    ///
    /// A failure here loses nothing of the record: the recording ends, and the next line begins
    /// with a backup.
    func hand(atMs: Int64, auditSeq: Int64) {
        guard let tap, let changes, connection.totalChanges != before else { return }
        do {
            let group = RedoGroup(
                mark: try RedoMark.of(connection), atMs: atMs, auditSeq: auditSeq,
                changes: try changes.take())
            guard !tap.hand(group) else { return }
        } catch {
            tap.end()
        }
        end()
    }

    /// Ends the recording; commits are counted on.
    func end() {
        changes?.end()
        changes = nil
    }
}
