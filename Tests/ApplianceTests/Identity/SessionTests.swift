import AccessControl
import Identity
import Kernel
import RecordStore
import SQLite
import TestKit
import Testing

@Suite("Sessions")
struct SessionTests {
    private let fixture: IdentityFixture
    private static let minuteMs: Int64 = 60_000

    init() async throws {
        fixture = try await IdentityFixture()
        try await fixture.add("jane", [.physician])
    }

    private func isAlive(_ success: SignIn.Success) async -> Bool {
        await fixture.identity.sessions.use(token: success.sessionToken.text) != nil
    }

    @Test func `a token has 256 bits, is drawn anew each time, and is not stored`() async throws {
        let one = try await fixture.signIn("jane")
        let other = try await fixture.signIn("jane")
        #expect(one.sessionToken.text.utf8.count == 43)
        #expect(one.sessionToken.text != other.sessionToken.text)
        #expect(one.session.csrfToken != other.session.csrfToken)
        #expect(one.deviceToken.text.utf8.count == 22)
        fixture.test.close()
        for file in fixture.test.folder.files {
            let text = String(decoding: TemporaryFolder.bytes(of: file), as: UTF8.self)
            for secret in [one.sessionToken.text, one.deviceToken.text, one.session.csrfToken] {
                #expect(!text.contains(secret))
            }
            #expect(!text.contains("jane"))
        }
    }

    @Test func `fifteen minutes without a request end a session`() async throws {
        let session = try await fixture.signIn("jane")
        fixture.clock.advance(ms: 15 * Self.minuteMs - 1)
        #expect(await isAlive(session))
        fixture.clock.advance(ms: 15 * Self.minuteMs)
        #expect(!(await isAlive(session)))
        #expect(!(await isAlive(session)))
    }

    @Test func `eight hours end a session that is in use`() async throws {
        let session = try await fixture.signIn("jane")
        for _ in 0..<47 {
            fixture.clock.advance(ms: 10 * Self.minuteMs)
            #expect(await isAlive(session))
        }
        fixture.clock.advance(ms: 10 * Self.minuteMs)
        #expect(!(await isAlive(session)))
    }

    @Test func `setting the wall clock neither ends nor prolongs a session`() async throws {
        let session = try await fixture.signIn("jane")
        fixture.clock.turn(toWallMs: 0)
        #expect(await isAlive(session))
        fixture.clock.turn(toWallMs: FixedClock.mondayMs * 2)
        #expect(await isAlive(session))
        fixture.clock.turn(toWallMs: 0)
        fixture.clock.advance(ms: 15 * Self.minuteMs)
        #expect(!(await isAlive(session)))
    }

    @Test func `a session outlives a restart with the time it had left`() async throws {
        let session = try await fixture.signIn("jane")
        fixture.clock.advance(ms: 10 * Self.minuteMs)
        #expect(await isAlive(session))
        fixture.clock.advance(ms: 5 * Self.minuteMs)
        try await fixture.restart()
        #expect(await isAlive(session))
        fixture.clock.advance(ms: 15 * Self.minuteMs)
        try await fixture.restart()
        #expect(!(await isAlive(session)))
    }

    @Test func `a clock that went back across a restart ends the sessions`() async throws {
        let session = try await fixture.signIn("jane")
        fixture.clock.turn(toWallMs: fixture.clock.wallMs - 1)
        try await fixture.restart()
        #expect(!(await isAlive(session)))
    }

    @Test func `the sixth session of a person ends the oldest`() async throws {
        var all: [SignIn.Success] = []
        for _ in 0..<6 {
            fixture.clock.advance(ms: 1_000)
            all.append(try await fixture.signIn("jane"))
        }
        var alive: [Bool] = []
        for one in all { alive.append(await isAlive(one)) }
        #expect(alive == [false, true, true, true, true, true])
        try await fixture.restart()
        #expect(!(await isAlive(all[0])))
        #expect(await isAlive(all[5]))
    }

    @Test func `signing in ends the session that the browser had`() async throws {
        let before = try await fixture.signIn("jane")
        let after = try await fixture.signIn("jane", earlier: before.session.id)
        #expect(!(await isAlive(before)))
        #expect(await isAlive(after))
    }

    @Test func `one sees one's own sessions, an administrator everybody's`() async throws {
        let admin = try await fixture.add("admin", [.admin])
        let jane = try #require(fixture.accounts.user(named: "jane"))
        _ = try await fixture.signIn("jane")
        _ = try await fixture.signIn("admin")
        let sessions = fixture.identity.sessions
        let own = try fixture.grant(.ownSession(.search), to: jane)
        #expect(try await sessions.list(own, userID: jane.id).map(\.username) == ["jane"])
        await #expect(throws: Problem(.forbidden, "")) {
            _ = try await sessions.list(own, userID: nil)
        }
        await #expect(throws: Problem(.forbidden, "")) {
            _ = try await sessions.list(own, userID: admin.id)
        }
        #expect(throws: Problem(.forbidden, "")) {
            try fixture.grant(.sessions(.search), to: jane)
        }
        let all = try await sessions.list(
            fixture.grant(.sessions(.search), to: admin), userID: nil)
        #expect(Set(all.map(\.username)) == ["jane", "admin"])
    }

    @Test func `one ends one's own session, an administrator anybody's`() async throws {
        let admin = try await fixture.add("admin", [.admin])
        let jane = try #require(fixture.accounts.user(named: "jane"))
        let mine = try await fixture.signIn("jane")
        let theirs = try await fixture.signIn("admin")
        let sessions = fixture.identity.sessions
        let own = try fixture.grant(.ownSession(.delete), to: jane)
        await #expect(throws: Problem(.forbidden, "")) {
            try await sessions.end(own, id: theirs.session.id)
        }
        #expect(await isAlive(theirs))
        try await sessions.end(own, id: mine.session.id)
        #expect(!(await isAlive(mine)))
        let any = try fixture.grant(.sessions(.delete), to: admin)
        await #expect(throws: Problem(.notFound, "")) {
            try await sessions.end(any, id: mine.session.id)
        }
        let again = try await fixture.signIn("jane")
        try await sessions.end(any, id: again.session.id)
        try await fixture.restart()
        #expect(!(await isAlive(again)))
        #expect(await isAlive(theirs))
    }

    @Test func `a row that was put into the table by hand opens nothing`() async throws {
        try await fixture.add("admin", [.systemAdmin])
        let admin = try #require(fixture.accounts.user(named: "admin"))
        let jane = try await fixture.signIn("jane")
        let theirs = try await fixture.signIn("admin")
        fixture.test.close()
        let raw = try fixture.test.rawConnection()
        try raw.run("UPDATE session SET user_id = ?", .text(admin.id))
        try raw.run(
            """
            UPDATE session SET sealed_session = (SELECT sealed_session FROM session WHERE id = ?)
             WHERE id = ?
            """, .text(theirs.session.id), .text(jane.session.id))
        raw.close()
        try await fixture.restart()
        #expect(!(await isAlive(jane)))
    }
}
