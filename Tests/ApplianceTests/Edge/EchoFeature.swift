import AccessControl
import HTTPTypes
import Hummingbird
import Kernel
import ServerKit

/// Routes that answer what a test needs to see.
struct EchoFeature: Feature {
    static let key = "echo"
    /// More than the systems on both sides hold back for a connection.
    static let bigBytes = 12_000_000

    /// A bearer token `user-1` is the user of that name; `system` one with the scope of scripts.
    static let authenticator = Authenticator { request, context in
        guard let field = request.headers[.authorization] else { return nil }
        guard field.hasPrefix("Bearer user-") || field == "Bearer system" else {
            throw Problem(.login, "The token is not one of this box.")
        }
        let name = String(field.dropFirst(7))
        return Caller(
            kind: .person, userID: name, name: name, roles: [.nurse],
            scopes: name == "system" ? try Scope.parse("system/*.cruds") : nil,
            address: context.address, requestID: context.requestID)
    }

    /// Called when the route that pauses has begun.
    var onPause: @Sendable () -> Void = {}

    private struct Broken: Error {}

    func addRoutes(to routes: Routes) {
        routes.open.get("api/v1/hello") { _, _ in .json(Array(#"{"hello":true}"#.utf8)) }
        routes.open.post("api/v1/echo", limits: RouteLimits(bodyBytesMax: 2_000)) {
            .json(try await $1.body(of: $0))
        }
        routes.open.post("api/v1/ignore") { _, _ in .empty(.noContent) }
        routes.open.post("api/v1/sign-in", limits: .signIn) { _, _ in .empty(.noContent) }
        routes.open.get("api/v1/defect") { _, _ in throw Broken() }
        routes.open.get("api/v1/slow", limits: RouteLimits(timeSecondsMax: 1)) { _, _ in
            try await Task.sleep(for: .seconds(60))
            return .empty(.ok)
        }
        routes.open.get("api/v1/endless") { _, _ in
            onPause()
            try await Task.sleep(for: .seconds(60))
            return .empty(.ok)
        }
        routes.open.get("api/v1/pause") { _, _ in
            onPause()
            try await Task.sleep(for: .milliseconds(300))
            return .json(Array(#"{"paused":true}"#.utf8))
        }
        routes.open.get("api/v1/big") { _, _ in
            .json([UInt8](repeating: 0x20, count: Self.bigBytes))
        }
        routes.open.get("api/v1/problem/:code") { _, context in try Self.fail(context) }
        routes.open.get("fhir/problem/:code") { _, context in try Self.fail(context) }
        routes.signedIn.get("api/v1/who") { _, context in
            .json(Array(#"{"name":"\#(context.caller.name)"}"#.utf8))
        }
        routes.signedIn.get("fhir/:type/:id") { _, context in
            .fhir(Array(#"{"id":"\#(try context.parameters.require("id"))"}"#.utf8))
        }
        routes.signedIn.get("fhir/metadata") { _, _ in .fhir(Array(#"{"kind":"instance"}"#.utf8)) }
    }

    private static func fail(_ context: OpenContext) throws -> Response {
        let word = try context.parameters.require("code")
        guard let code = Problem.Code(rawValue: word) else { throw HTTPError(.notFound) }
        throw Problem(code, "A sentence with \"quotes\".", location: "Patient.name")
    }
}
