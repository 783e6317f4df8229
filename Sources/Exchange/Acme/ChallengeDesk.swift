import Synchronization

/// What the box answers an authority that looks whether a name leads to it.
///
/// Only tokens in work are answered, and each as long as it is in work.
/// Spec: RFC 8555, 8.3, https://www.rfc-editor.org/rfc/rfc8555#section-8.3
package final class ChallengeDesk: Sendable {
    /// Where authorities look, on plain HTTP.
    package static let path = "/.well-known/acme-challenge/"

    private let answers = Mutex<[String: (name: String, text: String)]>([:])

    /// Makes a desk without any answer.
    package init() {}

    /// Answers a token, and takes requests under the name that is proven by it.
    package func put(_ token: String, _ answer: String, for name: String) {
        answers.withLock { $0[token] = (name.lowercased(), answer) }
    }

    /// Answers a token no more.
    package func remove(_ token: String) { answers.withLock { $0[token] = nil } }

    /// The answer to a request of this path; nil where no such token is in work.
    package func answer(path: String) -> String? {
        guard path.hasPrefix(Self.path) else { return nil }
        return answers.withLock { $0[String(path.dropFirst(Self.path.count))]?.text }
    }

    /// Whether an authority is about to look at this host name, in lower case.
    package func expects(_ host: String) -> Bool {
        answers.withLock { $0.values.contains { $0.name == host } }
    }
}
