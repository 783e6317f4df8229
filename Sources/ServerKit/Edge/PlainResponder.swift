import HTTPTypes
import Hummingbird
import Kernel

/// Answers plain HTTP with nothing but the way to HTTPS, and what a device needs to take it.
///
/// Only pages are sent on, and only readers of pages: a program that sends a record or a token over
/// plain HTTP has already told it to everybody on the way, and must be told so instead of succeeding
/// on the second try.
struct PlainResponder: HTTPResponder {
    typealias Context = OpenContext

    /// The port of the HTTPS listener.
    let httpsPort: @Sendable () -> Int
    /// The pages that may be read without HTTPS.
    let pages: @Sendable (Request, String?) -> Response?

    func respond(to request: Request, context: OpenContext) async throws -> Response {
        let path = request.head.path ?? "/"
        let isReading = request.method == .get || request.method == .head
        if isReading, let page = pages(request, context.connection.localAddress) { return page }
        guard isReading, Self.wantsPage(request.headers[.accept]),
            !UnroutedResponder.isMachinePath(request.uri.path),
            let host = request.head.authority.flatMap(HostRule.host(of:))
        else {
            throw Problem(
                .forbidden,
                "This box answers over HTTPS only. Use the address that begins with https.")
        }
        let port = httpsPort()
        let place = port == 443 ? host : "\(host):\(port)"
        return Response(status: .permanentRedirect, headers: [.location: "https://\(place)\(path)"])
    }

    private static func wantsPage(_ accept: String?) -> Bool {
        accept.map { $0.contains("text/html") || $0.hasPrefix("*/*") } ?? true
    }
}
