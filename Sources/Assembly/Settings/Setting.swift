import Identity
package import Logging
package import RecordStore
package import ServerKit

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
        /// `on` or `off`.
        case onOrOff(any WritableKeyPath<ServeSettings, Bool> & Sendable)
        /// One of the levels of the log.
        case level(any WritableKeyPath<ServeSettings, Logger.Level> & Sendable)
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
    /// Whether a change takes effect at the next start only.
    package let needsRestart: Bool
    /// What it is for, in a sentence or two.
    package let sentence: String

    /// Declares a setting.
    package init(
        _ key: String, _ kind: Kind, default defaultText: String, unit: String? = nil,
        isSecret: Bool = false, needsRestart: Bool = true, _ sentence: String
    ) {
        self.key = key
        self.kind = kind
        self.defaultText = defaultText
        self.unit = unit
        self.isSecret = isSecret
        self.needsRestart = needsRestart
        self.sentence = sentence
    }

    /// The longest value, in bytes.
    package static let valueBytesMax = 4_096
}

extension Setting {
    /// All settings, in the order of the documented file.
    package static let all: [Setting] = [
        Setting(
            "DATA_DIR", .folder(\.dataFolder), default: "/var/lib/tribal-ehr",
            "The folder that everything is written to. Absolute path; owned by the service, closed "
                + "to others."),
        Setting(
            "LISTEN", .address(\.listen), default: "0.0.0.0:443",
            "Where HTTPS is served, as ADDRESS:PORT. 0.0.0.0 means every network of this machine."),
        Setting(
            "HTTP_LISTEN", .addressOrOff(\.httpListen), default: "0.0.0.0:80",
            "Where plain HTTP is answered, only to let devices learn to trust the box and to send "
                + "browsers on to HTTPS, as ADDRESS:PORT; off for nowhere."),
        Setting(
            "HOSTS", .names(\.hosts, countMax: 16), default: "",
            "Names under which browsers reach the box beside its own, separated by blanks; the "
                + "certificate of the box carries them."),
        Setting(
            "MDNS", .onOrOff(\.isNameAnnounced), default: "on",
            "Whether the box answers to its name followed by .local on the private networks that "
                + "HTTPS is served on (multicast DNS, UDP port 5353)."),
        Setting(
            "SESSION_IDLE_MINUTES", .number(\.identity.idleMinutesMax, 1...60), default: "15",
            unit: "minutes", "How long a session lasts without a request."),
        Setting(
            "SESSION_ABSOLUTE_HOURS", .number(\.identity.sessionHoursMax, 1...24), default: "8",
            unit: "hours", "How long a session lasts at most, however busy it is."),
        Setting(
            "SESSIONS_PER_USER", .number(\.identity.sessionsPerUserMax, 1...50), default: "5",
            unit: "sessions",
            "How many sessions one user may have at once; one more ends the oldest."),
        Setting(
            "PASSWORD_CHARACTERS_MIN", .number(\.identity.passwordCharactersMin, 8...64),
            default: "15", unit: "characters", "How long a password must be at least."),
        Setting(
            "PASSWORDS_REMEMBERED", .number(\.identity.passwordsRemembered, 0...24),
            default: "12", unit: "passwords",
            "How many earlier passwords a user may not take again."),
        Setting(
            "LOG_LEVEL", .level(\.logLevel), default: "info",
            "The least important kind of line that is logged. The log never holds patient data, at "
                + "any level."),
    ]
}
