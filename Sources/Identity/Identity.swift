import AccessControl
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
    /// How long a session lives without a request, in minutes.
    package var idleMinutesMax = 15
    /// How long a session lives at all, in hours.
    package var sessionHoursMax = 8
    /// How many sessions a person may have; the oldest ends.
    package var sessionsPerUserMax = 5
    /// What a stored password must cost; weaker ones are hashed anew at the next sign-in.
    ///
    /// The same as that of the pool.
    package var passwordCost = Argon2Cost.password

    /// The settings of a clinic that set nothing.
    package init() {}

    var idleMsMax: Int64 { Int64(idleMinutesMax) * 60_000 }
    var sessionMsMax: Int64 { Int64(sessionHoursMax) * 3_600_000 }
}

/// Who may come in: users, passwords, sessions and tokens of one record store.
package final class Identity: Sendable {
    /// The tables of the target, for the store to make.
    package static let schemaSteps: [SchemaStep] = [.users, .sessions]

    package let accounts: Accounts
    package let tokens: Tokens
    package let sessions: Sessions
    package let signIn: SignIn
    package let settings: IdentitySettings
    let store: RecordStore
    let directory: Directory
    private let clinicName: ClinicName

    /// Reads users, sessions and tokens into memory.
    package init(
        store: RecordStore, passwords: PasswordPool, settings: IdentitySettings = IdentitySettings()
    ) async throws {
        let grant = try Grant.ofBox(.users(.read))
        let directory = Directory(try await store.rows(grant) { try UserRows.all(grant, $0) })
        let sessions = try await Sessions(
            store: store, directory: directory, settings: settings)
        self.store = store
        self.directory = directory
        self.sessions = sessions
        self.settings = settings
        clinicName = ClinicName(settings.clinicName)
        tokens = try await Tokens(store: store, directory: directory)
        accounts = Accounts(
            store: store, directory: directory, sessions: sessions, passwords: passwords,
            settings: settings, clinicName: clinicName)
        signIn = SignIn(
            store: store, directory: directory, sessions: sessions, passwords: passwords,
            settings: settings)
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
