import AccessControl
import FHIRModel
import Identity
import Kernel
import RecordStore
import TestKit
import Testing

@Suite("Routes of signing in")
struct SignInRouteTests {
    private let fixture: IdentityFixture

    init() async throws {
        fixture = try await IdentityFixture()
        try await fixture.add("jane", [.physician])
        try await fixture.add("admin", [.admin])
    }

    @Test func `signing in answers the person, what they may do, and two safe cookies`()
        async throws
    {
        try await IdentityServer.with(fixture) { server in
            let browser = try await server.signIn("Jane")
            let user = browser.login.json?["user"]
            #expect(browser.login.status == 200)
            #expect(user?.string("username") == "jane")
            #expect(user?["roles"]?.elements.map(\.string) == ["PHYSICIAN"])
            #expect(
                user?["permissions"]?.elements.map(\.string) == [
                    "patients.search", "patients.create", "patients.change", "chart.read",
                    "observations.create", "emergencies.open", "delegations.make",
                ])
            #expect(browser.login.json?["idleSeconds"]?.int == 900)
            #expect(
                browser.login.json?.string("absoluteExpiresAt") == "2026-03-02T23:00:00.000Z")
            for name in ["session", "device"] {
                let line = browser.login.cookieLine("__Host-tribal-ehr-\(name)") ?? ""
                for word in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
                    #expect(line.contains(word))
                }
                #expect(!line.contains("Domain"))
            }
        }
    }

    @Test func `who one is, and signing out`() async throws {
        try await IdentityServer.with(fixture) { server in
            #expect(try await server.send("GET", "/api/v1/auth/me").status == 401)
            let browser = try await server.signIn("jane")
            let me = try await browser.send("GET", "/api/v1/auth/me")
            #expect(me.status == 200)
            #expect(me.body == browser.login.body)
            let out = try await browser.send("POST", "/api/v1/auth/logout")
            #expect(out.status == 204)
            #expect(out.cookieLine("__Host-tribal-ehr-session")?.contains("Max-Age=0") == true)
            #expect(try await browser.send("GET", "/api/v1/auth/me").status == 401)
        }
    }

    @Test func `a change without the page's token is refused and put on record`() async throws {
        try await IdentityServer.with(fixture) { server in
            var browser = try await server.signIn("jane")
            #expect(try await browser.send("POST", "/api/v1/probe").status == 204)
            let right = browser.pageToken
            for wrong in ["", "x", String(right.dropLast()), right + "x"] {
                browser.pageToken = wrong
                #expect(try await browser.send("POST", "/api/v1/probe").status == 403)
            }
            let foreign = try await server.send(
                "POST", "/api/v1/probe", nil,
                [
                    "Cookie": browser.cookies, "X-CSRF-Token": right,
                    "Sec-Fetch-Site": "cross-site",
                ])
            #expect(foreign.status == 403)
            browser.pageToken = right
            #expect(try await browser.send("POST", "/api/v1/probe").status == 204)
        }
        #expect(
            try await fixture.store.auditTail(10).filter { $0.code == "security" }.count == 4)
    }

    @Test func `a page of another site cannot sign a browser in`() async throws {
        try await IdentityServer.with(fixture) { server in
            let answer = try await server.send(
                "POST", "/api/v1/auth/login",
                #"{"username":"jane","password":"\#(IdentityFixture.good)"}"#,
                ["Sec-Fetch-Site": "cross-site"])
            #expect(answer.status == 403 && answer.cookieLine("__Host-tribal-ehr-session") == nil)
        }
    }

    @Test func `wrong password and unknown name differ in nothing but the request's number`()
        async throws
    {
        try await IdentityServer.with(fixture) { server in
            var bodies: Set<String> = []
            for name in ["jane", "nobody", "JANE ", "", String(repeating: "n", count: 3_000)] {
                let answer = try await server.signIn(name, "not the password").login
                #expect(answer.status == 401)
                let error = answer.json?["error"]
                #expect(error?.string("requestId")?.utf8.count == 36)
                bodies.insert(
                    answer.body.replacing(error?.string("requestId") ?? "-", with: ""))
            }
            #expect(bodies.count == 1)
        }
    }

    @Test func `a locked account is told when to come again`() async throws {
        try await IdentityServer.with(fixture) { server in
            for _ in 0..<5 { _ = try await server.signIn("jane", "not the password") }
            let answer = try await server.signIn("jane").login
            #expect(answer.status == 429)
            #expect(answer.lines.contains { $0.lowercased() == "retry-after: 900" })
        }
    }

    @Test(arguments: ["", "[]", "{}", #"{"username":"jane"}"#, #"{"username":1,"password":"x"}"#])
    func `a sign-in that is not of the form is a bad request`(_ body: String) async throws {
        try await IdentityServer.with(fixture) { server in
            let answer = try await server.send("POST", "/api/v1/auth/login", body)
            #expect(answer.status == 400)
        }
    }

    @Test func `a changed password moves the session to another cookie and keeps the page`()
        async throws
    {
        try await IdentityServer.with(fixture) { server in
            var browser = try await server.signIn("jane")
            let other = try await server.signIn("jane")
            let weak = try await browser.send(
                "POST", "/api/v1/auth/password",
                #"{"current":"\#(IdentityFixture.good)","new":"passwordpassword"}"#)
            #expect(weak.status == 400)
            let detail = weak.json?.at("error", "details", 0)
            #expect(detail?.string("location") == "new")
            let changed = try await browser.send(
                "POST", "/api/v1/auth/password",
                #"{"current":"\#(IdentityFixture.good)","new":"seven copper lanterns adrift"}"#)
            #expect(changed.status == 204)
            #expect(try await browser.send("GET", "/api/v1/probe").status == 401)
            #expect(try await other.send("GET", "/api/v1/probe").status == 401)
            browser.session = changed.cookie("__Host-tribal-ehr-session") ?? ""
            #expect(try await browser.send("POST", "/api/v1/probe").status == 204)
        }
    }

    @Test func `while a password has to be changed nothing else is answered`() async throws {
        try await fixture.add("fresh", [.physician], mustChangePassword: true)
        try await IdentityServer.with(fixture) { server in
            var browser = try await server.signIn("fresh")
            #expect(browser.login.json?["user"]?["mustChangePassword"]?.bool == true)
            #expect(try await browser.send("GET", "/api/v1/auth/me").status == 200)
            let refused = try await browser.send("GET", "/api/v1/probe")
            #expect(refused.status == 403 && refused.body.contains("Change your password first."))
            #expect(try await browser.send("GET", "/api/v1/sessions").status == 403)
            let changed = try await browser.send(
                "POST", "/api/v1/auth/password",
                #"{"current":"\#(IdentityFixture.good)","new":"seven copper lanterns adrift"}"#)
            browser.session = changed.cookie("__Host-tribal-ehr-session") ?? ""
            #expect(try await browser.send("GET", "/api/v1/probe").status == 200)
        }
    }

    @Test func `sessions are listed and ended, other people's by administrators`() async throws {
        try await IdentityServer.with(fixture) { server in
            let jane = try await server.signIn("jane")
            let admin = try await server.signIn("admin")
            let own = try await jane.send("GET", "/api/v1/sessions").json?["items"]
            #expect(own?.count == 1 && own?[0]?["isCurrent"]?.bool == true)
            #expect(try await jane.send("GET", "/api/v1/sessions?all=true").status == 403)
            let all = try await admin.send("GET", "/api/v1/sessions?all=true").json?["items"]
            #expect(all?.count == 2)
            let id = own?[0]?.string("id") ?? ""
            let theirs = all?.elements.first { $0.string("username") == "admin" }?.string("id")
            #expect(
                try await jane.send("DELETE", "/api/v1/sessions/\(theirs ?? "")").status == 403)
            #expect(try await admin.send("DELETE", "/api/v1/sessions/\(id)").status == 204)
            #expect(try await jane.send("GET", "/api/v1/probe").status == 401)
            #expect(try await admin.send("DELETE", "/api/v1/sessions/\(id)").status == 404)
        }
    }

    @Test func `a bearer token acts for its user without a cookie or a page's token`() async throws
    {
        let jane = try #require(fixture.accounts.user(named: "jane"))
        let (text, token) = try await fixture.identity.tokens.issue(
            fixture.machine(.tokens(.administer)), username: "jane", scopes: "user/*.rs",
            minutes: 60)
        let revoke = try fixture.machine(.tokens(.administer, id: token.id))
        let disable = try fixture.machine(.users(.update, id: jane.id))
        let (identity, accounts) = (fixture.identity, fixture.accounts)
        try await IdentityServer.with(fixture) { server in
            func status(_ header: String, cookies: String? = nil) async throws -> Int {
                var headers = ["Authorization": header]
                headers["Cookie"] = cookies
                return try await server.send("POST", "/api/v1/probe", nil, headers).status
            }
            #expect(try await status("Bearer \(text)") == 204)
            #expect(try await status("bearer \(text)") == 204)
            #expect(try await status("Bearer \(text)x") == 401)
            #expect(try await status("Bearer teh_") == 401)
            #expect(try await status("Basic amFuZTpqYW5l") == 401)
            let browser = try await server.signIn("jane")
            #expect(try await status("Bearer wrong", cookies: browser.cookies) == 401)
            let me = try await server.send(
                "GET", "/api/v1/auth/me", nil, ["Authorization": "Bearer \(text)"])
            #expect(me.status == 403)
            try await accounts.disable(disable, id: jane.id)
            #expect(try await status("Bearer \(text)") == 401)
            try await accounts.enable(disable, id: jane.id)
            #expect(try await status("Bearer \(text)") == 204)
            try await identity.tokens.revoke(revoke, id: token.id)
            #expect(try await status("Bearer \(text)") == 401)
        }
    }

    @Test func `roles hold from the next request on`() async throws {
        let jane = try #require(fixture.accounts.user(named: "jane"))
        let (text, _) = try await fixture.identity.tokens.issue(
            fixture.machine(.tokens(.administer)), username: "jane", scopes: "user/*.rs",
            minutes: 60)
        let update = try fixture.machine(.users(.update, id: jane.id))
        let accounts = fixture.accounts
        try await IdentityServer.with(fixture) { server in
            let header = ["Authorization": "Bearer \(text)"]
            let before = try await server.send("GET", "/api/v1/probe", nil, header)
            #expect(before.body == #""jane PHYSICIAN""#)
            try await accounts.setRoles(update, id: jane.id, [.frontDesk])
            let after = try await server.send("GET", "/api/v1/probe", nil, header)
            #expect(after.body == #""jane FRONT_DESK""#)
        }
    }

    @Test func `a flood of bad cookies does not fill the audit log`() async throws {
        try await IdentityServer.with(fixture) { server in
            for number in 0..<30 {
                let answer = try await server.send(
                    "GET", "/api/v1/probe", nil,
                    ["Cookie": "__Host-tribal-ehr-session=forged\(number)"])
                #expect(answer.status == 401)
            }
        }
        let refused = try await fixture.store.auditTail(100).filter { $0.type == "Credential" }
        #expect(refused.count == 10)
    }
}
