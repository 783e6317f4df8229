import AccessControl
import Identity
import Kernel
import RecordStore
import Sealing
import TestKit

/// A clinic's identity over a store of its own, with passwords that are quick to hash.
final class IdentityFixture {
    static let cheap = Argon2Cost(passes: 1, memoryKiB: 64, lanes: 1)
    /// A password that every rule accepts.
    static let good = "mesa kettle forty violins"

    let test: TestStore
    private(set) var identity: Identity
    let passwords: PasswordPool
    let settings: IdentitySettings

    var clock: FixedClock { test.clock }
    var store: RecordStore { test.store }
    var accounts: Accounts { identity.accounts }

    init(_ adjust: (inout IdentitySettings) -> Void = { _ in }) async throws {
        var settings = IdentitySettings()
        settings.passwordCost = Self.cheap
        settings.passwordsRemembered = 3
        settings.factorRoles = []
        adjust(&settings)
        self.settings = settings
        test = try TestStore(steps: Identity.schemaSteps + Identity.laterSteps)
        passwords = try PasswordPool(threads: 1, waitingMax: 2_000, cost: Self.cheap)
        identity = try await Identity(store: test.store, passwords: passwords, settings: settings)
    }

    /// Closes and opens the store, as a restart does.
    func restart() async throws {
        try test.reopen()
        identity = try await Identity(store: test.store, passwords: passwords, settings: settings)
    }

    /// Adds a user as the box's own command does.
    @discardableResult
    func add(
        _ username: String, _ roles: Set<Role> = [.nurse], password: String = good,
        mustChangePassword: Bool = false, ownPatientID: String? = nil
    ) async throws -> User {
        let draft = UserDraft(
            username: username, displayName: "Person \(username)", roles: roles,
            ownPatientID: ownPatientID)
        return try await accounts.add(
            machine(.users(.create)), draft, password: Password(password),
            mustChangePassword: mustChangePassword)
    }

    /// Signs somebody in from a browser that brings a device's cookie or nothing.
    func signIn(
        _ username: String, _ password: String = good, address: String = "192.0.2.7",
        device: String? = nil, earlier: String? = nil
    ) async throws -> SignIn.Success {
        var attempt = SignIn.Attempt(
            username: username, password: Password(password), address: address,
            requestID: "request-1")
        attempt.deviceToken = device
        attempt.earlierSessionID = earlier
        guard case .signedIn(let success) = try await identity.signIn.signIn(attempt) else {
            throw Problem(.incomplete, "A second factor is due.")
        }
        return success
    }

    /// How a sign-in is refused; nil if it is not.
    func refusal(
        _ username: String, _ password: String = "wrong wrong wrong", address: String = "192.0.2.7",
        device: String? = nil
    ) async throws -> Problem? {
        do {
            _ = try await signIn(username, password, address: address, device: device)
            return nil
        } catch let problem as Problem {
            return problem
        }
    }

    /// A grant of the box itself.
    func machine(_ ask: Ask) throws -> Grant { try Policy().grant(ask, to: Callers.machine) }

    /// A grant of a person as they are now.
    func grant(_ ask: Ask, to user: User, sessionID: String? = nil) throws -> Grant {
        try Policy().grant(ask, to: caller(user, sessionID: sessionID))
    }

    /// A person as they are now.
    func caller(_ user: User, sessionID: String? = nil) -> Caller {
        let now = accounts.user(id: user.id) ?? user
        return Caller(
            kind: .person, userID: now.id, name: now.username, roles: now.roles,
            ownPatientID: now.ownPatientID, sessionTag: sessionID, address: "192.0.2.7",
            requestID: "request-1")
    }

    /// Messages of a topic that wait to be delivered.
    func messages(_ topic: String) async throws -> Int {
        let grant = try machine(Ask(.read, area: .system, type: "Outbox"))
        return try await store.outboxDue(grant, limit: 1_000).filter { $0.topic == topic }.count
    }
}
