package import AccessControl
import Kernel
package import RecordStore
package import Sealing
import Synchronization

/// What a clinic may set about signing in.
package struct IdentitySettings: Sendable {
    /// The clinic's name until the box knows it; its words make bad passwords.
    package var clinicName = ""
    /// The shortest password, in characters; never below 8.
    package var passwordCharactersMin = 15
    /// How many passwords a person may not use again, the present one among them.
    package var passwordsRemembered = 12
    /// After how many days a password has to be changed; 0 for never.
    ///
    /// Spec: NIST SP 800-63B-4, 3.1.1.2, which advises against it,
    /// https://pages.nist.gov/800-63-4/sp800-63b.html
    package var passwordDaysMax = 0
    /// How long a session lives without a request, in minutes.
    package var idleMinutesMax = 15
    /// The same for some roles; a person with several has the shortest.
    package var idleMinutesByRole: [Role: Int] = [:]
    /// How long a session lives at all, in hours.
    package var sessionHoursMax = 8
    /// How many sessions a person may have; the oldest ends.
    package var sessionsPerUserMax = 5
    /// Which roles must have a second factor; empty where nobody must.
    package var factorRoles: Set<Role> = [.physician, .pharmacist, .systemAdmin, .admin]
    /// How many days a person may put setting it up off; administrators never may.
    package var factorGraceDays = 0
    /// Whether a PIN may unlock a session that was left alone.
    package var isPINAllowed = true
    /// Names under which browsers reach the box beside its own.
    package var hosts: [String] = []
    /// What a stored password must cost; weaker ones are hashed anew at the next sign-in.
    ///
    /// The same as that of the pool.
    package var passwordCost = Argon2Cost.password

    /// The settings of a clinic that set nothing.
    package init() {}

    /// How long a session of a person with these roles lives without a request, in milliseconds.
    func idleMsMax(_ roles: Set<Role>) -> Int64 {
        Int64(roles.map { idleMinutesByRole[$0] ?? idleMinutesMax }.min() ?? idleMinutesMax)
            * 60_000
    }
    var sessionMsMax: Int64 { Int64(sessionHoursMax) * 3_600_000 }

    /// Whether a person has to choose another password before anything else.
    func mustChangePassword(_ user: User, nowMs: Int64) -> Bool {
        guard !user.mustChangePassword, passwordDaysMax > 0 else { return user.mustChangePassword }
        return nowMs - user.passwordChangedMs >= Int64(passwordDaysMax) * 86_400_000
    }
}

/// The settings of signing in as they are now; whoever holds this sees a change at once.
final class LiveIdentitySettings: Sendable {
    private let value: Mutex<IdentitySettings>

    init(_ settings: IdentitySettings) { value = Mutex(settings) }

    var current: IdentitySettings { value.withLock { $0 } }

    func set(_ settings: IdentitySettings) { value.withLock { $0 = settings } }
}

/// Who may come in: users, passwords, sessions and tokens of one record store.
package final class Identity: Sendable {
    /// The tables of the target, for the store to make.
    package static let schemaSteps: [SchemaStep] = [.users, .sessions]
    /// The tables that came later in the one order of the box.
    package static let laterSteps: [SchemaStep] = [.accessReviews, .factors, .chartRights]

    package let accounts: Accounts
    package let tokens: Tokens
    package let sessions: Sessions
    package let signIn: SignIn
    private let live: LiveIdentitySettings
    /// Which charts people open, beside what their roles say.
    package let chartRights: ChartRights
    let store: RecordStore
    let directory: Directory
    let factorRules: FactorRules
    let factors: Factors
    let pins: Pins
    private let clinicName: ClinicName

    /// Reads users, sessions and tokens into memory.
    package init(
        store: RecordStore, passwords: PasswordPool, settings: IdentitySettings = IdentitySettings()
    ) async throws {
        let grant = try Grant.ofBox(.users(.read))
        let directory = Directory(try await store.rows(grant) { try UserRows.all(grant, $0) })
        let live = LiveIdentitySettings(settings)
        let sessions = try await Sessions(store: store, directory: directory, live: live)
        self.store = store
        self.directory = directory
        self.sessions = sessions
        self.live = live
        factorRules = FactorRules(live: live, clock: store.parts.clock)
        factors = Factors(
            store: store, directory: directory, sessions: sessions, rules: factorRules)
        clinicName = ClinicName(settings.clinicName)
        chartRights = try await ChartRights(store: store, directory: directory)
        tokens = try await Tokens(store: store, directory: directory)
        pins = Pins(
            store: store, sessions: sessions, factors: factors, passwords: passwords,
            live: live)
        accounts = Accounts(
            store: store, directory: directory, sessions: sessions, passwords: passwords,
            live: live, clinicName: clinicName)
        signIn = SignIn(
            store: store, sessions: sessions, factors: factors, passwords: passwords,
            live: live)
    }

    /// The reviews of who has which access.
    package var reviews: AccessReviews {
        AccessReviews(store: store, accounts: accounts, directory: directory)
    }

    /// The settings as they are now.
    package var settings: IdentitySettings { live.current }

    /// Takes other settings into use for whoever asks next.
    ///
    /// Sessions that the settings so far have ended stay ended under longer limits.
    package func use(_ settings: IdentitySettings) async throws {
        try await sessions.forgetEnded()
        live.set(settings)
    }

    /// Says what the clinic is called, whose words make bad passwords from now on.
    package func setClinicName(_ name: String) { clinicName.set(name) }
}

/// The name of the clinic, which changes when the box is set up.
final class ClinicName: Sendable {
    private let name: Mutex<String>

    init(_ text: String) { name = Mutex(text) }

    var text: String { name.withLock { $0 } }

    func set(_ text: String) { name.withLock { $0 = text } }
}
