import Assembly
import FHIRModel
import Identity
import Kernel
import ServerKit
import Steward
import TestKit

/// A running server with every route of the product.
struct ServedBox: Sendable {
    let test: TestBox
    let port: Int
    let log: LogLines

    static let assets = WebAssets(
        files: [WebFile(path: "index.html", bytes: Array("<!doctype html>".utf8))], hash: "abc")

    /// The table of the product's routes over a box.
    static func book(_ test: TestBox) -> RouteBook {
        let book = RouteBook()
        let health = Health(whyNotReady: { nil }, databaseAnswers: { true })
        for feature in Features.all(test.box, health: health, assets: assets) { book.add(feature) }
        return book
    }

    static func with(
        _ test: TestBox, _ body: @escaping @Sendable (ServedBox) async throws -> Void
    ) async throws {
        let log = LogLines()
        let (ports, found) = AsyncStream<BoundPorts>.makeStream()
        let server = EdgeServer(
            settings: EdgeSettings(
                listen: ListenAddress(host: "127.0.0.1", port: 0), plainListen: nil,
                hosts: HostRule(names: ["clinic.local"]), limits: EdgeLimits()),
            routes: book(test), tls: try TestCertificate.shared.identity(),
            parts: EdgeParts(
                authenticator: test.box.identity.authenticator,
                limiter: RateLimiter(steadyMs: { 0 }).unlimited, assets: assets,
                clock: test.clock.clock, ids: .random, logger: log.logger,
                closed: { test.box.maintenance.refusal($0) }),
            onRunning: { found.yield($0) })
        try await server.running(ports) { bound in
            try await body(ServedBox(test: test, port: bound.https, log: log))
        }
    }

    /// Somebody who is not signed in.
    func nobody() async throws -> Visitor {
        Visitor(client: try await BoxClient(port: port), headers: [:], pageToken: nil)
    }

    /// Somebody with a token.
    func bearer(_ token: String) async throws -> Visitor {
        Visitor(
            client: try await BoxClient(port: port), headers: ["Authorization": "Bearer \(token)"],
            pageToken: nil)
    }

    /// Somebody who signs in with the page.
    func signedIn(_ username: String) async throws -> Visitor {
        let client = try await BoxClient(port: port)
        let answer = try await client.send(
            "POST", "/api/v1/auth/login",
            #"{"username":"\#(username)","password":"\#(IdentityFixture.good)"}"#,
            ["Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"])
        let session = answer.cookie("__Host-tribal-ehr-session") ?? ""
        return Visitor(
            client: client, headers: ["Cookie": "__Host-tribal-ehr-session=\(session)"],
            pageToken: answer.json?.string("csrfToken"))
    }
}

/// Somebody who asks the box, with what the browser or the token adds to every request.
struct Visitor: Sendable {
    let client: BoxClient
    let headers: [String: String]
    let pageToken: String?

    func send(
        _ method: String, _ path: String, _ body: String? = nil, _ more: [String: String] = [:]
    ) async throws -> BoxAnswer {
        var all = headers.merging(more) { $1 }
        if headers["Authorization"] == nil { all["Sec-Fetch-Site"] = "same-origin" }
        if let pageToken, method != "GET" { all["X-CSRF-Token"] = pageToken }
        if body != nil, all["Content-Type"] == nil { all["Content-Type"] = "application/json" }
        return try await client.send(method, path, body, all)
    }

    func get(_ path: String, _ more: [String: String] = [:]) async throws -> BoxAnswer {
        try await send("GET", path, nil, more)
    }
}
