package import Exchange
package import FHIRAPI
package import Identity
package import Logging
package import RecordStore
package import ServerKit
package import Steward

/// Every value of the configuration, typed.
package struct ServeSettings: Sendable {
    /// The folder that everything is written to.
    package var dataFolder = DataFolder(path: "/var/lib/tribal-ehr")
    /// Where HTTPS is served.
    package var listen = ListenAddress(host: "0.0.0.0", port: 443)
    /// Where plain HTTP sends browsers on to HTTPS; nil for nowhere.
    package var httpListen: ListenAddress? = ListenAddress(host: "0.0.0.0", port: 80)
    /// Names of the box beside its own, which its certificate carries as well.
    package var hosts: [String] = []
    /// Whether the box says its name on the network.
    package var isNameAnnounced = true
    /// Passwords and sessions.
    package var identity = IdentitySettings()
    /// The least important kind of line that is logged.
    package var logLevel: Logger.Level = .info
    /// How often one may ask.
    package var rates = RateSettings()
    /// Which machines the box may send to.
    package var outgoing = OutgoingRules()
    /// Which authority on the internet is asked for certificates.
    package var acme = AcmeSettings()
    /// How long entries of the audit log are kept at least, by the clinic's rule.
    package var auditRetentionDays = 2_555
    /// How often backups are made and how many are kept.
    package var backups = BackupSettings()
    /// What becomes of a resource that breaks rules of FHIR.
    package var validation = WriteRules.Level.error
    /// Whether resources that come without a narrative are given one.
    package var isNarrated = true
    /// Whether it is put on record with each write where it came from.
    package var isTraced = true
    /// The file in which the package says how far an upgrade is; nil where no package watches.
    package var upgradeState: String?
    /// What the file, the environment or the command line said, by the key of the setting.
    package var given: [String: SettingsReading.Value] = [:]

    /// The defaults, apart from how people sign in.
    package init(identity: IdentitySettings = IdentitySettings()) { self.identity = identity }
}

/// How often one may ask, as a clinic sets it.
package struct RateSettings: Sendable, Hashable {
    package var apiPerSecond = 20
    package var openPerSecond = 20
    package var signInPerMinute = 20
    package var allPerSecond = 2_000

    /// The defaults.
    package init() {}

    /// The table that follows from them; what is not named there is as the box comes.
    package var table: RateTable {
        var table = RateTable.standard
        table[.api] = Rate(burst: apiPerSecond * 5, refillMs: 5_000)
        table[.open] = Rate(burst: openPerSecond * 10, refillMs: 10_000)
        table[.signIn] = Rate(burst: signInPerMinute, refillMs: 60_000)
        table[.everything] = Rate(burst: allPerSecond * 2, refillMs: 2_000)
        return table
    }
}
