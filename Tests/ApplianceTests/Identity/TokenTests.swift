import AccessControl
import Identity
import Kernel
import RecordStore
import TestKit
import Testing

@Suite("Tokens")
struct TokenTests {
    private let fixture: IdentityFixture

    init() async throws {
        fixture = try await IdentityFixture()
        try await fixture.add("jane", [.physician])
        try await fixture.add("top", [.systemAdmin])
    }

    private func user(_ name: String) throws -> User {
        try #require(fixture.accounts.user(named: name))
    }

    @Test func `a token is listed until it is revoked or expires`() async throws {
        let tokens = fixture.identity.tokens
        let grant = try fixture.machine(.tokens(.administer))
        let (text, token) = try await tokens.issue(
            grant, username: "Jane", scopes: " user/*.rs  user/Patient.c ", minutes: 60)
        #expect(text.hasPrefix("teh_") && text.utf8.count == 47)
        #expect(token.scopes == "user/*.rs user/Patient.c" && token.username == "jane")
        let search = try fixture.machine(.tokens(.search))
        #expect(try await tokens.list(search) == [token])
        try await fixture.restart()
        #expect(try await fixture.identity.tokens.list(search) == [token])
        fixture.clock.advance(ms: 3_600_000)
        #expect(try await fixture.identity.tokens.list(search).isEmpty)
        try await fixture.restart()
        #expect(try await fixture.identity.tokens.list(search).isEmpty)
    }

    @Test func `a token expires by either clock, and one from the future is none`() async throws {
        let search = try fixture.machine(.tokens(.search))
        _ = try await fixture.identity.tokens.issue(
            fixture.machine(.tokens(.administer)), username: "jane", scopes: "user/*.rs",
            minutes: 10)
        let startMs = fixture.clock.wallMs
        fixture.clock.turn(toWallMs: startMs + 600_000)
        #expect(try await fixture.identity.tokens.list(search).isEmpty)
        fixture.clock.turn(toWallMs: startMs)
        #expect(try await fixture.identity.tokens.list(search).count == 1)
        fixture.clock.advance(ms: 600_000)
        fixture.clock.turn(toWallMs: startMs)
        #expect(try await fixture.identity.tokens.list(search).isEmpty)
        fixture.clock.turn(toWallMs: startMs - 1)
        try await fixture.restart()
        #expect(try await fixture.identity.tokens.list(search).isEmpty)
    }

    @Test func `a revoked token is gone at once and after a restart`() async throws {
        let grant = try fixture.machine(.tokens(.administer))
        let (_, token) = try await fixture.identity.tokens.issue(
            grant, username: "jane", scopes: "user/*.rs", minutes: 60)
        try await fixture.identity.tokens.revoke(grant, id: token.id)
        await #expect(throws: Problem(.notFound, "")) {
            try await fixture.identity.tokens.revoke(grant, id: token.id)
        }
        try await fixture.restart()
        #expect(
            try await fixture.identity.tokens.list(fixture.machine(.tokens(.search))).isEmpty)
    }

    @Test(arguments: [("user/*.rs", 0), ("user/*.rs", 44_641), ("nonsense", 5), ("", 5)])
    func `a token takes real scopes and at most 31 days`(_ scopes: String, _ minutes: Int)
        async throws
    {
        let grant = try fixture.machine(.tokens(.administer))
        await #expect(throws: Problem.self) {
            _ = try await fixture.identity.tokens.issue(
                grant, username: "jane", scopes: scopes, minutes: minutes)
        }
        #expect(try await fixture.store.auditTail(1).first?.outcome == "refused")
    }

    @Test func `a token is for somebody who may sign in`() async throws {
        let jane = try user("jane")
        let grant = try fixture.machine(.tokens(.administer))
        await #expect(throws: Problem(.notFound, "")) {
            _ = try await fixture.identity.tokens.issue(
                grant, username: "nobody", scopes: "user/*.rs", minutes: 5)
        }
        try await fixture.accounts.disable(
            fixture.machine(.users(.update, id: jane.id)), id: jane.id)
        await #expect(throws: Problem(.notFound, "")) {
            _ = try await fixture.identity.tokens.issue(
                grant, username: "jane", scopes: "user/*.rs", minutes: 5)
        }
    }

    @Test func `an ADMIN issues no token of the box and none for a SYSTEM_ADMIN`() async throws {
        let admin = try await fixture.add("admin", [.admin])
        let grant = try fixture.grant(.tokens(.administer), to: admin)
        for (name, scopes) in [("jane", "system/*.rs"), ("top", "user/*.rs")] {
            await #expect(throws: Problem(.forbidden, "")) {
                _ = try await fixture.identity.tokens.issue(
                    grant, username: name, scopes: scopes, minutes: 5)
            }
        }
        _ = try await fixture.identity.tokens.issue(
            grant, username: "jane", scopes: "user/*.rs", minutes: 5)
        let top = try fixture.grant(.tokens(.administer), to: user("top"))
        _ = try await fixture.identity.tokens.issue(
            top, username: "jane", scopes: "system/*.rs", minutes: 5)
    }

    @Test func `who may not administer users issues no token`() async throws {
        for role in Role.allCases where role != .systemAdmin && role != .admin {
            #expect(throws: Problem(.forbidden, "")) {
                try Callers.person(role, ownPatientID: "p").grant(
                    .administer, area: .users, "Token")
            }
        }
    }
}
