import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
package import ServerKit

/// The second step of signing in, and the way back in with a code of an administrator.
package struct SecondStepFeature: Feature {
    package static let key = "second-step"

    private let identity: Identity

    init(_ identity: Identity) { self.identity = identity }

    package func addRoutes(to routes: Routes) {
        routes.open.post("api/v1/auth/factor", limits: .signIn, use: finish)
        routes.open.post("api/v1/auth/password-code", limits: .signIn, use: choosePassword)
    }

    /// `POST /api/v1/auth/factor`: the code of an app, a recovery code, or one that was handed over.
    @Sendable private func finish(
        _ request: Request, context: OpenContext
    ) async throws -> Response {
        let body = try await OwnBody(context.body(of: request))
        let grant = try identity.signIn.grant(
            address: context.address, requestID: context.requestID)
        let token = Cookies.value(Cookies.step, in: request.headers)
        let success = try await identity.signIn.finish(
            grant, token: token, .code(try body.text("code")))
        return identity.answer(to: success)
    }

    /// `POST /api/v1/auth/password-code`: another password for a code of an administrator.
    @Sendable private func choosePassword(
        _ request: Request, context: OpenContext
    ) async throws -> Response {
        let body = try await OwnBody(context.body(of: request))
        let grant = try identity.signIn.grant(
            address: context.address, requestID: context.requestID)
        try await identity.accounts.choosePassword(
            grant,
            Accounts.PasswordChoice(
                username: try body.text("username"), code: try body.text("code"),
                password: Password(try body.text("new"))))
        return .empty(.noContent)
    }
}
