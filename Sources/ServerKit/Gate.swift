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

    /// Does what a grant allows, and puts on record where that is refused after all: for its
    /// version, its fields, or what the records hold.
    package func recordingRefusal<Value: Sendable>(
        of grant: Grant, _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let problem as Problem {
            try await store.note(
                AuditNote(grant.ask, outcome: .refused, code: problem.code), by: grant.caller)
            throw problem
        }
    }
}
