/// Who asks, as far as it is known, and from where.
package struct Caller: Sendable {
    /// What stands behind a request.
    package enum Kind: String, Sendable {
        /// A person with a session or a token.
        case person
        /// The box itself: a command of its administrator, a job.
        case machine
        /// Nobody known; may only sign in.
        case anonymous
    }

    package let kind: Kind
    /// Opaque id of the user; nil for anonymous callers and jobs.
    package let userID: String?
    /// The sign-in name, or the word for a machine: `command`, `job`.
    package let name: String
    package let roles: Set<Role>
    /// The patient that a caller with the role `PATIENT` is.
    package let ownPatientID: String?
    /// What a token was made for; nil where no token limits the caller.
    package let scopes: [Scope]?
    /// A short tag of the session or token that says which one it was and cannot be used as one.
    package let sessionTag: String?
    /// The address of the peer, without its port; `local` for the control socket.
    package let address: String
    /// The id that the log, the answer and the audit entry of this request share.
    package let requestID: String
    /// Whether the person proved within the last minutes who they are, by password or factor.
    package let hasFreshProof: Bool
    /// Which charts the caller opens, beside what the roles say.
    package var access = ChartAccess.byRolesOnly
    /// Where what the caller writes comes from, where somebody said it.
    package var origin: WriteOrigin?

    /// Makes a caller.
    ///
    /// Only stations 1 and 2 of a request, the control socket and jobs do.
    package init(
        kind: Kind, userID: String? = nil, name: String, roles: Set<Role> = [],
        ownPatientID: String? = nil, scopes: [Scope]? = nil, sessionTag: String? = nil,
        address: String, requestID: String,
        hasFreshProof: Bool = false
    ) {
        self.kind = kind
        self.userID = userID
        self.name = name
        self.roles = roles
        self.ownPatientID = ownPatientID
        self.scopes = scopes
        self.sessionTag = sessionTag
        self.address = address
        self.requestID = requestID
        self.hasFreshProof = hasFreshProof
    }
}
