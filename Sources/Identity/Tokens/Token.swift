/// A bearer token for a program: acts with the roles of a user, narrowed by scopes.
package struct Token: Sendable, Hashable {
    package let id: String
    package let userID: String
    package let username: String
    /// SMART scopes, separated by blanks.
    package let scopes: String
    /// UTC milliseconds.
    package let createdMs: Int64
    /// UTC milliseconds.
    package let expiresMs: Int64
}
