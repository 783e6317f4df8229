package import AccessControl
import FHIRModel
import Hummingbird
import Kernel
package import ServerKit
import Synchronization

/// What administrators see of the certificates, and how they bring another one.
package struct CertificatesFeature: Feature {
    package static let key = "certificates"
    private static let limits = RouteLimits(bodyBytesMax: 262_144, needsFreshProof: true)

    private let gate: Gate
    private let keeper: CertificateKeeper
    private let machine: @Sendable (String) -> Caller
    private let localName: @Sendable () -> String

    /// Makes the feature.
    ///
    /// - Parameters:
    ///   - machine: the box itself as one who asks, for a request from an address.
    ///   - localName: what became of the box's name on the network, in a sentence.
    package init(
        gate: Gate, keeper: CertificateKeeper, machine: @escaping @Sendable (String) -> Caller,
        localName: @escaping @Sendable () -> String
    ) {
        self.gate = gate
        self.keeper = keeper
        self.machine = machine
        self.localName = localName
    }

    package func addRoutes(to routes: Routes) {
        let path = "api/v1/certificates"
        routes.signedIn.get(path, use: show)
        routes.signedIn.post(path, limits: Self.limits, use: bring)
        routes.signedIn.post("\(path)/reset", limits: Self.limits, use: reset)
        routes.signedIn.post("\(path)/request", limits: Self.limits, use: request)
        routes.open.post(
            "\(path)/confirm",
            limits: RouteLimits(bodyBytesMax: 4_096, rate: .open, sameOrigin: .always), use: confirm
        )
    }

    /// `GET /api/v1/certificates`: what is served, until when, and who trusts it.
    @Sendable private func show(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(Self.ask(.read), to: context.caller)
        var writer = JSONWriter()
        writer.beginObject()
        try await keeper.write(grant, to: &writer)
        writer.member("localName", localName())
        writer.endObject()
        return .json(writer.bytes)
    }

    /// `POST /api/v1/certificates`: a certificate with its key, shown until a browser confirms it.
    @Sendable private func bring(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(Self.ask(.update), to: context.caller)
        let json = try JSON.parse(try await context.body(of: request))
        guard let certificate = json.string("certificate"), !certificate.isEmpty else {
            throw Problem(.required, "Choose the certificate.", location: "certificate")
        }
        let key = json.string("key").flatMap { $0.isEmpty ? nil : Array($0.utf8) }
        let started = try await keeper.bring(
            grant,
            CertificateKeeper.Brought(
                certificatePEM: Array(certificate.utf8), keyPEM: key,
                host: request.head.authority.flatMap(HostRule.host(of:))))
        var writer = JSONWriter()
        writer.beginObject()
        if let token = started.token { writer.member("token", token) }
        writer.member("secondsMax", Int(CertificateKeeper.trialSecondsMax))
        writer.array("names") { list in
            for name in started.names { list.string(name) }
        }
        writer.endObject()
        return .json(writer.bytes)
    }

    /// `POST /api/v1/certificates/confirm`: a browser reached the box with the one on trial.
    ///
    /// Open to whoever has the token: under its other name the browser is not signed in.
    @Sendable private func confirm(_ request: Request, _ context: OpenContext) async throws
        -> Response
    {
        let json = try JSON.parse(try await context.body(of: request))
        guard let token = json.string("token") else {
            throw Problem(.required, "The token is missing.", location: "token")
        }
        let number = await context.connection.identityNumber()
        let grant = try await gate.grant(Self.ask(.update), to: machine(context.address))
        do throws(any Error) {
            try await keeper.confirm(
                grant, token: token, identityNumber: number,
                host: request.head.authority.flatMap(HostRule.host(of:)))
        } catch let problem as Problem where problem.code == .conflict {
            // The next try must not come on this connection again.
            context.connection.finish()
            throw problem
        }
        return .empty(.noContent)
    }

    /// `POST /api/v1/certificates/reset`: back to the certificate that the box makes.
    @Sendable private func reset(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(Self.ask(.update), to: context.caller)
        try await keeper.reset(grant)
        return .empty(.noContent)
    }

    /// `POST /api/v1/certificates/request`: a signing request for an authority of the clinic.
    @Sendable private func request(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(Self.ask(.update), to: context.caller)
        let json = try JSON.parse(try await context.body(of: request))
        let names = json["names"]?.elements.compactMap(\.string) ?? []
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("request", try await keeper.request(grant, names: names))
        writer.endObject()
        return .json(writer.bytes)
    }

    private static func ask(_ verb: Verb) -> Ask {
        Ask(verb, area: .system, type: "Certificate")
    }
}
