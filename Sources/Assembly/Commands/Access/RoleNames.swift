import AccessControl

/// The roles by their names.
enum RoleNames {
    /// All of them, for a sentence.
    static var all: String { Role.allCases.map(\.rawValue).joined(separator: ", ") }

    /// Whether a role has this name.
    static func isKnown(_ name: String) -> Bool { Role(rawValue: name) != nil }
}
