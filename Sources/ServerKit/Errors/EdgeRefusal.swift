package import Kernel

/// A request that the edge refuses because of its form; no handler has seen it, or none may go on.
package struct EdgeRefusal: Error, Hashable, Sendable {
    /// The HTTP status to answer.
    package let status: Int
    /// The kind of failure for the answer's body.
    package let code: Problem.Code
    /// A sentence that says what is wrong; never a part of the request.
    package let detail: String

    /// Makes a refusal.
    package init(_ status: Int, _ code: Problem.Code, _ detail: String) {
        self.status = status
        self.code = code
        self.detail = detail
    }

    /// 400 for a request that breaks the grammar of HTTP.
    static func malformed(_ detail: String) -> EdgeRefusal { EdgeRefusal(400, .structure, detail) }
}
