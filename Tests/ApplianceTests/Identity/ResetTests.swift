import AccessControl
import FHIRModel
import Identity
import Kernel
import RecordStore
import TestKit
import Testing

@Suite("Codes of administrators")
struct ResetTests {
    private let fixture: IdentityFixture
    private static let other = "seven copper lanterns adrift"

    init() async throws {
        fixture = try await IdentityFixture { $0.factorRoles = [.physician] }
        try await fixture.add("jane", [.physician])
        try await fixture.add("root", [.systemAdmin])
        try await fixture.add("ada", [.admin])
        try await fixture.add("ben", [.admin])
    }

    private func id(_ name: String) throws -> String {
        try #require(fixture.accounts.user(named: name)?.id)
    }

    private static func choose(
        _ server: IdentityServer, _ name: String, _ code: String, _ password: String = other
    ) async throws -> Answer {
        try await server.send(
            "POST", "/api/v1/auth/password-code",
            #"{"username":"\#(name)","code":"\#(code)","new":"\#(password)"}"#)
    }

    @Test func `a forgotten password is chosen anew by the person, never by others`() async throws {
        let jane = try id("jane")
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            let ada = try await server.signIn("ada")
            let old = try await server.signIn("jane")
            let answer = try await ada.send("POST", "/api/v1/users/\(jane)/password-code")
            let code = try #require(answer.json?.string("code"))
            // Who forgot the password has often locked the account before.
            for _ in 0..<5 { _ = try await server.signIn("jane", "wrong wrong wrong") }
            #expect(try await server.signIn("jane").login.status == 429)
            #expect(try await old.send("GET", "/api/v1/auth/me").status == 200)
            #expect(try await Self.choose(server, "nobody", code).status == 401)
            #expect(try await Self.choose(server, "ben", code).status == 401)
            #expect(try await Self.choose(server, "jane", "0000-0000-0000-0000").status == 401)
            // A password that will not do does not use the code up.
            let weak = try await Self.choose(server, "jane", code, "password password")
            #expect(weak.status == 400)
            #expect(try await Self.choose(server, "jane", code).status == 204)
            #expect(try await old.send("GET", "/api/v1/auth/me").status == 401)
            #expect(try await server.signIn("jane").login.status == 401)
            #expect(try await server.signIn("jane", Self.other).login.status == 200)
            #expect(try await Self.choose(server, "jane", code).status == 401)

            let late = try await ada.send("POST", "/api/v1/users/\(jane)/password-code")
            clock.advance(ms: 3_600_000)
            let expired = try #require(late.json?.string("code"))
            #expect(try await Self.choose(server, "jane", expired).status == 401)
        }
        #expect(try await fixture.messages("account.reset") == 3)
    }

    @Test func `a code for a password leaves the second factor in place`() async throws {
        let jane = try id("jane")
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            let (app, _) = try #require(try await server.signIn("jane").setUpApp(clock))
            let ada = try await server.signIn("ada")
            let answer = try await ada.send("POST", "/api/v1/users/\(jane)/password-code")
            let code = try #require(answer.json?.string("code"))
            #expect(try await Self.choose(server, "jane", code).status == 204)
            let login = try await server.signIn("jane", Self.other).login
            #expect(login.json?.string("next") == "factor")
            #expect(try await server.finish(login, code).login.status == 400)
            clock.advance(ms: 30_000)
            let right = try app.code(atMs: clock.wallMs)
            #expect(try await server.finish(login, right).login.status == 200)
        }
    }

    @Test func `a lost factor is replaced, and never dropped`() async throws {
        let jane = try id("jane")
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            let (app, codes) = try #require(try await server.signIn("jane").setUpApp(clock))
            let ada = try await server.signIn("ada")
            let answer = try await ada.send("POST", "/api/v1/users/\(jane)/factor-reset")
            let code = try #require(answer.json?.string("code"))
            // The code is no password, and until it is used nothing changes.
            #expect(try await Self.choose(server, "jane", code).status == 401)
            clock.advance(ms: 30_000)
            let before = try await server.signIn("jane").login
            let right = try app.code(atMs: clock.wallMs)
            #expect(try await server.finish(before, right).login.status == 200)

            let login = try await server.signIn("jane").login
            let browser = try await server.finish(login, code)
            #expect(browser.login.json?.string("next") == "set-up-factor")
            #expect(try await browser.send("GET", "/api/v1/probe").status == 403)
            // Whoever comes after has to set one up as well: the old ones are gone, the need is not.
            let other = try await server.signIn("jane").login
            #expect(other.json?.string("next") == "set-up-factor")
            let (_, fresh) = try #require(try await browser.setUpApp(clock))
            #expect(Set(fresh).isDisjoint(with: codes))
            #expect(try await browser.send("GET", "/api/v1/probe").status == 200)
            let late = try await server.signIn("jane").login
            #expect(try await server.finish(late, code).login.status == 400)
            #expect(try await server.finish(late, codes[0]).login.status == 400)
        }
        #expect(try await fixture.messages("factor.reset") == 1)
    }

    @Test func `the last SYSTEM_ADMIN is reset by two others together, or by the box`() async throws
    {
        let root = try id("root")
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            _ = try #require(try await server.signIn("root").setUpApp(clock))
            let (ada, ben) = (try await server.signIn("ada"), try await server.signIn("ben"))
            let path = "/api/v1/users/\(root)/factor-reset"
            for _ in 0..<2 {
                let first = try await ada.send("POST", path)
                #expect(first.status == 200 && first.json?["isWaiting"]?.bool == true)
            }
            // Agreeing on another reset is not agreeing on this one.
            let elsewhere = try await ben.send("POST", "/api/v1/users/\(root)/password-code")
            #expect(elsewhere.json?["isWaiting"]?.bool == true)
            let second = try await ben.send("POST", path)
            let code = try #require(second.json?.string("code"))
            let login = try await server.signIn("root").login
            let browser = try await server.finish(login, code)
            #expect(browser.login.json?.string("next") == "set-up-factor")
            #expect(try await browser.send("POST", path).status == 403)
        }
        try await fixture.add("second", [.systemAdmin])
        try await IdentityServer.with(fixture) { server in
            let ada = try await server.signIn("ada")
            let refused = try await ada.send("POST", "/api/v1/users/\(root)/password-code")
            #expect(refused.status == 403)
        }
        let grant = try fixture.machine(.users(.update, id: root))
        guard case .code = try await fixture.accounts.startPasswordCode(grant, id: root) else {
            Issue.record("The box itself needs no second person.")
            return
        }
    }

    @Test func `nobody else starts a reset, and no stale session does`() async throws {
        let jane = try id("jane")
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            let ada = try await server.signIn("ada")
            let own = try #require(ada.login.json?["user"]?.string("id"))
            for path in ["password-code", "factor-reset"] {
                let mine = try await ada.send("POST", "/api/v1/users/\(own)/\(path)")
                #expect(mine.status == 403)
                let janes = try await server.signIn("jane")
                #expect(
                    try await janes.send("POST", "/api/v1/users/\(jane)/\(path)").status == 403)
            }
            clock.advance(ms: 300_000)
            let stale = try await ada.send("POST", "/api/v1/users/\(jane)/password-code")
            #expect(stale.status == 403 && Browser.need(stale) == "fresh-proof")
        }
    }
}
