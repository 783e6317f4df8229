import Kernel
import SQLite

/// What one thread does with the groups of work that the writer hands it.
final class WriterLoop {
    private let connection: Connection
    private let chain: AuditChain
    private let space: DiskSpace
    private let clock: Clock
    private let onFatal: @Sendable (String) -> Void
    private let log: LogGauge
    private let redo: RedoRecorder
    private var refilledAtMs: Int64 = 0
    private var isLogCopied = true
    private var isLogToCut = false

    init(
        connection: Connection, chain: AuditChain, redo: RedoTap?, space: DiskSpace, clock: Clock,
        onFatal: @escaping @Sendable (String) -> Void
    ) throws {
        self.redo = try RedoRecorder(connection, redo)
        self.connection = connection
        self.chain = chain
        self.space = space
        self.clock = clock
        self.onFatal = onFatal
        log = try LogGauge(connection)
    }

    /// Runs a group and answers every piece of work in it.
    func commit(_ group: [Writer.Work]) {
        var ended: [(work: Writer.Work, error: (any Error)?, effects: [() -> Void])] = []
        ended.reserveCapacity(group.count)
        let before = chain.head
        do {
            try connection.beginImmediate()
            redo.begin()
            for work in group {
                let (error, effects) = try run(work)
                ended.append((work, error, effects))
            }
            try chain.writeHead(connection)
            try redo.count()
            try connection.commit()
        } catch {
            giveUp(group, because: error, before: before)
            return
        }
        let committedMs = clock.wallMs()
        for one in ended where one.error == nil {
            for effect in one.effects { effect() }
        }
        // What was destroyed is gone from the files before anybody is told so.
        if isLogToCut { checkpointIfDue(force: true) }
        for one in ended { one.work.finish(one.error) }
        redo.hand(atMs: committedMs, auditSeq: chain.head.seq)
        checkpointIfDue(force: false)
        refillIfDue()
    }

    /// Called when nothing was queued for a while.
    func idle() {
        checkpointIfDue(force: true)
        refillIfDue()
    }

    /// Looks for room once a second, whether clients go on asking or not.
    private func refillIfDue() {
        let nowMs = clock.steadyMs()
        guard nowMs - refilledAtMs >= Writer.Limits.refillIntervalMs else { return }
        refilledAtMs = nowMs
        space.refillIfPossible()
    }

    /// Called once, after the last group.
    func stop() {
        // What cannot be written now is written after the next start; the chain itself is whole.
        try? chain.anchor()
        checkpointIfDue(force: true)
        redo.end()
        connection.close()
    }

    /// Runs one piece of work in a savepoint.
    ///
    /// - Returns: why it failed, if only this piece did.
    /// - Throws: where the whole group is lost: SQLite itself has then undone the transaction, and
    ///   whatever ran after that would be committed alone.
    private func run(_ work: Writer.Work) throws -> ((any Error)?, [() -> Void]) {
        if work.kind == .change, space.isFull {
            return (DiskSpace.full, [])
        }
        let before = chain.head
        let scope = WriteScope(connection: connection, chain: chain, nowMs: clock.wallMs())
        guard work.kind != .entry else {
            // One row that fails only where the database itself does: no savepoint to go back to.
            try work.run(scope)
            return (nil, scope.effects)
        }
        do {
            try connection.savepoint { try work.run(scope) }
            isLogToCut = isLogToCut || scope.cutsLog
            return (nil, scope.effects)
        } catch {
            if let failure = error as? SQLiteError,
                failure.isFull || failure.isIO || failure.isCorrupt || !connection.isInTransaction
            {
                throw failure
            }
            chain.head = before
            return (error, [])
        }
    }

    /// Nothing of the group is on disk: says so to everyone, and ends the process where the disk
    /// cannot be trusted any more.
    private func giveUp(_ group: [Writer.Work], because error: any Error, before: AuditChain.Head) {
        chain.head = before
        if connection.isInTransaction {
            // A failed rollback leaves the connection unusable; the next begin reports that.
            try? connection.rollback()
        }
        guard let failure = error as? SQLiteError else {
            for work in group { work.finish(error) }
            return
        }
        guard !failure.isFull else {
            let wasFull = space.isFull
            space.noteFull()
            if !wasFull, group.contains(where: { $0.kind != .change }) {
                commitSpared(group)
            } else {
                for work in group { work.finish(DiskSpace.full) }
            }
            return
        }
        if failure.isIO || failure.isCorrupt {
            onFatal("The database cannot be written (\(failure.code)); stopping to recover.")
        }
        for work in group {
            work.finish(Problem(.transient, "The record could not be written. Try again."))
        }
    }

    /// The disk is full: the room kept free for that is used for audit entries of reads and for
    /// sign-ins, so that charts can still be read.
    private func commitSpared(_ group: [Writer.Work]) {
        for work in group where work.kind == .change { work.finish(DiskSpace.full) }
        commit(group.filter { $0.kind != .change })
    }

    /// Copies the log into the database when it has grown, or when there is nothing else to do.
    private func checkpointIfDue(force: Bool) {
        isLogCopied = isLogCopied && force && !isLogToCut
        do {
            try chain.anchorIfDue()
            // Copying the log could take the very room that is kept for audit entries.
            guard !space.isFull else { return }
            guard log.frames >= Writer.Limits.logFramesMax || (force && !isLogCopied) else {
                return
            }
            let result = try connection.checkpoint(isLogToCut ? .truncate : .passive)
            isLogCopied = result.checkpointedFrames == result.logFrames
            // A reader that was busy leaves it to the next round.
            isLogToCut = isLogToCut && result.busy
        } catch let failure as SQLiteError where failure.isIO || failure.isCorrupt {
            onFatal("The database cannot be checkpointed (\(failure.code)); stopping to recover.")
        } catch let problem as Problem where problem.code != .noStore {
            onFatal("\(problem.detail) Stopping to recover.")
        } catch {
            // A full disk or a long reader: the log keeps every commit, the next round copies it.
        }
    }
}
