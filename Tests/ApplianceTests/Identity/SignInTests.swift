import AccessControl
import Identity
import Kernel
import RecordStore
import Sealing
import TestKit
import Testing

@Suite("Sign-in")
struct SignInTests {
    private let fixture: IdentityFixture

    init() async throws {
        fixture = try await IdentityFixture()
        try await fixture.add("jane", [.physician])
    }

    @Test func `a wrong password and an unknown name are answered alike`() async throws {
        let wrong = try #require(try await fixture.refusal("jane"))
        let unknown = try #require(try await fixture.refusal("nobody"))
        #expect(wrong.code == .login && unknown.code == .login)
        #expect(wrong.detail == unknown.detail && wrong.location == unknown.location)
        #expect(wrong.retryAfterSeconds == unknown.retryAfterSeconds)
    }

    @Test func `locking a name that nobody has looks like locking one that somebody has`()
        async throws
    {
        var answers: [[String]] = []
        for (name, address) in [("jane", "192.0.2.1"), ("nobody", "192.0.2.2")] {
            var said: [String] = []
            for _ in 0..<7 {
                let problem = try #require(try await fixture.refusal(name, address: address))
                said.append(
                    "\(problem.code) \(problem.detail) \(problem.retryAfterSeconds ?? 0)")
            }
            answers.append(said)
        }
        #expect(answers[0] == answers[1])
        #expect(answers[0][5].hasPrefix("throttled"))
    }

    @Test func `the fifth failure locks for fifteen minutes, right password or not`() async throws {
        for _ in 0..<5 { #expect(try await fixture.refusal("jane")?.code == .login) }
        let locked = try #require(try await fixture.refusal("jane", IdentityFixture.good))
        #expect(locked.code == .throttled && locked.retryAfterSeconds == 900)
        #expect(try await fixture.messages("account.locked") == 1)
        fixture.clock.advance(ms: 899_999)
        #expect(try await fixture.refusal("jane", IdentityFixture.good)?.code == .throttled)
        fixture.clock.advance(ms: 1)
        _ = try await fixture.signIn("jane")
    }

    @Test func `four failures and a success start the count anew`() async throws {
        for _ in 0..<3 {
            for _ in 0..<4 { _ = try await fixture.refusal("jane") }
            _ = try await fixture.signIn("jane")
        }
        #expect(try await fixture.messages("account.locked") == 0)
    }

    @Test func `a lock outlives a restart, and a clock that is set back does not prolong it`()
        async throws
    {
        for _ in 0..<5 { _ = try await fixture.refusal("jane") }
        try await fixture.restart()
        #expect(try await fixture.refusal("jane", IdentityFixture.good)?.code == .throttled)
        fixture.clock.turn(toWallMs: fixture.clock.wallMs - 86_400_000)
        #expect(
            try await fixture.refusal("jane", IdentityFixture.good)?.retryAfterSeconds == 900)
        fixture.clock.advance(ms: 900_001)
        _ = try await fixture.signIn("jane")
    }

    @Test func `an administrator ends a lock`() async throws {
        let user = try #require(fixture.accounts.user(named: "jane"))
        for _ in 0..<5 { _ = try await fixture.refusal("jane") }
        try await fixture.accounts.unlock(
            fixture.machine(.users(.update, id: user.id)), id: user.id)
        _ = try await fixture.signIn("jane")
    }

    @Test func `who locks an account from elsewhere does not lock out a known machine`()
        async throws
    {
        let known = try await fixture.signIn("jane")
        for _ in 0..<6 { _ = try await fixture.refusal("jane", address: "203.0.113.9") }
        #expect(
            try await fixture.refusal("jane", IdentityFixture.good, address: "192.0.2.8")?.code
                == .throttled)
        let again = try await fixture.signIn("jane", device: known.deviceToken.text)
        #expect(again.deviceToken.text == known.deviceToken.text)
    }

    @Test func `a known machine has a limit of its own, and is known for its person only`()
        async throws
    {
        try await fixture.add("joe")
        let device = try await fixture.signIn("jane").deviceToken.text
        for _ in 0..<5 { _ = try await fixture.refusal("jane", device: device) }
        #expect(
            try await fixture.refusal("jane", IdentityFixture.good, device: device)?.code
                == .throttled)
        _ = try await fixture.signIn("jane", address: "192.0.2.99")
        for _ in 0..<5 { _ = try await fixture.refusal("joe", device: device) }
        #expect(try await fixture.refusal("joe", IdentityFixture.good)?.code == .throttled)
    }

    @Test func `a planted device cookie does not become a known one`() async throws {
        let planted = "AAAAAAAAAAAAAAAAAAAAAA"
        let success = try await fixture.signIn("jane", device: planted)
        #expect(success.deviceToken.text != planted)
    }

    @Test func `one address wastes twenty tries in fifteen minutes over all names`() async throws {
        for number in 0..<20 {
            #expect(try await fixture.refusal("name\(number)")?.code == .login)
        }
        #expect(try await fixture.refusal("jane", IdentityFixture.good)?.code == .throttled)
        _ = try await fixture.signIn("jane", address: "192.0.2.200")
    }

    @Test func `addresses of one network of version six count as one`() async throws {
        for number in 0..<20 {
            _ = try await fixture.refusal("name\(number)", address: "2001:db8:1:2::\(number + 1)")
        }
        #expect(
            try await fixture.refusal("jane", IdentityFixture.good, address: "2001:db8:1:2::ffff")?
                .code == .throttled)
        _ = try await fixture.signIn("jane", address: "2001:db8:1:3::1")
    }

    @Test func `thirty people behind one address sign in one after the other`() async throws {
        for number in 0..<30 { try await fixture.add("user\(number)") }
        for number in 0..<30 { _ = try await fixture.signIn("user\(number)", address: "10.0.0.1") }
    }

    @Test(arguments: [1, 200])
    func `at most a hundred guesses in any day reach the hash`(_ addresses: Int) async throws {
        let start = fixture.clock.wallMs
        var reached: [Int64] = []
        for number in 0..<2_400 {
            fixture.clock.advance(ms: 72_000)
            let address = "10.1.\(number % addresses / 250).\(number % addresses % 250)"
            let code = try await fixture.refusal("jane", address: address)?.code
            if code == .login { reached.append(fixture.clock.wallMs - start) }
        }
        let day: Int64 = 86_400_000
        let most = reached.map { from in reached.filter { $0 >= from && $0 < from + day }.count }
        #expect(reached.count > 20)
        #expect(most.max() ?? 0 <= 100)
    }

    @Test func `guesses side by side cannot pass the limit together`() async throws {
        let signIn = fixture.identity.signIn
        let codes = await withTaskGroup(of: Problem.Code?.self) { group in
            for number in 0..<100 {
                group.addTask {
                    do {
                        _ = try await signIn.signIn(
                            SignIn.Attempt(
                                username: "jane", password: Password("guess number \(number)"),
                                address: "10.2.0.\(number)", requestID: "r"))
                        return nil
                    } catch {
                        return (error as? Problem)?.code
                    }
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.filter { $0 == .login }.count == 5)
        #expect(codes.filter { $0 == .throttled }.count == 95)
    }

    @Test func `every try is in the audit log, and no typed name that nobody has`() async throws {
        _ = try await fixture.refusal("my secret password")
        _ = try await fixture.refusal("jane")
        let success = try await fixture.signIn("jane")
        let entries = try await fixture.store.auditTail(3).reversed()
        #expect(entries.map(\.outcome) == ["refused", "refused", "ok"])
        #expect(entries.map(\.name) == ["anonymous", "jane", "jane"])
        #expect(entries.map(\.code) == ["login", "login", nil])
        #expect(entries.allSatisfy { $0.verb == "sign-in" && $0.address == "192.0.2.7" })
        #expect(entries.last?.sessionTag == success.session.id)
    }

    @Test func `more than ten failures a minute are told once`() async throws {
        for number in 0..<15 { _ = try await fixture.refusal("name\(number)") }
        #expect(try await fixture.messages("sign-in.flood") == 1)
    }

    @Test func `a weak hash is made anew when the password is at hand`() async throws {
        let stronger = Argon2Cost(passes: 2, memoryKiB: 128, lanes: 1)
        var settings = fixture.settings
        settings.passwordCost = stronger
        let pool = try PasswordPool(cost: stronger)
        let identity = try await Identity(
            store: fixture.store, passwords: pool, settings: settings)
        let attempt = SignIn.Attempt(
            username: "jane", password: Password(IdentityFixture.good), address: "192.0.2.1",
            requestID: "r")
        _ = try await identity.signIn.signIn(attempt)
        _ = try await identity.signIn.signIn(attempt)
        // The pool of the lower cost still reads it: the cost stands in the text.
        _ = try await fixture.signIn("jane")
    }

    @Test func `a password that was changed while it was checked opens nothing`() async throws {
        let user = try #require(fixture.accounts.user(named: "jane"))
        let grant = try fixture.machine(.users(.update, id: user.id))
        let (signIn, accounts) = (fixture.identity.signIn, fixture.accounts)
        let attempt = SignIn.Attempt(
            username: "jane", password: Password(IdentityFixture.good), address: "192.0.2.1",
            requestID: "r")
        async let signedIn = signIn.signIn(attempt)
        async let reset: Void = accounts.resetPassword(
            grant, id: user.id, to: Password("seven copper lanterns adrift"))
        // The sign-in is refused where the reset came first; it must not outlive it either way.
        let step = try? await signedIn
        let token =
            if case .signedIn(let success) = step { success.sessionToken.text } else {
                nil as String?
            }
        try await reset
        if let token { #expect(await fixture.identity.sessions.use(token: token) == nil) }
        #expect(try await fixture.refusal("jane", IdentityFixture.good)?.code == .login)
    }
}
