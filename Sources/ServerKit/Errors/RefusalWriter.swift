import HTTPTypes
import Kernel
import Logging
import NIOCore

/// Makes whole answers for requests that never reach the router.
struct RefusalWriter: Sendable {
    let ids: IDs
    let logger: Logger

    /// The head and body of the answer; the connection ends with it.
    func answer(_ refusal: EdgeRefusal, isFHIR: Bool) -> (HTTPResponse, ByteBuffer) {
        let requestID = ids.next()
        logger.notice(
            "refused",
            metadata: ["status": "\(refusal.status)", "request": "\(requestID)"])
        let body = OutcomeBody(
            status: refusal.status, problem: Problem(refusal.code, refusal.detail),
            requestID: requestID)
        let (bytes, contentType) = body.bytes(isFHIR ? .outcome : .plain)
        var fields: HTTPFields = [
            .contentType: contentType, .contentLength: "\(bytes.count)", .connection: "close",
        ]
        if refusal.status == 503 { fields[.retryAfter] = "5" }
        if refusal.status == 405 { fields[.allow] = "GET, HEAD, POST, PUT, PATCH, DELETE" }
        let head = HTTPResponse(
            status: HTTPResponse.Status(code: refusal.status),
            headerFields: SecurityHeaders.dressed(fields, requestID: requestID))
        return (head, ByteBuffer(bytes: bytes))
    }
}
