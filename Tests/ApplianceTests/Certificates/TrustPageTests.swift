import AccessControl
import Assembly
import Exchange
import FHIRModel
import Identity
import Kernel
import RecordStore
import Sealing
import ServerKit
import Steward
import Synchronization
import TestKit
import Testing

/// The page on which a device learns to trust the box, through a whole box with both its listeners.
@Suite struct `Trust page` {
    private struct Served: Sendable {
        let test: TestBox
        let ports: BoundPorts

        /// One request of plain HTTP.
        func plain(
            _ line: String, host: String = "tribal-ehr.local", _ more: String...
        ) async throws -> BoxAnswer {
            let port = try #require(ports.plain)
            let text =
                (["\(line) HTTP/1.1", "Host: \(host)", "Connection: close"] + more)
                .joined(separator: "\r\n") + "\r\n\r\n"
            let got = try await Exchange.run(port: port, pieces: [Array(text.utf8)], tls: false)
            return try #require(BoxAnswer(Array(got.text.utf8), hasBody: true))
        }

        /// One request by a program that trusts nothing but the box's authority.
        func curl(_ arguments: String..., host: String = "tribal-ehr.local") async throws
            -> TestKit.Program
        {
            try await TestKit.Program.running(
                "/usr/bin/curl",
                [
                    "--silent", "--show-error", "--max-time", "30", "--cacert",
                    test.box.folder.tls + "/ca.pem", "--resolve",
                    "\(host):\(ports.https):127.0.0.1",
                ] + arguments, errors: .withOutput)
        }

        func address(_ path: String, host: String = "tribal-ehr.local") -> String {
            "https://\(host):\(ports.https)\(path)"
        }
    }

    private static func served(
        _ body: @escaping @Sendable (Served) async throws -> Void
    ) async throws {
        // curl asks the clock of the machine whether a certificate holds.
        try await TestBox.with(clock: FixedClock(wallMs: SystemClock.clock.wallMs())) { test in
            let grant = try await test.box.grant(
                Ask(.administer, area: .system, type: "Certificate"), test.command)
            var settings = ServeSettings()
            settings.listen = ListenAddress(host: "127.0.0.1", port: 0)
            settings.httpListen = ListenAddress(host: "127.0.0.1", port: 0)
            let tls = try await test.box.certificates.serve(
                grant, hosts: ["ehr.clinic.example"])
            let book = RouteBook()
            let assets = Appliance.webAssets()
            let health = Health(whyNotReady: { nil }, databaseAnswers: { true })
            for feature in Features.all(test.box, health: health, assets: assets) {
                book.add(feature)
            }
            let (ports, found) = AsyncStream<BoundPorts>.makeStream()
            let server = EdgeServer(
                settings: Appliance.edge(test.box, settings, assets, httpsPort: { 8_443 }),
                routes: book, tls: tls,
                parts: EdgeParts(
                    authenticator: test.box.identity.authenticator,
                    limiter: RateLimiter(steadyMs: { 0 }).unlimited, assets: assets,
                    clock: test.clock.clock, ids: .random,
                    logger: LogLines().logger),
                onRunning: { found.yield($0) })
            try await server.running(ports) { bound in
                try await body(Served(test: test, ports: bound))
            }
        }
    }

    @Test func `it shows the fingerprint of the authority and where HTTPS is`() async throws {
        try await Self.served { box in
            let page = try await box.plain("GET /trust")
            #expect(page.status == 200)
            let groups = box.test.box.certificates.fingerprintGroups
            #expect(page.text.contains(groups.prefix(8).joined(separator: " ")))
            #expect(page.text.contains(groups.suffix(8).joined(separator: " ")))
            #expect(page.text.contains(#"data-secure="https://tribal-ehr.local:8443/""#))
            #expect(page.text.contains("<svg") && !page.text.contains("{{"))
            #expect(
                page["content-security-policy"]?.contains("https://tribal-ehr.local:8443") == true)
            #expect(page.headers.count { $0.name == "content-security-policy" } == 1)
            #expect(page["strict-transport-security"] == nil)
            #expect(try await box.plain("GET /").text.contains(#"data-start="yes""#))
            #expect(try await box.plain("GET /", host: "127.0.0.1").status == 200)
            #expect(try await box.plain("GET /trust", host: "evil.example").status == 421)
        }
    }

    @Test func `plain HTTP shows proofs in work, under the name that is proven, and no others`()
        async throws
    {
        try await Self.served { box in
            let desk = box.test.box.acme.desk
            let line = "GET /.well-known/acme-challenge/"
            let name = "fresh.clinic.example"
            #expect(try await box.plain(line + "token-1", host: name).status == 421)
            desk.put("token-1", "token-1.proof", for: name)
            let seen = try await box.plain(line + "token-1", host: name)
            #expect(seen.status == 200 && seen.text == "token-1.proof")
            for other in ["token-2", "", "../trust", "token-1/", "%74oken-1"] {
                #expect(try await box.plain(line + other, host: name).status == 404, "\(other)")
            }
            #expect(try await box.plain(line + "token-1", host: "evil.example").status == 421)
            #expect(
                try await box.plain("POST /.well-known/acme-challenge/token-1").status == 403)
            desk.remove("token-1")
            #expect(try await box.plain(line + "token-1", host: name).status == 421)
            #expect(try await box.plain(line + "token-1").status == 404)
        }
    }

    @Test func `its files are the authority as each kind of device takes it`() async throws {
        try await Self.served { box in
            let pem = TemporaryFolder.bytes(of: box.test.box.folder.tls + "/ca.pem")
            #expect(try await box.plain("GET /trust/ca.pem").text.utf8.elementsEqual(pem))
            let profile = try await box.plain("GET /trust/ca.mobileconfig")
            #expect(profile["content-type"] == "application/x-apple-aspen-config")
            let lines = String(decoding: pem, as: UTF8.self).split(separator: "\n")
            #expect(profile.text.contains(lines[1] + lines[2]))
            let der = try await box.plain("GET /trust/ca.crt")
            #expect(der["content-type"] == "application/x-x509-ca-cert" && der.status == 200)
            #expect(try await box.plain("GET /trust/other").status == 308)
        }
    }

    @Test func `plain HTTP answers nothing else`() async throws {
        try await Self.served { box in
            for line in [
                "GET /api/v1/box", "POST /trust", "POST /trust/check", "GET /fhir/metadata",
                "GET /health", "GET /a/current/app.js", "DELETE /trust/ca.pem",
            ] {
                let answer = try await box.plain(line)
                #expect(answer.status == 403, "\(line)")
            }
            let hash = Appliance.webAssets().hash
            #expect(try await box.plain("GET /a/\(hash)/trust/trust.js").status == 200)
            #expect(try await box.plain("GET /a/\(hash)/app.js").status == 403)
            #expect(try await box.plain("GET /patients", "Accept: text/html").status == 308)
            #expect(try await box.plain("GET /patients", "Accept: application/json").status == 403)
        }
    }

    @Test func `a device that trusts the box makes it say so, and browsers stay with HTTPS`()
        async throws
    {
        try await Self.served { box in
            let before = try await box.curl("-i", box.address("/ready"))
            #expect(before.text.contains(" 200") && !before.text.contains("strict-transport"))
            let origin = "Origin: http://tribal-ehr.local"
            let check = try await box.curl(
                "-i", "-X", "POST", "-H", origin, box.address("/trust/check"))
            #expect(check.text.contains(#"{"reached":true}"#))
            #expect(check.text.contains("access-control-allow-origin: http://tribal-ehr.local\r\n"))
            let after = try await box.curl("-i", box.address("/ready"))
            #expect(after.text.contains("strict-transport-security: max-age=63072000\r\n"))
            let evil = try await box.curl(
                "-i", "-X", "POST", "-H", "Origin: http://evil.example",
                box.address("/trust/check"))
            #expect(!evil.text.contains("access-control-allow-origin"))
        }
    }

    @Test func `a certificate of the clinic's is seen under its name, tried and confirmed`()
        async throws
    {
        try await Self.served { box in
            let host = "ehr.clinic.example"
            let own = try OwnCertificate([host], nowMs: box.test.clock.wallMs)
            let grant = try await box.test.box.grant(
                Ask(.update, area: .system, type: "Certificate"), box.test.command)
            let started = try await box.test.box.certificates.bring(grant, own.brought)
            let token = try #require(started.token)
            let trial = try await box.curl(
                "-k", "-v", box.address("/ready", host: host), host: host)
            #expect(trial.text.contains("issuer: CN=Cedar Root"))
            let local = try await box.curl(box.address("/ready"))
            #expect(local.status == 0, "\(local.text)")
            var wrong: TestKit.Program
            var tries = 0
            repeat {
                wrong = try await box.curl(
                    "-k", "-o", "/dev/null", "-w", "%{http_code}", "-H",
                    "Content-Type: application/json", "-d", #"{"token":"\#(token)"}"#,
                    box.address("/api/v1/certificates/confirm"))
                tries += 1
                // On a machine this busy the connection can end before the answer has left.
            } while wrong.text.hasSuffix("000") && tries < 5
            // The connection ends with the answer, which curl may tell of behind the status.
            #expect(wrong.text.contains("409"))
            let confirmed = try await box.curl(
                "-k", "-o", "/dev/null", "-w", "%{http_code}", "-H",
                "Content-Type: application/json", "-d", #"{"token":"\#(token)"}"#,
                box.address("/api/v1/certificates/confirm", host: host), host: host)
            #expect(confirmed.text == "204")
            box.test.clock.advance(ms: 70_000)
            #expect(try await !box.test.box.certificates.endTrial(grant))
        }
    }
}
