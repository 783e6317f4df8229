import AccessControl
import FHIRModel
import Identity
import Kernel
import RecordStore
import ServerKit
import TestKit
import Testing

@Suite("Fresh proof")
struct StepUpTests {
    private let fixture: IdentityFixture

    init() async throws {
        fixture = try await IdentityFixture()
        try await fixture.add("jane", [.physician])
    }

    @Test func `a sensitive act asks for a proof that is younger than five minutes`() async throws {
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            var jane = try await server.signIn("jane")
            #expect(try await jane.send("POST", "/api/v1/sensitive").status == 204)
            clock.advance(ms: 300_000)
            let refused = try await jane.send("POST", "/api/v1/sensitive")
            #expect(refused.status == 403)
            #expect(
                refused.json?["error"]?["details"]?[0]?.string("location") == "fresh-proof")
            #expect(try await jane.send("POST", "/api/v1/probe").status == 204)

            let wrong = try await jane.send("POST", "/api/v1/auth/proof", #"{"password":"no"}"#)
            #expect(wrong.status == 400)
            #expect(try await jane.send("POST", "/api/v1/sensitive").status == 403)

            let right = try await jane.send(
                "POST", "/api/v1/auth/proof", #"{"password":"\#(IdentityFixture.good)"}"#)
            #expect(right.status == 204)
            let before = jane
            jane.session = right.cookie("__Host-tribal-ehr-session") ?? ""
            #expect(try await jane.send("POST", "/api/v1/sensitive").status == 204)
            #expect(try await before.send("GET", "/api/v1/probe").status == 401)
        }
        let entries = try await fixture.store.auditTail(20)
        #expect(entries.contains { $0.outcome == "refused" && $0.detail == "fresh-proof" })
    }

    @Test func `five wrong passwords in the dialog have to wait`() async throws {
        try await IdentityServer.with(fixture) { server in
            let jane = try await server.signIn("jane")
            for _ in 0..<5 {
                _ = try await jane.send("POST", "/api/v1/auth/proof", #"{"password":"no"}"#)
            }
            let right = #"{"password":"\#(IdentityFixture.good)"}"#
            #expect(try await jane.send("POST", "/api/v1/auth/proof", right).status == 429)
        }
    }

    @Test func `a token never passes for a person who proved who they are`() async throws {
        let grant = try fixture.machine(.tokens(.administer))
        let token = try await fixture.identity.tokens.issue(
            grant, username: "jane", scopes: "user/*.cruds", minutes: 5)
        let header = ["Authorization": "Bearer \(token.text)"]
        try await IdentityServer.with(fixture) { server in
            let plain = try await server.send("GET", "/api/v1/probe", nil, header)
            #expect(plain.status == 200)
            let sensitive = try await server.send("POST", "/api/v1/sensitive", nil, header)
            #expect(sensitive.status == 403)
        }
    }

    @Test func `a proof does not outlive a restart of the box`() async throws {
        let token = try await fixture.signIn("jane").sessionToken.text
        try await fixture.restart()
        try await IdentityServer.with(fixture) { server in
            let headers = ["Cookie": "__Host-tribal-ehr-session=\(token)"]
            let me = try await server.send("GET", "/api/v1/auth/me", nil, headers)
            var all = headers
            all["X-CSRF-Token"] = me.json?.string("csrfToken")
            #expect(try await server.send("POST", "/api/v1/probe", nil, all).status == 204)
            #expect(try await server.send("POST", "/api/v1/sensitive", nil, all).status == 403)
        }
    }
}
