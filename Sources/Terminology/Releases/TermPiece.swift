/// What is told of a release before its codes are loaded.
package struct TermReleaseDraft: Sendable {
    package let system: String
    package let version: String
    package let title: String
    package let licence: String

    /// Collects the facts.
    package init(system: String, version: String, title: String, licence: String) {
        self.system = system
        self.version = version
        self.title = title
        self.licence = licence
    }
}

/// A piece of what a release says of a code; pieces of one code may come one after the other.
package struct TermPiece: Sendable {
    package let code: String
    package var display: String?
    /// 1 groups others only, 2 no longer used.
    package var flags: Int?
    package var names: [String] = []
    package var parents: [String] = []
    package var facts: [(name: String, value: String)] = []

    /// A piece about a code.
    package init(code: String) { self.code = code }
}
