import FHIRModel
import Synchronization

/// Rules of value sets that were read before: a search asks for the same one thousands of times.
final class RuleMemory: Sendable {
    private let known = Mutex<[String: JSON?]>([:])

    /// The rules of a value set in a table; nil if it has none there.
    func compose(of url: String, in table: CodeTable) -> JSON? {
        known.withLock { known in
            if let found = known[url] { return found }
            guard let text = table.compose(ofValueSet: url) else { return nil }
            // A text that our own generator wrote and that cannot be read leaves the listed codes.
            let json = try? JSON.parse(text)
            known[url] = .some(json)
            return json
        }
    }
}
