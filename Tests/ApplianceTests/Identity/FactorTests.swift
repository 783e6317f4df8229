import AccessControl
import FHIRModel
import Identity
import Kernel
import RecordStore
import Sealing
import TestKit
import Testing

@Suite("Second factors")
struct FactorTests {
    private let fixture: IdentityFixture

    init() async throws {
        fixture = try await IdentityFixture { $0.factorRoles = [.physician, .systemAdmin] }
        try await fixture.add("jane", [.physician])
        try await fixture.add("nora", [.nurse])
    }

    @Test func `a role that needs a factor sets one up before anything else`() async throws {
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            let nora = try await server.signIn("nora")
            #expect(try await nora.send("GET", "/api/v1/probe").status == 200)

            let jane = try await server.signIn("jane")
            #expect(jane.login.json?.string("next") == "set-up-factor")
            #expect(jane.login.json?["user"]?["permissions"]?.count == 0)
            let refused = try await jane.send("GET", "/api/v1/probe")
            #expect(refused.status == 403 && Browser.need(refused) == "set-up-factor")
            #expect(try await jane.send("GET", "/api/v1/sessions").status == 403)

            let (_, codes) = try #require(try await jane.setUpApp(clock))
            #expect(Set(codes).count == 10)
            #expect(codes.allSatisfy { $0.utf8.count == 19 })
            #expect(try await jane.send("GET", "/api/v1/probe").status == 200)
            #expect(
                try await jane.send("GET", "/api/v1/auth/me").json?.string("next") == nil)
        }
    }

    @Test func `the password alone signs nobody in who has a factor`() async throws {
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            let first = try await server.signIn("jane")
            let (app, _) = try #require(try await first.setUpApp(clock))
            let login = try await server.signIn("jane").login
            #expect(login.status == 200)
            #expect(login.json?.string("next") == "factor")
            #expect(login.json?["user"]?.string("id") == nil)
            #expect(login.cookie("__Host-tribal-ehr-session") == nil)
            let step = login.cookie("__Host-tribal-ehr-sign-in") ?? ""
            let asSession = try await server.send(
                "GET", "/api/v1/probe", nil, ["Cookie": "__Host-tribal-ehr-session=\(step)"])
            #expect(asSession.status == 401)

            // The code that turned the app on is used up.
            let used = try await server.finish(login, try app.code(atMs: clock.wallMs)).login
            #expect(used.status == 400)
            clock.advance(ms: 30_000)
            let again = try await server.finish(login, try app.code(atMs: clock.wallMs))
            #expect(again.login.status == 200)
            #expect(try await again.send("GET", "/api/v1/probe").status == 200)
            // A sign-in that is done cannot be finished once more.
            clock.advance(ms: 30_000)
            let code = try app.code(atMs: clock.wallMs)
            #expect(try await server.finish(login, code).login.status == 401)
        }
    }

    @Test func `one step before and after are right, two are not`() async throws {
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            let (app, _) = try #require(try await server.signIn("jane").setUpApp(clock))
            clock.advance(ms: 300_000)
            for (steps, status) in [(-2, 400), (2, 400), (-1, 200), (0, 200), (1, 200), (1, 400)] {
                let login = try await server.signIn("jane").login
                let code = try app.code(atMs: clock.wallMs, stepsLater: Int64(steps))
                #expect(
                    try await server.finish(login, code).login.status == status, "\(steps) steps")
            }
        }
    }

    @Test func `of fifty who use one code at once, one comes in`() async throws {
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            let (app, _) = try #require(try await server.signIn("jane").setUpApp(clock))
            clock.advance(ms: 60_000)
            var logins: [Answer] = []
            for _ in 0..<50 { logins.append(try await server.signIn("jane").login) }
            let code = try app.code(atMs: clock.wallMs)
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for login in logins {
                    group.addTask { try await server.finish(login, code).login.status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 1)
        }
    }

    @Test func `five wrong codes in five minutes are all, over sign-ins and a restart`()
        async throws
    {
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            _ = try #require(try await server.signIn("jane").setUpApp(clock))
            for number in 0..<5 {
                let login = try await server.signIn("jane").login
                #expect(try await server.finish(login, "00000\(number)").login.status == 400)
            }
        }
        #expect(try await fixture.messages("factor.locked") == 1)
        try await fixture.restart()
        try await IdentityServer.with(fixture) { server in
            var judged = 0
            for number in 0..<1_000 {
                if number.isMultiple(of: 50) { clock.advance(ms: 7_500) }
                let login = try await server.signIn("jane").login
                let status = try await server.finish(login, "000000").login.status
                if status != 429 { judged += 1 }
            }
            // 1,000 tries in the 150 seconds after the lock: none is looked at.
            #expect(judged == 0)
            clock.advance(ms: 300_000)
            let login = try await server.signIn("jane").login
            #expect(try await server.finish(login, "000000").login.status == 400)
        }
    }

    @Test func `a recovery code opens once, also for many at once, and is told`() async throws {
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            let (_, codes) = try #require(try await server.signIn("jane").setUpApp(clock))
            var logins: [Answer] = []
            for _ in 0..<20 { logins.append(try await server.signIn("jane").login) }
            let typed = codes[0].lowercased().split(separator: "-").joined(separator: " ")
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for login in logins.prefix(5) {
                    group.addTask { try await server.finish(login, typed).login.status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 1)
            let browser = try await server.finish(logins[10], codes[1])
            #expect(browser.login.status == 200)
            let list = try await browser.send("GET", "/api/v1/auth/factors").json
            #expect(list?["recoveryCodesLeft"]?.int == 8)
            let renewed = try await browser.send("POST", "/api/v1/auth/factors/recovery-codes")
            #expect(renewed.json?["recoveryCodes"]?.count == 10)
            #expect(try await server.finish(logins[11], codes[2]).login.status == 400)
        }
        #expect(try await fixture.messages("factor.recovery-used") == 2)
    }

    @Test func `the last factor of a role that needs one cannot be taken away`() async throws {
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            for (name, status) in [("jane", 409), ("nora", 204)] {
                let browser = try await server.signIn(name)
                _ = try #require(try await browser.setUpApp(clock))
                let list = try await browser.send("GET", "/api/v1/auth/factors").json
                let id = try #require(list?["items"]?[0]?.string("id"))
                #expect(
                    try await browser.send("DELETE", "/api/v1/auth/factors/\(id)").status
                        == status)
            }
            #expect(try await server.signIn("nora").login.json?.string("next") == nil)
        }
    }

    @Test func `a factor takes another name, and nobody names that of somebody else`()
        async throws
    {
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            let jane = try await server.signIn("jane")
            _ = try #require(try await jane.setUpApp(clock))
            let list = try await jane.send("GET", "/api/v1/auth/factors").json
            let path = "/api/v1/auth/factors/\(try #require(list?["items"]?[0]?.string("id")))/name"
            #expect(try await jane.send("POST", path, #"{"name":"Red phone"}"#).status == 204)
            #expect(try await jane.send("POST", path, #"{"name":" "}"#).status == 400)
            #expect(try await jane.send("POST", path, "{}").status == 400)
            let nora = try await server.signIn("nora")
            #expect(try await nora.send("POST", path, #"{"name":"Mine"}"#).status == 404)
            let after = try await jane.send("GET", "/api/v1/auth/factors").json
            #expect(after?["items"]?[0]?.string("name") == "Red phone")
        }
    }

    @Test func `seed and codes stand nowhere on the disk`() async throws {
        let clock = fixture.clock
        let secrets = Secrets()
        try await IdentityServer.with(fixture) { server in
            let (app, codes) = try #require(try await server.signIn("jane").setUpApp(clock))
            let seed = app.seed.withBytes { Array($0) }
            await secrets.put(codes + [Hex.text(seed)], seed)
        }
        fixture.test.close()
        for file in fixture.test.folder.files {
            let bytes = TemporaryFolder.bytes(of: file)
            let text = String(decoding: bytes, as: UTF8.self)
            for secret in await secrets.texts { #expect(!text.contains(secret)) }
            #expect(bytes.firstRange(of: await secrets.seed) == nil)
        }
    }

    @Test func `a grace ends, and administrators have none`() async throws {
        let fixture = try await IdentityFixture {
            $0.factorRoles = [.physician, .admin]
            $0.factorGraceDays = 2
        }
        try await fixture.add("jane", [.physician])
        try await fixture.add("ada", [.admin])
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            #expect(try await server.signIn("ada").login.json?.string("next") == "set-up-factor")
            let jane = try await server.signIn("jane").login.json
            #expect(jane?.string("next") == nil)
            #expect(jane?.string("factorDueAt") == Timestamp.text(ms: clock.wallMs + 172_800_000))
            clock.advance(ms: 172_800_000)
            #expect(try await server.signIn("jane").login.json?.string("next") == "set-up-factor")
        }
    }

    /// What a test must not find.
    private actor Secrets {
        var texts: [String] = []
        var seed: [UInt8] = []

        func put(_ texts: [String], _ seed: [UInt8]) {
            self.texts = texts
            self.seed = seed
        }
    }
}
