import AccessControl
import FHIRModel
import Identity
import Kernel
import RecordStore
import TestKit
import Testing

@Suite("PIN")
struct PinTests {
    private static let minuteMs: Int64 = 60_000

    private func fixture(
        _ adjust: (inout IdentitySettings) -> Void = { _ in }
    ) async throws -> IdentityFixture {
        let fixture = try await IdentityFixture(adjust)
        try await fixture.add("jane", [.physician])
        try await fixture.add("nora", [.nurse])
        return fixture
    }

    private static func setPIN(_ browser: Browser, _ pin: String = "481920") async throws -> Answer
    {
        try await browser.send("PUT", "/api/v1/auth/pin", #"{"pin":"\#(pin)"}"#)
    }

    private static func unlock(_ browser: Browser, _ pin: String) async throws -> Answer {
        try await browser.send("POST", "/api/v1/auth/unlock", #"{"pin":"\#(pin)"}"#)
    }

    @Test func `a session that was left alone is opened by the PIN where it was begun`()
        async throws
    {
        let fixture = try await fixture()
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            var jane = try await server.signIn("jane")
            #expect(try await Self.setPIN(jane).status == 204)
            clock.advance(ms: 15 * Self.minuteMs)
            let refused = try await jane.send("GET", "/api/v1/probe")
            #expect(refused.status == 403 && Browser.need(refused) == "unlock")
            let me = try await jane.send("GET", "/api/v1/auth/me").json
            #expect(me?.string("next") == "unlock" && me?["user"]?["permissions"]?.count == 0)
            clock.advance(ms: 60 * Self.minuteMs)
            #expect(try await Self.unlock(jane, "000000").status == 400)
            let right = try await Self.unlock(jane, "481920")
            #expect(right.status == 200 && right.json?.string("next") == nil)
            #expect(try await jane.send("GET", "/api/v1/probe").status == 401)
            jane.session = right.cookie("__Host-tribal-ehr-session") ?? ""
            #expect(try await jane.send("GET", "/api/v1/probe").status == 200)
            // A PIN is no fresh proof.
            #expect(try await jane.send("POST", "/api/v1/sensitive").status == 403)
        }
    }

    @Test func `the fifth wrong PIN ends the session, over a restart`() async throws {
        let fixture = try await fixture()
        let clock = fixture.clock
        let kept = Kept()
        try await IdentityServer.with(fixture) { server in
            let jane = try await server.signIn("jane")
            _ = try await Self.setPIN(jane)
            #expect(try await jane.send("POST", "/api/v1/auth/lock").status == 204)
            #expect(try await jane.send("GET", "/api/v1/probe").status == 403)
            for _ in 0..<4 {
                let answer = try await Self.unlock(jane, "111222")
                #expect(answer.status == 400)
            }
            await kept.put(jane)
        }
        try await fixture.restart()
        clock.advance(ms: Self.minuteMs)
        let before = try #require(await kept.browser)
        try await IdentityServer.with(fixture) { server in
            let jane = Browser(
                server: server, session: before.session, device: before.device,
                pageToken: before.pageToken, login: before.login)
            // Locked by hand: still locked, although its time is not over.
            let refused = try await jane.send("GET", "/api/v1/probe")
            #expect(refused.status == 403)
            let fifth = try await Self.unlock(jane, "111222")
            #expect(fifth.status == 401)
            let right = try await Self.unlock(jane, "481920")
            #expect(right.status == 401)
        }
        #expect(try await fixture.messages("session.pin-failed") == 1)
    }

    @Test func `eight hours end a locked session as any other`() async throws {
        let fixture = try await fixture()
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            let jane = try await server.signIn("jane")
            _ = try await Self.setPIN(jane)
            clock.advance(ms: 480 * Self.minuteMs)
            #expect(try await Self.unlock(jane, "481920").status == 401)
        }
    }

    @Test func `without a PIN, and where PINs are off, a session ends`() async throws {
        let off = try await fixture { $0.isPINAllowed = false }
        let clock = off.clock
        try await IdentityServer.with(off) { server in
            let jane = try await server.signIn("jane")
            #expect(try await Self.setPIN(jane).status == 400)
            clock.advance(ms: 15 * Self.minuteMs)
            #expect(try await jane.send("GET", "/api/v1/probe").status == 401)
        }
        try await IdentityServer.with(try await fixture()) { server in
            let nora = try await server.signIn("nora")
            #expect(try await nora.send("POST", "/api/v1/auth/lock").status == 409)
            #expect(try await nora.send("GET", "/api/v1/probe").status == 200)
        }
    }

    @Test(arguments: [
        "12345", "1234567", "12a456", "", "111111", "123456", "987654", "121212",
        "123123",
    ])
    func `a PIN that is none, or that everybody tries, is refused`(pin: String) async throws {
        try await IdentityServer.with(try await fixture()) { server in
            let jane = try await server.signIn("jane")
            #expect(try await Self.setPIN(jane, pin).status == 400)
        }
    }

    @Test func `the idle limit is that of the role, and the shortest of several`() async throws {
        let fixture = try await fixture {
            $0.idleMinutesByRole = [.physician: 30, .frontDesk: 5]
        }
        try await fixture.add("both", [.physician, .frontDesk])
        let clock = fixture.clock
        try await IdentityServer.with(fixture) { server in
            let people = [
                try await server.signIn("jane"), try await server.signIn("nora"),
                try await server.signIn("both"),
            ]
            #expect(people.map { $0.login.json?["idleSeconds"]?.int } == [1_800, 900, 300])
            clock.advance(ms: 5 * Self.minuteMs)
            #expect(try await people[2].send("GET", "/api/v1/probe").status == 401)
            clock.advance(ms: 10 * Self.minuteMs)
            #expect(try await people[1].send("GET", "/api/v1/probe").status == 401)
            clock.advance(ms: 14 * Self.minuteMs)
            #expect(try await people[0].send("GET", "/api/v1/probe").status == 200)
        }
    }

    @Test func `a person ends all their other sessions at once`() async throws {
        let fixture = try await fixture()
        try await IdentityServer.with(fixture) { server in
            let one = try await server.signIn("jane")
            let other = try await server.signIn("jane")
            let nora = try await server.signIn("nora")
            let answer = try await one.send("POST", "/api/v1/sessions/end-others")
            #expect(answer.json?["ended"]?.int == 1)
            #expect(try await one.send("GET", "/api/v1/probe").status == 200)
            #expect(try await other.send("GET", "/api/v1/probe").status == 401)
            #expect(try await nora.send("GET", "/api/v1/probe").status == 200)
        }
    }

    /// A browser that outlives its server.
    private actor Kept {
        var browser: Browser?

        func put(_ browser: Browser) { self.browser = browser }
    }
}
