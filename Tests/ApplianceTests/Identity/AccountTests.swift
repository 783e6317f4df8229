import AccessControl
import Identity
import Kernel
import RecordStore
import SQLite
import Sealing
import TestKit
import Testing

@Suite("Accounts")
struct AccountTests {
    private let fixture: IdentityFixture

    init() async throws { fixture = try await IdentityFixture() }

    @Test func `a user that was added signs in, and outlives a restart`() async throws {
        #expect(fixture.accounts.isEmpty)
        let user = try await fixture.add("Jane.Doe", [.physician, .admin])
        #expect(!fixture.accounts.isEmpty)
        try await fixture.restart()
        let back = try #require(fixture.accounts.user(named: " jane.DOE "))
        #expect(back == user)
        #expect(back.displayName == "Person Jane.Doe")
        #expect(try await fixture.signIn("ＪANE.doe").user == user)
    }

    @Test func `a name is taken once, however it is written`() async throws {
        try await fixture.add("jane.doe")
        await #expect(throws: Problem(.duplicate, "")) { try await fixture.add("JANE.doe") }
    }

    @Test(arguments: ["", "a", "jane doe", "jane\u{0}", String(repeating: "x", count: 65), "a/b"])
    func `a name of other characters is refused`(_ name: String) async throws {
        await #expect(throws: Problem(.value, "")) { try await fixture.add(name) }
        #expect(fixture.accounts.isEmpty)
    }

    @Test func `a user has a role, and a patient user is a patient`() async throws {
        await #expect(throws: Problem(.required, "")) { try await fixture.add("jane", []) }
        await #expect(throws: Problem(.required, "")) { try await fixture.add("jane", [.patient]) }
        let user = try await fixture.add("jane", [.patient], ownPatientID: "p-1")
        #expect(user.ownPatientID == "p-1")
    }

    @Test func `a weak password is refused and put on record`() async throws {
        await #expect(throws: Problem(.value, "")) {
            try await fixture.add("jane", password: "passwordpassword")
        }
        let entry = try #require(try await fixture.store.auditTail(1).first)
        #expect(entry.outcome == "refused" && entry.code == "value" && entry.area == "users")
    }

    @Test func `a disabled user cannot sign in, and can again when enabled`() async throws {
        let user = try await fixture.add("jane")
        let session = try await fixture.signIn("jane")
        try await fixture.accounts.disable(
            fixture.machine(.users(.update, id: user.id)), id: user.id)
        #expect(await fixture.identity.sessions.use(token: session.sessionToken.text) == nil)
        #expect(try await fixture.refusal("jane", IdentityFixture.good)?.code == .login)
        try await fixture.accounts.enable(
            fixture.machine(.users(.update, id: user.id)), id: user.id)
        _ = try await fixture.signIn("jane")
    }

    @Test func `the last administrator who can sign in stays`() async throws {
        let first = try await fixture.add("first", [.systemAdmin])
        let second = try await fixture.add("second", [.systemAdmin, .nurse])
        let accounts = fixture.accounts
        func update(_ user: User) throws -> Grant {
            try fixture.machine(.users(.update, id: user.id))
        }
        try await accounts.setRoles(update(second), id: second.id, [.nurse])
        await #expect(throws: Problem(.conflict, "")) {
            try await accounts.disable(update(first), id: first.id)
        }
        await #expect(throws: Problem(.conflict, "")) {
            try await accounts.setRoles(update(first), id: first.id, [.admin])
        }
        try await accounts.setRoles(update(second), id: second.id, [.systemAdmin])
        try await accounts.disable(update(first), id: first.id)
        await #expect(throws: Problem(.conflict, "")) {
            try await accounts.disable(update(second), id: second.id)
        }
        #expect(accounts.user(id: second.id)?.isDisabled == false)
    }

    @Test func `two administrators cannot disable each other at once`() async throws {
        let first = try await fixture.add("first", [.systemAdmin])
        let second = try await fixture.add("second", [.systemAdmin])
        let accounts = fixture.accounts
        let grants = try [first, second].map { try fixture.machine(.users(.update, id: $0.id)) }
        async let one: Void = accounts.disable(grants[0], id: first.id)
        async let other: Void = accounts.disable(grants[1], id: second.id)
        // One of the two is refused; which one is for the writer to say.
        _ = try? await one
        _ = try? await other
        let active = [first, second].filter { accounts.user(id: $0.id)?.isDisabled == false }
        #expect(active.count == 1)
    }

    @Test func `an ADMIN does not make or touch a SYSTEM_ADMIN`() async throws {
        let top = try await fixture.add("top", [.systemAdmin])
        let admin = try await fixture.add("admin", [.admin])
        let nurse = try await fixture.add("nurse", [.nurse])
        let accounts = fixture.accounts
        let onTop = try fixture.grant(.users(.update, id: top.id), to: admin)
        let onNurse = try fixture.grant(.users(.update, id: nurse.id), to: admin)
        await #expect(throws: Problem(.forbidden, "")) {
            try await accounts.resetPassword(onTop, id: top.id, to: Password("a lake of tin cups"))
        }
        await #expect(throws: Problem(.forbidden, "")) {
            try await accounts.setRoles(onNurse, id: nurse.id, [.systemAdmin])
        }
        await #expect(throws: Problem(.forbidden, "")) {
            _ = try await accounts.add(
                fixture.grant(.users(.create), to: admin),
                UserDraft(username: "more", displayName: "More", roles: [.systemAdmin]),
                password: Password(IdentityFixture.good), mustChangePassword: false)
        }
        try await accounts.setRoles(onNurse, id: nurse.id, [.physician])
        #expect(accounts.user(id: nurse.id)?.roles == [.physician])
    }

    @Test func `nobody changes their own roles, and a nurse changes nobody's`() async throws {
        let admin = try await fixture.add("admin", [.admin])
        let nurse = try await fixture.add("nurse", [.nurse])
        let own = try fixture.grant(.users(.update, id: admin.id), to: admin)
        await #expect(throws: Problem(.forbidden, "")) {
            try await fixture.accounts.setRoles(own, id: admin.id, [.admin, .physician])
        }
        await #expect(throws: Problem(.forbidden, "")) {
            try await fixture.accounts.resetPassword(
                own, id: admin.id, to: Password("seven copper lanterns adrift"))
        }
        #expect(throws: Problem(.forbidden, "")) {
            try fixture.grant(.users(.update, id: admin.id), to: nurse)
        }
        let other = try fixture.grant(.ownAccount(.update, id: nurse.id), to: nurse)
        await #expect(throws: Problem(.forbidden, "")) {
            try await fixture.accounts.disable(other, id: admin.id)
        }
    }

    @Test func `other roles hold from the next request on and end the sessions`() async throws {
        let user = try await fixture.add("jane", [.physician])
        let session = try await fixture.signIn("jane")
        try await fixture.accounts.setRoles(
            fixture.machine(.users(.update, id: user.id)), id: user.id, [.frontDesk])
        #expect(fixture.accounts.user(id: user.id)?.roles == [.frontDesk])
        #expect(await fixture.identity.sessions.use(token: session.sessionToken.text) == nil)
        #expect(try await fixture.signIn("jane").user.roles == [.frontDesk])
    }

    @Test func `a reset password ends sessions and must be changed`() async throws {
        let user = try await fixture.add("jane")
        let session = try await fixture.signIn("jane")
        try await fixture.accounts.resetPassword(
            fixture.machine(.users(.update, id: user.id)), id: user.id,
            to: Password("seven copper lanterns adrift"))
        #expect(await fixture.identity.sessions.use(token: session.sessionToken.text) == nil)
        #expect(try await fixture.refusal("jane", IdentityFixture.good)?.code == .login)
        #expect(
            try await fixture.signIn("jane", "seven copper lanterns adrift").user
                .mustChangePassword)
    }

    @Test func `a changed password ends the other sessions and frees from having to`() async throws
    {
        let user = try await fixture.add("jane", mustChangePassword: true)
        let other = try await fixture.signIn("jane")
        let here = try await fixture.signIn("jane")
        let grant = try fixture.grant(
            .ownAccount(.update, id: user.id), to: user, sessionID: here.session.id)
        let new = "seven copper lanterns adrift"
        try await fixture.accounts.changeOwnPassword(
            grant, current: Password(IdentityFixture.good), new: Password(new))
        let sessions = fixture.identity.sessions
        #expect(await sessions.use(token: other.sessionToken.text) == nil)
        #expect(await sessions.use(token: here.sessionToken.text) != nil)
        #expect(fixture.accounts.user(id: user.id)?.mustChangePassword == false)
        _ = try await fixture.signIn("jane", new)
        #expect(try await fixture.refusal("jane", IdentityFixture.good)?.code == .login)
    }

    @Test func `a password cannot be used again until enough others came between`() async throws {
        let user = try await fixture.add("jane")
        let grant = try fixture.grant(.ownAccount(.update, id: user.id), to: user)
        let texts = [
            IdentityFixture.good, "seven copper lanterns adrift", "a lake of tin cups at noon",
            "nineteen wooden ferry boats",
        ]
        func change(_ old: String, _ new: String) async throws {
            try await fixture.accounts.changeOwnPassword(
                grant, current: Password(old), new: Password(new))
        }
        try await change(texts[0], texts[1])
        try await change(texts[1], texts[2])
        for used in [0, 1, 2] {
            await #expect(throws: Problem(.value, "")) {
                try await change(texts[2], texts[used])
            }
        }
        try await change(texts[2], texts[3])
        try await change(texts[3], texts[0])
    }

    @Test func `five wrong current passwords end the guessing at an unlocked screen`() async throws
    {
        let user = try await fixture.add("jane")
        let here = try await fixture.signIn("jane")
        let grant = try fixture.grant(
            .ownAccount(.update, id: user.id), to: user, sessionID: here.session.id)
        func change(_ current: String) async throws {
            try await fixture.accounts.changeOwnPassword(
                grant, current: Password(current), new: Password("seven copper lanterns adrift"))
        }
        for _ in 0..<5 {
            await #expect(throws: Problem(.value, "")) { try await change("not the one at all") }
        }
        await #expect(throws: Problem(.throttled, "")) { try await change(IdentityFixture.good) }
    }

    @Test func `every act on an account is in the audit log`() async throws {
        let user = try await fixture.add("jane")
        let update = try fixture.machine(.users(.update, id: user.id))
        try await fixture.accounts.disable(update, id: user.id)
        try await fixture.accounts.enable(update, id: user.id)
        try await fixture.accounts.unlock(update, id: user.id)
        _ = try await fixture.accounts.list(fixture.machine(.users(.search)))
        let entries = try await fixture.store.auditTail(5).reversed()
        #expect(entries.map(\.verb) == ["create", "update", "update", "update", "search"])
        #expect(
            entries.map(\.detail) == ["roles NURSE", "disabled", "enabled", "unlocked", nil])
        #expect(entries.dropLast().allSatisfy { $0.id == user.id })
    }

    @Test func `a row of a user that is moved to another does not open`() async throws {
        let jane = try await fixture.add("jane")
        let joe = try await fixture.add("joe", [.systemAdmin])
        fixture.test.close()
        let raw = try fixture.test.rawConnection()
        try raw.run(
            """
            UPDATE user SET sealed_profile = (SELECT sealed_profile FROM user WHERE id = ?)
             WHERE id = ?
            """, .text(joe.id), .text(jane.id))
        raw.close()
        await #expect(throws: Problem(.security, "")) { try await fixture.restart() }
    }
}
