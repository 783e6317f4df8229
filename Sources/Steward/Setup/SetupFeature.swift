import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
package import ServerKit

/// The setup of a box that belongs to nobody, as the page asks for it; gone once it is set up.
package struct SetupFeature: Feature {
    package static let key = "setup"
    private static let bodyBytesMax = 64 * 1_024

    private let setup: Setup

    /// Makes the feature.
    package init(setup: Setup) { self.setup = setup }

    package func addRoutes(to routes: Routes) {
        let asking = RouteLimits(
            bodyBytesMax: 0, rate: .api, sameOrigin: .always, worksInMaintenance: true)
        let step = RouteLimits(
            bodyBytesMax: Self.bodyBytesMax, rate: .api, sameOrigin: .always,
            worksInMaintenance: true)
        var claiming = RouteLimits.signIn
        claiming.bodyBytesMax = Self.bodyBytesMax
        routes.open.get("api/v1/setup", limits: asking, use: look)
        routes.open.post("api/v1/setup/claim", limits: claiming, use: claim)
        routes.open.post("api/v1/setup/kind", limits: step, use: kind)
        routes.open.post("api/v1/setup/clinic", limits: step, use: clinic)
        routes.open.post("api/v1/setup/password-check", limits: step, use: passwordCheck)
        routes.open.post("api/v1/setup/administrator", limits: step, use: administrator)
        routes.open.post("api/v1/setup/kit", limits: step, use: kit)
        routes.open.post("api/v1/setup/proof", limits: step, use: proof)
    }

    /// `GET /api/v1/setup`: how far it is; to a stranger no more than that a code is wanted.
    @Sendable private func look(_ request: Request, _ context: OpenContext) async throws -> Response
    {
        try refuseOver()
        let caller = caller(context)
        let state = try await setup.state(token: SetupCookie.value(in: request.headers), caller)
        return .json(SetupView.bytes(state, setup))
    }

    /// `POST /api/v1/setup/claim`: the code of the box for the cookie of this browser.
    @Sendable private func claim(
        _ request: Request, _ context: OpenContext
    ) async throws -> Response {
        try refuseOver()
        let json = try await Self.object(context.body(of: request))
        let caller = caller(context)
        let token = try await setup.claim(code: try Self.text("code", of: json), caller)
        let state = try await setup.state(token: token, caller)
        return .json(
            SetupView.bytes(state, setup), headers: [.setCookie: SetupCookie.set(token)])
    }

    /// `POST /api/v1/setup/kind`.
    @Sendable private func kind(_ request: Request, _ context: OpenContext) async throws -> Response
    {
        let (json, visit) = try await visit(request, context)
        guard let kind = json.string("kind").flatMap(ClinicKind.init) else {
            throw Problem(.value, "The box is for a clinic or for practice.", location: "kind")
        }
        return .json(SetupView.bytes(try await setup.choose(kind, visit), setup))
    }

    /// `POST /api/v1/setup/clinic`.
    @Sendable private func clinic(
        _ request: Request, _ context: OpenContext
    ) async throws -> Response {
        let (json, visit) = try await visit(request, context)
        return .json(SetupView.bytes(try await setup.take(clinic: json, visit), setup))
    }

    /// `POST /api/v1/setup/password-check`: what is wrong with a password that is being typed.
    @Sendable private func passwordCheck(
        _ request: Request, _ context: OpenContext
    ) async throws -> Response {
        let (json, visit) = try await visit(request, context)
        let person = FirstAdministrator(
            username: json.string("username") ?? "", displayName: json.string("displayName") ?? "",
            isClinician: false)
        let state = try await setup.state(token: visit.token, visit.caller)
        let problems = setup.accounts.passwordProblems(
            person, json.string("password") ?? "", state?.clinic?.name ?? "")
        var writer = JSONWriter()
        writer.object { top in
            top.array("problems") { list in for problem in problems { list.string(problem) } }
        }
        return .json(writer.bytes)
    }

    /// `POST /api/v1/setup/administrator`.
    @Sendable private func administrator(
        _ request: Request, _ context: OpenContext
    ) async throws -> Response {
        let (json, visit) = try await visit(request, context)
        return .json(SetupView.bytes(try await setup.take(administrator: json, visit), setup))
    }

    /// `POST /api/v1/setup/kit`: a fresh recovery kit, the only time that its code is told.
    @Sendable private func kit(_ request: Request, _ context: OpenContext) async throws -> Response
    {
        let (_, visit) = try await visit(request, context)
        return .json(SetupView.bytes(try await setup.makeKit(visit), setup))
    }

    /// `POST /api/v1/setup/proof`: groups typed back from the kit; right ones claim the box.
    @Sendable private func proof(
        _ request: Request, _ context: OpenContext
    ) async throws -> Response {
        let (json, visit) = try await visit(request, context)
        let groups = json["groups"]?.elements.compactMap(\.string) ?? []
        let state = try await setup.prove(groups, visit)
        return .json(
            SetupView.done(state, setup), headers: [.setCookie: SetupCookie.clear])
    }

    /// The body of a step and who sent it.
    ///
    /// - Throws: ``Problem`` `.login` for a browser that has not proved the setup code.
    private func visit(
        _ request: Request, _ context: OpenContext
    ) async throws -> (JSON, SetupVisit) {
        try refuseOver()
        let caller = caller(context)
        let token = SetupCookie.value(in: request.headers)
        let json = try await Self.object(context.body(of: request))
        guard try await setup.state(token: token, caller) != nil else { throw Setup.stranger }
        return (
            json, SetupVisit(token: token, version: json["version"]?.int ?? -1, caller: caller)
        )
    }

    private func refuseOver() throws(Problem) {
        guard !setup.box.isClaimed() else { throw Setup.over }
    }

    private func caller(_ context: OpenContext) -> Caller {
        setup.visitor(address: context.address, requestID: context.requestID)
    }

    private static func object(_ bytes: [UInt8]) throws(Problem) -> JSON {
        do throws(JSONError) {
            return try JSON.parse(bytes)
        } catch {
            throw error.problem()
        }
    }

    private static func text(_ name: String, of json: JSON) throws(Problem) -> String {
        guard let text = json.string(name), !text.isEmpty else {
            throw Problem(.required, "Send “\(name)” as a text.", location: name)
        }
        return text
    }
}

/// The cookie of a browser that proved the setup code.
///
/// Its prefix makes browsers refuse it from anybody else.
///
/// Spec: RFC 6265bis, 4.1.3.2, https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis
enum SetupCookie {
    private static let name = "__Host-tribal-ehr-setup"
    private static let attributes = "; Path=/; Secure; HttpOnly; SameSite=Strict"

    static func value(in headers: HTTPFields) -> String? {
        for line in headers[values: .cookie] {
            for pair in line.split(separator: ";") {
                let text = pair.drop { $0 == " " }
                if text.hasPrefix(name + "=") { return String(text.dropFirst(name.count + 1)) }
            }
        }
        return nil
    }

    static func set(_ token: String) -> String { name + "=" + token + attributes }

    static let clear = name + "=" + attributes + "; Max-Age=0"
}
