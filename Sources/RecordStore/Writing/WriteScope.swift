import Kernel
import SQLite
import Sealing

/// What one piece of work may do inside the writer's transaction.
///
/// Lives on the writer's thread.
package final class WriteScope {
    /// The writer's connection, inside a savepoint.
    let connection: Connection
    private let chain: AuditChain
    /// The time that everything in this savepoint carries, UTC milliseconds.
    package let nowMs: Int64
    var effects: [() -> Void] = []
    /// Whether the write-ahead log is to hold nothing more of what was there before this commit.
    var cutsLog = false

    init(connection: Connection, chain: AuditChain, nowMs: Int64) {
        self.connection = connection
        self.chain = chain
        self.nowMs = nowMs
    }

    /// Appends an entry to the audit chain, in the same transaction as everything else here.
    func append(_ entry: SealedAuditEntry, objectSeq: Int64? = nil, objectDigest: [UInt8]? = nil)
        throws
    {
        try chain.append(
            entry, atMs: nowMs, objectSeq: objectSeq, objectDigest: objectDigest, to: connection)
    }

    /// Runs `effect` once the commit is on disk, before the caller is told; never if it failed.
    func afterCommit(_ effect: @escaping () -> Void) { effects.append(effect) }

    /// Gives the audit chain another key for everything after this commit.
    func switchAuditKey(to key: DataKey, version: Int64) {
        let chain = chain
        effects.append { chain.switchKey(to: key, version: version) }
    }
}
