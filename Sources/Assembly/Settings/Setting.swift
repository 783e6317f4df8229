package import AccessControl
package import Exchange
package import FHIRAPI
import Identity
package import Logging
package import RecordStore
import Retention
package import ServerKit
import Steward

/// One setting: everything that is known about it, in one place.
///
/// Reading, the documented default file and `check-config` all come from this declaration.
package struct Setting: Sendable {
    /// What a value looks like and where it goes.
    package enum Kind: Sendable {
        /// An absolute path.
        case folder(any WritableKeyPath<ServeSettings, DataFolder> & Sendable)
        /// `ADDRESS:PORT`, with brackets around an IPv6 address.
        case address(any WritableKeyPath<ServeSettings, ListenAddress> & Sendable)
        /// As ``address``, or `off`.
        case addressOrOff(any WritableKeyPath<ServeSettings, ListenAddress?> & Sendable)
        /// Host names separated by blanks or commas; may be empty.
        case names(any WritableKeyPath<ServeSettings, [String]> & Sendable, countMax: Int)
        /// A whole number within bounds that belong to it.
        case number(any WritableKeyPath<ServeSettings, Int> & Sendable, ClosedRange<Int>)
        /// Roles separated by blanks or commas, or `none`.
        case roles(any WritableKeyPath<ServeSettings, Set<Role>> & Sendable)
        /// `ROLE=NUMBER` separated by blanks or commas; may be empty.
        case roleNumbers(
            any WritableKeyPath<ServeSettings, [Role: Int]> & Sendable, ClosedRange<Int>)
        /// `on` or `off`.
        case onOff(any WritableKeyPath<ServeSettings, Bool> & Sendable)
        /// What becomes of a resource that breaks rules.
        case validation(any WritableKeyPath<ServeSettings, WriteRules.Level> & Sendable)
        /// Machines to send to, each as `HOST[:PORT][+private][+http]`; may be empty.
        case targets(any WritableKeyPath<ServeSettings, [OutgoingTarget]> & Sendable)
        /// The address of an ACME directory, or nothing.
        case directory(any WritableKeyPath<ServeSettings, String?> & Sendable)
        /// A mailbox, or nothing.
        case mailbox(any WritableKeyPath<ServeSettings, String?> & Sendable)
        /// The absolute path of a file, or nothing.
        case file(any WritableKeyPath<ServeSettings, String?> & Sendable)
        /// One of the levels of the log.
        case level(any WritableKeyPath<ServeSettings, Logger.Level> & Sendable)
    }

    /// What a setting is about.
    package enum Group: String, Sendable {
        case network, sessions, passwords, rates, records, backups, outgoing, log
    }

    /// The name in the file; `TRIBAL_EHR_` and this name in the environment.
    package let key: String
    /// What a value looks like.
    package let kind: Kind
    /// What is taken where nobody says anything else, in the written form.
    package let defaultText: String
    /// The unit of a number.
    package let unit: String?
    /// Whether the value may never be shown, and may come from a file of its own.
    package let isSecret: Bool
    /// What it is about; settings of one subject stand together on the page.
    package let group: Group
    /// Whether administrators may change it on a page while the box runs.
    package let isLive: Bool
    /// What it is for, in a sentence or two.
    package let sentence: String

    /// Declares a setting.
    package init(
        _ key: String, _ kind: Kind, default defaultText: String, unit: String? = nil,
        isSecret: Bool = false, in group: Group = .network, isLive: Bool = false,
        _ sentence: String
    ) {
        self.key = key
        self.kind = kind
        self.defaultText = defaultText
        self.unit = unit
        self.isSecret = isSecret
        self.group = group
        self.isLive = isLive
        self.sentence = sentence
    }

    /// The longest value, in bytes.
    package static let valueBytesMax = 4_096
}

extension Setting {
    /// All settings, in the order of the documented file.
    package static let all: [Setting] =
        [
            Setting(
                "DATA_DIR", .folder(\.dataFolder), default: "/var/lib/tribal-ehr",
                "The folder that everything is written to. Absolute path; owned by the service, closed "
                    + "to others."),
            Setting(
                "LISTEN", .address(\.listen), default: "0.0.0.0:443",
                "Where HTTPS is served, as ADDRESS:PORT. 0.0.0.0 means every network of this machine."
            ),
            Setting(
                "HTTP_LISTEN", .addressOrOff(\.httpListen), default: "0.0.0.0:80",
                "Where plain HTTP is answered, only to let devices learn to trust the box and to "
                    + "send browsers on to HTTPS, as ADDRESS:PORT; off for nowhere."),
            Setting(
                "HOSTS", .names(\.hosts, countMax: 16), default: "",
                "Names under which browsers reach the box beside its own, separated by blanks; the "
                    + "certificate of the box carries them."),
            Setting(
                "MDNS", .onOff(\.isNameAnnounced), default: "on",
                "Whether the box answers to its name followed by .local on the private networks that "
                    + "HTTPS is served on (multicast DNS, UDP port 5353)."),
        ] + liveOnes

    /// Those that administrators may change on a page while the box runs.
    private static let liveOnes: [Setting] = [
        Setting(
            "SESSION_IDLE_MINUTES", .number(\.identity.idleMinutesMax, 1...60), default: "15",
            unit: "minutes", in: .sessions, isLive: true,
            "How long a session lasts without a request."),
        Setting(
            "SESSION_IDLE_MINUTES_BY_ROLE", .roleNumbers(\.identity.idleMinutesByRole, 1...60),
            default: "", unit: "minutes", in: .sessions, isLive: true,
            "The same for some roles, such as PHYSICIAN=30 FRONT_DESK=10. A user with several roles "
                + "has the shortest."),
        Setting(
            "SESSION_ABSOLUTE_HOURS", .number(\.identity.sessionHoursMax, 1...24), default: "8",
            unit: "hours", in: .sessions, isLive: true,
            "How long a session lasts at most, however busy it is."),
        Setting(
            "SESSIONS_PER_USER", .number(\.identity.sessionsPerUserMax, 1...50), default: "5",
            unit: "sessions", in: .sessions, isLive: true,
            "How many sessions one user may have at once; one more ends the oldest."),
        Setting(
            "PASSWORD_CHARACTERS_MIN", .number(\.identity.passwordCharactersMin, 8...64),
            default: "15", unit: "characters", in: .passwords, isLive: true,
            "How long a password must be at least. Holds for passwords that are chosen from now "
                + "on."),
        Setting(
            "PASSWORDS_REMEMBERED", .number(\.identity.passwordsRemembered, 0...24),
            default: "12", unit: "passwords", in: .passwords, isLive: true,
            "How many earlier passwords a user may not take again."),
        Setting(
            "SECOND_FACTOR_ROLES", .roles(\.identity.factorRoles),
            default: "SYSTEM_ADMIN ADMIN PHYSICIAN PHARMACIST", in: .passwords, isLive: true,
            "Who must have a second factor, an authenticator app or a passkey, beside the password. "
                + "Everybody may have one. The pages say so where nobody must."),
        Setting(
            "SECOND_FACTOR_GRACE_DAYS", .number(\.identity.factorGraceDays, 0...90), default: "0",
            unit: "days", in: .passwords, isLive: true,
            "For how many days after the first sign-in a user may put setting it up off. Never for "
                + "SYSTEM_ADMIN and ADMIN."),
        Setting(
            "PIN_UNLOCK", .onOff(\.identity.isPINAllowed), default: "on", in: .sessions,
            isLive: true,
            "Whether users may set a PIN of six digits that unlocks their session on the same "
                + "machine after nobody used it. Off ends such sessions instead."),
        Setting(
            "PASSWORD_DAYS_MAX", .number(\.identity.passwordDaysMax, 0...3_650), default: "0",
            unit: "days", in: .passwords, isLive: true,
            "After how many days a password has to be changed; 0 for never, which is what NIST "
                + "advises: people who must change often choose weaker ones."),
        Setting(
            "RATE_API_PER_SECOND", .number(\.rates.apiPerSecond, 5...500), default: "20",
            unit: "requests", in: .rates, isLive: true,
            "How many requests a second one user may make in the long run; five times as many at "
                + "once."),
        Setting(
            "RATE_OPEN_PER_SECOND", .number(\.rates.openPerSecond, 5...500), default: "20",
            unit: "requests", in: .rates, isLive: true,
            "How many requests a second one address may make without a sign-in; ten times as many "
                + "at once."),
        Setting(
            "RATE_SIGN_IN_PER_MINUTE", .number(\.rates.signInPerMinute, 5...200), default: "20",
            unit: "tries", in: .rates, isLive: true,
            "How many tries to sign in one address may make a minute. A clinic whose computers "
                + "share one address may need more."),
        Setting(
            "RATE_ALL_PER_SECOND", .number(\.rates.allPerSecond, 100...20_000),
            default: "2000", unit: "requests", in: .rates, isLive: true,
            "How many requests a second the box takes from everybody together; twice as many at "
                + "once."),
        Setting(
            "AUDIT_RETENTION_DAYS", .number(\.auditRetentionDays, 2_555...36_500),
            default: "2555", unit: "days", in: .records, isLive: true,
            "The clinic's rule for how long entries of the audit log are kept at least; seven "
                + "years or more. This release never removes an entry, whatever stands here."),
        Setting(
            "BACKUP_EVERY_MINUTES", .number(\.backups.everyMinutes, 15...1_440), default: "60",
            unit: "minutes", in: .backups, isLive: true, "How often a backup is made."),
        Setting(
            "BACKUP_NIGHT_HOUR", .number(\.backups.nightHour, 0...23), default: "2", in: .backups,
            isLive: true,
            "The hour of the clinic's clock at which backups are tried out and copies deleted. A box "
                + "that is off then does it at its next start."),
        Setting(
            "BACKUP_KEEP_HOURLY", .number(\.backups.policy.hourly, 1...168), default: "24",
            unit: "hours", in: .backups, isLive: true,
            "The newest backup of so many hours that have one is kept."),
        Setting(
            "BACKUP_KEEP_DAILY", .number(\.backups.policy.daily, 1...366), default: "30",
            unit: "days", in: .backups, isLive: true,
            "The newest backup of so many days that have one is kept."),
        Setting(
            "BACKUP_KEEP_WEEKLY", .number(\.backups.policy.weekly, 0...520), default: "12",
            unit: "weeks", in: .backups, isLive: true,
            "The newest backup of so many weeks that have one is kept."),
        Setting(
            "BACKUP_KEEP_MONTHLY", .number(\.backups.policy.monthly, 0...240), default: "84",
            unit: "months", in: .backups, isLive: true,
            "The newest backup of so many months that have one is kept; 84 are seven years."),
        Setting(
            "VALIDATION", .validation(\.validation), default: "error", in: .records, isLive: true,
            "What becomes of a record from a program that breaks rules of FHIR: error refuses it and "
                + "says why, warn stores it and says why. Imports of old records refuse only what "
                + "cannot be read."),
        Setting(
            "NARRATIVE", .onOff(\.isNarrated), default: "on", in: .records, isLive: true,
            "Whether resources that programs write without a text for people are given one. Imports "
                + "stay as they are."),
        Setting(
            "PROVENANCE", .onOff(\.isTraced), default: "on", in: .records, isLive: true,
            "Whether each write by a person or a program, and each import, stores a Provenance that "
                + "says who did it and when."),
        Setting(
            "OUTGOING_HOSTS", .targets(\.outgoing.targets), default: "", in: .outgoing,
            isLive: true,
            "Which machines the box may send to for subscriptions, by exact name and port, such as "
                + "hooks.example.org or lab.lan:8443+private. Empty: none. +private lets a name lead "
                + "into a network of the clinic; +http, for this computer only, leaves out TLS."),
        Setting(
            "OUTGOING_CA_FILE", .file(\.outgoing.authorityFile), default: "", in: .outgoing,
            "A file of authorities in PEM that the box trusts for machines it sends to, beside "
                + "those of the system. Empty for none."),
        Setting(
            "ACME_DIRECTORY", .directory(\.acme.directory), default: "", isLive: true,
            "The directory of an authority that speaks ACME, such as "
                + "https://acme-v02.api.letsencrypt.org/directory. Whoever names one agrees to its "
                + "terms. Empty: nobody is asked."),
        Setting(
            "ACME_NAMES", .names(\.acme.names, countMax: AcmeSettings.namesMax), default: "",
            isLive: true,
            "Host names that the certificate of the authority is for, separated by blanks. Each must "
                + "lead to the box."),
        Setting(
            "ACME_CONTACT", .mailbox(\.acme.contact), default: "", isLive: true,
            "A mailbox that the authority may write to. Empty for none."),
        Setting(
            "ACME_PRIVATE", .onOff(\.acme.allowsPrivate), default: "off", isLive: true,
            "Whether the authority may be a machine of the clinic's own network."),
        Setting(
            "ACME_DNS_HOOK", .file(\.acme.hook), default: "",
            "A program that puts a record into the name server and takes it away again, for names "
                + "that cannot be reached on port 80. It is told by its environment: ACME_ACTION (add "
                + "or remove), ACME_RECORD, ACME_VALUE, ACME_DOMAIN. Empty: the authority looks at port "
                + "80."),
        Setting(
            "LOG_LEVEL", .level(\.logLevel), default: "info", in: .log, isLive: true,
            "The least important kind of line that is logged. The log never holds patient data, at "
                + "any level."),
    ]
}
