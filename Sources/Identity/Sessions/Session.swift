/// One signed-in browser.
package struct Session: Sendable {
    /// Tells which session it is in lists and in the audit log; opens nothing.
    package let id: String
    package let userID: String
    /// SHA-256 of the cookie's token.
    var digest: [UInt8]
    /// What a page sends back with every change; stays the same while the session lives.
    package let csrfToken: String
    /// UTC milliseconds.
    let createdMs: Int64
    let address: String
    /// What the browser calls itself, shortened.
    let agent: String
    /// Whether the person locked it; only their PIN opens it again.
    var isLocked = false

    /// The longest name of a browser that is kept, in characters.
    static let agentCharactersMax = 200

    /// The browser's name as it is kept: printable, short.
    static func shortAgent(_ text: String?) -> String {
        let plain = (text ?? "").unicodeScalars.lazy.filter { $0.value >= 0x20 && $0.value != 0x7F }
        var view = String.UnicodeScalarView()
        for scalar in plain.prefix(agentCharactersMax) { view.append(scalar) }
        return String(view)
    }
}

/// A session as it is listed.
package struct SessionView: Sendable {
    package let id: String
    package let userID: String
    package let username: String
    package let displayName: String
    package let address: String
    package let agent: String
    /// UTC milliseconds.
    package let createdMs: Int64
    /// UTC milliseconds.
    package let seenMs: Int64
    /// Whether it waits for the person's PIN.
    package let isLocked: Bool
}
