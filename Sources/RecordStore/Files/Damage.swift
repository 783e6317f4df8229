import Synchronization

/// The first sign that the database file cannot be read as it was written.
final class Damage: Sendable {
    private let reason = Mutex<String?>(nil)

    /// What was found, or nil.
    var found: String? { reason.withLock { $0 } }

    /// Remembers the first sign and says it once; a damaged page is met at every look.
    func note(_ words: String, _ say: (String) -> Void) {
        let isFirst = reason.withLock { known in
            defer { known = known ?? words }
            return known == nil
        }
        if isFirst { say(words) }
    }
}
