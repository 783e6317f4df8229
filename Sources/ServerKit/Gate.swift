package import AccessControl
import Kernel
package import RecordStore

/// Asks the policy and puts every refusal on record.
package struct Gate: Sendable {
    private let policy = Policy()
    private let store: RecordStore

    /// Makes the gate of a store.
    package init(store: RecordStore) { self.store = store }

    /// The grant for an ask.
    ///
    /// - Throws: ``Problem`` `.login` or `.forbidden`, after the refusal is on the disk.
    package func grant(_ ask: Ask, to caller: Caller) async throws -> Grant {
        do throws(Problem) {
            return try policy.grant(ask, to: caller)
        } catch {
            try await store.note(
                AuditNote(ask, outcome: .refused, code: error.code), by: caller)
            throw error
        }
    }
}
