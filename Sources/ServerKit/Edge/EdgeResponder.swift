import AccessControl
import HTTPTypes
import Hummingbird
import Kernel
import Logging
import NIOCore

/// Answers every request: checks it, has it answered, dresses and logs the answer.
///
/// Whatever is thrown further in becomes an answer here and nowhere else.
struct EdgeResponder<Inner: HTTPResponder>: HTTPResponder where Inner.Context == OpenContext {
    let inner: Inner
    let hosts: HostRule
    /// Whether browsers may be told to use nothing but HTTPS for a name of the box.
    var isStrict: @Sendable (String) -> Bool = { _ in false }
    let ids: IDs
    let problems: ProblemResponder
    let logger: Logger

    func respond(to request: Request, context: OpenContext) async throws -> Response {
        let began = NIODeadline.now()
        var context = context
        context.requestID = requestID(request.headers[.requestID])
        var answer: Response
        do {
            try check(request)
            answer = try await inner.respond(to: request, context: context)
        } catch {
            answer = problems.response(
                to: error, for: request.head, requestID: context.requestID)
        }
        let host = request.head.authority.flatMap(HostRule.host(of:))
        answer.headers = SecurityHeaders.dressed(
            answer.headers, requestID: context.requestID, isStrict: host.map(isStrict) ?? false)
        log(request.method, answer, context, began)
        // A body behind the head would be taken for the next answer of the connection.
        return request.method == .head ? answer.createHeadResponse() : answer
    }

    /// An id from outside is kept if it has the form of a UUID: anything freer would let a client
    /// write names and dates into the log.
    private func requestID(_ given: String?) -> String {
        guard let given, given.utf8.count == 36,
            given.utf8.enumerated().allSatisfy({ place, byte in
                [8, 13, 18, 23].contains(place)
                    ? byte == 0x2D : byte.isDigit || (0x61...0x66).contains(byte | 0x20)
            })
        else { return ids.next() }
        return given
    }

    private func check(_ request: Request) throws {
        switch request.method {
        case .get, .head, .post, .put, .patch, .delete, .options: break
        case .trace, .connect:
            throw EdgeRefusal(405, .notSupported, "The method is not allowed here.")
        default: throw EdgeRefusal(501, .notSupported, "This server does not know the method.")
        }
        guard let path = request.head.path, path.utf8.first == UInt8(ascii: "/") else {
            throw EdgeRefusal.malformed("The request target does not begin with “/”.")
        }
        guard path.utf8.allSatisfy(\.isTargetByte) else {
            throw EdgeRefusal.malformed(
                "The request target holds a character that must be percent-encoded.")
        }
        guard let authority = request.head.authority, hosts.allows(authority) else {
            throw EdgeRefusal(
                421, .security,
                "This box does not answer to that name. Use its own name or its address.")
        }
        try CrossSite.check(request.head, rule: .whenCookie)
    }

    private func log(
        _ method: HTTPRequest.Method, _ answer: Response, _ context: OpenContext,
        _ began: NIODeadline
    ) {
        logger.info(
            "request",
            metadata: [
                "method": "\(method.rawValue)", "route": "\(context.endpointPath ?? "-")",
                "status": "\(answer.status.code)",
                "ms": "\((NIODeadline.now() - began).nanoseconds / 1_000_000)",
                "bytes": "\(answer.body.contentLength ?? -1)", "request": "\(context.requestID)",
            ])
    }
}
