import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Identity
import Kernel
import ServerKit

/// A running box with the routes of signing in, for one test.
struct IdentityServer: Sendable {
    let port: Int

    /// Runs `body` against a server over the fixture's identity, and stops it afterwards.
    static func with(
        _ fixture: IdentityFixture, limiter: RateLimiter? = nil,
        _ body: @escaping @Sendable (IdentityServer) async throws -> Void
    ) async throws {
        let log = LogLines()
        let book = RouteBook()
        for feature in fixture.identity.features(
            gate: Gate(store: fixture.store),
            facts: { SignInFacts(clinicName: "Mesa Clinic", names: ["clinic.local"]) })
        {
            book.add(feature)
        }
        book.add(ChartProbe())
        let (ports, found) = AsyncStream<BoundPorts>.makeStream()
        let server = EdgeServer(
            settings: EdgeSettings(
                listen: ListenAddress(host: "127.0.0.1", port: 0),
                plainListen: ListenAddress(host: "127.0.0.1", port: 0),
                hosts: HostRule(names: ["clinic.local"]), limits: EdgeLimits()),
            routes: book, tls: try TestCertificate.shared.identity(),
            parts: EdgeParts(
                authenticator: fixture.identity.authenticator,
                limiter: limiter ?? RateLimiter(steadyMs: { 0 }).unlimited, assets: nil,
                clock: .still, ids: .random, logger: log.logger),
            onRunning: { found.yield($0) })
        try await server.running(ports) { bound in
            try await body(IdentityServer(port: bound.https))
        }
    }

    /// Sends a request as a page of the box does, and takes the answer apart.
    func send(
        _ method: String, _ path: String, _ json: String? = nil, _ headers: [String: String] = [:]
    ) async throws -> Answer {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: clinic.local", "Connection: close"]
        var headers = headers
        if headers["Authorization"] == nil, headers["Sec-Fetch-Site"] == nil {
            headers["Sec-Fetch-Site"] = "same-origin"
        }
        if let json {
            headers["Content-Type"] = "application/json"
            headers["Content-Length"] = "\(json.utf8.count)"
        } else if method != "GET" {
            headers["Content-Length"] = "0"
        }
        lines += headers.map { "\($0.key): \($0.value)" }.sorted()
        let text = lines.joined(separator: "\r\n") + "\r\n\r\n" + (json ?? "")
        return Answer(
            try await Exchange.run(port: port, pieces: [Array(text.utf8)], tls: true).text)
    }

    /// Signs somebody in and answers what the browser has then.
    func signIn(
        _ username: String, _ password: String = IdentityFixture.good, cookies: String? = nil
    ) async throws -> Browser {
        let answer = try await send(
            "POST", "/api/v1/auth/login",
            #"{"username":"\#(username)","password":"\#(password)"}"#,
            cookies.map { ["Cookie": $0] } ?? [:])
        return Browser(
            server: self, session: answer.cookie("__Host-tribal-ehr-session") ?? "",
            device: answer.cookie("__Host-tribal-ehr-device") ?? "",
            pageToken: answer.json?.string("csrfToken") ?? "", login: answer)
    }
}

/// A route behind the sign-in that belongs to no part of signing in.
private struct ChartProbe: Feature {
    static let key = "chart-probe"

    func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/probe") { _, context in
            let roles = context.caller.roles.map(\.rawValue).sorted().joined(separator: " ")
            return .json(Array("\"\(context.caller.name) \(roles)\"".utf8))
        }
        routes.signedIn.post("api/v1/probe") { _, _ in .empty(.noContent) }
        routes.signedIn.post("api/v1/sensitive", limits: .sensitive) { _, _ in .empty(.noContent) }
    }
}

/// A browser in which somebody is signed in.
struct Browser: Sendable {
    let server: IdentityServer
    var session: String
    let device: String
    var pageToken: String
    /// The answer to the sign-in.
    let login: Answer

    var cookies: String {
        "__Host-tribal-ehr-session=\(session); __Host-tribal-ehr-device=\(device)"
    }

    /// Sends a request as the page does.
    func send(_ method: String, _ path: String, _ json: String? = nil) async throws -> Answer {
        var headers = ["Cookie": cookies]
        if method != "GET" { headers["X-CSRF-Token"] = pageToken }
        return try await server.send(method, path, json, headers)
    }
}

/// An answer, taken apart.
struct Answer: Sendable {
    let status: Int
    let lines: [String]
    let body: String

    init(_ text: String) {
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        status = lines.first.flatMap { Int($0.dropFirst(9).prefix(3)) } ?? 0
        let end = lines.firstIndex(of: "") ?? lines.endIndex
        self.lines = lines[..<end].map(String.init)
        body = lines[end...].dropFirst().joined(separator: "\r\n")
    }

    /// The body as JSON, if it is.
    var json: JSON? {
        // A body that is none is told by nil.
        try? JSON.parse(Array(body.utf8))
    }

    /// The whole line that sets a cookie.
    func cookieLine(_ name: String) -> String? {
        lines.first { $0.lowercased().hasPrefix("set-cookie: \(name.lowercased())=") }
    }

    /// The value that a cookie is set to.
    func cookie(_ name: String) -> String? {
        cookieLine(name)?.split(separator: "=", maxSplits: 1).last?.split(separator: ";").first
            .map(String.init)
    }
}
