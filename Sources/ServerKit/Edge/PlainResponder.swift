import HTTPTypes
import Hummingbird
import Kernel

/// Answers plain HTTP with nothing but the way to HTTPS.
///
/// Only pages are sent on: a program that sends a record or a token over plain HTTP has already told
/// it to everybody on the way, and must be told so instead of succeeding on the second try.
struct PlainResponder: HTTPResponder {
    typealias Context = OpenContext

    /// The port of the HTTPS listener.
    let httpsPort: @Sendable () -> Int

    func respond(to request: Request, context: OpenContext) async throws -> Response {
        let path = request.head.path ?? "/"
        guard request.method == .get || request.method == .head,
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
}
