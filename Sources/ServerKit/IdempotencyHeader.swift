package import AccessControl
import HTTPTypes
package import Hummingbird
package import Kernel
package import RecordStore

extension Request {
    /// The key by which a retry of this request is known; nil where the client sent none.
    ///
    /// It stands for the whole request: the same word with another body or another condition is
    /// refused when it is used.
    /// - Throws: ``Problem`` `.value` for a word of wrong form.
    package func idempotencyKey(
        of caller: Caller, body: [UInt8]
    ) throws(Problem) -> IdempotencyKey? {
        guard let field = HTTPField.Name("Idempotency-Key"), let word = headers[field] else {
            return nil
        }
        var text = "\(head.method) \(head.path ?? "")"
        for name in ["If-None-Exist", "If-Match", "If-None-Match"] {
            let condition = HTTPField.Name(name).flatMap { headers[$0] }
            text += "\n\(condition ?? "")"
        }
        return try IdempotencyKey(
            word, userID: caller.userID ?? caller.name, request: Array("\(text)\n".utf8) + body)
    }
}
