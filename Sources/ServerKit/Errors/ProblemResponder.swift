import HTTPTypes
import Hummingbird
import Kernel
import Logging
import NIOCore
import NIOHTTP1

/// Makes the answer to everything that was thrown.
///
/// A ``Problem`` is told as it is. Anything unknown is a defect: the client gets a number, the log
/// gets the number and the type of the error, and its content goes nowhere.
struct ProblemResponder: Sendable {
    let logger: Logger

    /// The answer to an error of a request.
    func response(to error: any Error, for request: HTTPRequest, requestID: String) -> Response {
        let told = telling(of: error, requestID: requestID)
        var answer = response(
            status: told.status, problem: told.problem, for: request, requestID: requestID,
            closes: told.closes)
        if let refusal = error as? MethodRefusal {
            answer.headers[.allow] = refusal.allowed.joined(separator: ", ")
        }
        return answer
    }

    /// The answer to a problem with a status of its own.
    func response(
        status: Int, problem: Problem, for request: HTTPRequest, requestID: String,
        closes: Bool = false
    ) -> Response {
        let isFHIR = Self.isFHIR(request.path ?? "")
        let body = OutcomeBody(status: status, problem: problem, requestID: requestID)
        let (bytes, contentType) = body.bytes(
            !isFHIR ? .plain : WantedFormat.isXML(request) ? .outcomeXML : .outcome)
        var headers: HTTPFields = [.contentType: contentType]
        if status == 401, isFHIR { headers[.wwwAuthenticate] = "Bearer realm=\"tribal-ehr\"" }
        if let seconds = problem.retryAfterSeconds ?? Self.retryAfterSeconds(status) {
            headers[.retryAfter] = "\(seconds)"
        }
        if closes { headers[.connection] = "close" }
        return Response(
            status: HTTPResponse.Status(code: status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func isFHIR(_ path: String) -> Bool {
        path == "/fhir" || path.hasPrefix("/fhir/") || path.hasPrefix("/fhir?")
    }

    private func telling(
        of error: any Error, requestID: String
    ) -> (status: Int, problem: Problem, closes: Bool) {
        switch error {
        case let problem as Problem where problem.code != .unexpected:
            return (StatusTable.status(of: problem.code), problem, false)
        case let refusal as EdgeRefusal:
            return (refusal.status, Problem(refusal.code, refusal.detail), true)
        case is MethodRefusal:
            return (405, Problem(.notSupported, "This address does not answer the method."), false)
        case let library as LibraryRefusal:
            let status = library.status
            return (status, Problem(StatusTable.code(of: status), Self.sentence(status)), false)
        case is HTTPParserError:
            return (400, Problem(.structure, "The body of the request is malformed."), true)
        case is CancellationError:
            return (503, Problem(.timeout, "The box stopped working on the request."), false)
        default:
            return defect(error, requestID: requestID)
        }
    }

    private func defect(
        _ error: any Error, requestID: String
    ) -> (status: Int, problem: Problem, closes: Bool) {
        let incident = String(requestID.filter { $0 != "-" }.suffix(8)).uppercased()
        logger.error(
            "defect",
            metadata: [
                "incident": "\(incident)", "type": "\(type(of: error))", "request": "\(requestID)",
            ])
        let detail = "Something went wrong in the box. Tell the administrator incident \(incident)."
        return (500, Problem(.unexpected, detail), false)
    }

    private static func retryAfterSeconds(_ status: Int) -> Int? {
        switch status {
        case 429: 1
        case 503: 5
        default: nil
        }
    }

    private static func sentence(_ status: Int) -> String {
        switch status {
        case 401: "Sign in first."
        case 404: "There is nothing at this address."
        case 406: "The box does not write this format. Ask for application/fhir+json."
        case 413: "The body is too large."
        case 415: "The content type is not one that this route takes."
        default: "The request cannot be read; check its form."
        }
    }
}
