package import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
package import ServerKit

/// How a device learns to trust the box, over HTTPS: the page, its files, and the check.
package struct TrustFeature: Feature {
    package static let key = "trust"

    private let gate: Gate
    private let keeper: CertificateKeeper
    private let pages: TrustPages
    private let machine: @Sendable (String) -> Caller

    /// Makes the feature.
    ///
    /// - Parameter machine: the box itself as one who asks, for a request from an address.
    package init(
        gate: Gate, keeper: CertificateKeeper, pages: TrustPages,
        machine: @escaping @Sendable (String) -> Caller
    ) {
        self.gate = gate
        self.keeper = keeper
        self.pages = pages
        self.machine = machine
    }

    package func addRoutes(to routes: Routes) {
        let limits = RouteLimits(bodyBytesMax: 0, timeSecondsMax: 10, rate: .open)
        for path in ["trust", "trust/ca.pem", "trust/ca.crt", "trust/ca.mobileconfig"] {
            routes.open.get(path, limits: limits) { [pages] request, _ in
                guard let answer = pages.answer(request, pages.httpsFacts(request)) else {
                    throw Problem(.notFound, "The box has no authority of its own yet.")
                }
                return answer
            }
        }
        routes.open.get("trust/check", limits: limits) { [keeper] request, _ in
            Self.answer(request, keeper)
        }
        routes.open.post("trust/check", limits: limits, use: check)
    }

    /// `POST /trust/check`: the page on plain HTTP reached the box over HTTPS, so the device trusts
    /// what the box shows under this name.
    ///
    /// Open to everybody: what it takes down is true of whoever can ask it, and makes the box tell
    /// browsers that trust it to stay with HTTPS.
    @Sendable private func check(_ request: Request, _ context: OpenContext) async throws
        -> Response
    {
        guard let host = request.head.authority.flatMap(HostRule.host(of:)) else {
            throw Problem(.invalid, "The request names no host.")
        }
        if !keeper.isTrusted(host) {
            let ask = Ask(.update, area: .system, type: "Certificate")
            try await keeper.trust(
                try await gate.grant(ask, to: machine(context.address)), host: host)
        }
        return Self.answer(request, keeper)
    }

    /// Says that the box was reached, also to the box's own page on plain HTTP.
    private static func answer(_ request: Request, _ keeper: CertificateKeeper) -> Response {
        var headers: HTTPFields = [.vary: "Origin"]
        let host = request.head.authority.flatMap(HostRule.host(of:))
        if let origin = request.headers[.origin], origin.hasPrefix("http://"),
            let from = HostRule.host(of: String(origin.dropFirst("http://".count))),
            from == host || keeper.isName(from)
        {
            headers[.accessControlAllowOrigin] = origin
        }
        return .json(Array(#"{"reached":true}"#.utf8), headers: headers)
    }
}
