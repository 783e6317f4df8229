/// One setting as a page shows it; the declaration itself is made in one place by the program.
package struct SettingFact: Sendable {
    /// What a value looks like.
    package enum Kind: Sendable {
        case text
        case number(ClosedRange<Int>)
        case choice([String])
    }

    package let key: String
    /// What it is about: `sessions`, `passwords`, `log`, `rates`, `records`, `network`.
    package let group: String
    /// What it is for, in a sentence or two.
    package let sentence: String
    /// What a value must be like, in words.
    package let bound: String
    package let unit: String?
    package let kind: Kind
    package let defaultText: String
    /// Whether administrators may change it while the box runs.
    package let isLive: Bool
    /// What the file, the environment or the command line says; stars for a secret.
    package let givenText: String?
    /// Where that stands: `tribal-ehr.conf:12`, `TRIBAL_EHR_LISTEN`, `--listen`.
    package let givenPlace: String?

    /// Collects what is known.
    package init(
        key: String, group: String, sentence: String, bound: String, unit: String?, kind: Kind,
        defaultText: String, isLive: Bool, givenText: String?, givenPlace: String?
    ) {
        self.key = key
        self.group = group
        self.sentence = sentence
        self.bound = bound
        self.unit = unit
        self.kind = kind
        self.defaultText = defaultText
        self.isLive = isLive
        self.givenText = givenText
        self.givenPlace = givenPlace
    }

    /// Whether a page may change it: what the start was given goes first.
    var isOpen: Bool { isLive && givenText == nil }
}

/// How settings reach the running box.
package struct SettingsSource: Sendable {
    /// All settings, in the order of the documented file.
    let facts: [SettingFact]
    /// Whether a text is a value of a setting.
    let takes: @Sendable (_ key: String, _ text: String) -> Bool
    /// Puts the values that administrators set into use; those that are not named have their
    /// default.
    let use: @Sendable (_ values: [String: String]) async throws -> Void

    /// Makes it from its parts.
    package init(
        facts: [SettingFact],
        takes: @escaping @Sendable (_ key: String, _ text: String) -> Bool,
        use: @escaping @Sendable (_ values: [String: String]) async throws -> Void
    ) {
        self.facts = facts
        self.takes = takes
        self.use = use
    }
}
