package import HTTPTypes

/// When an unsafe request must prove that a page of this box sent it.
package enum SameOriginRule: Hashable, Sendable {
    /// When the browser sent a cookie with it and no Authorization header.
    case whenCookie
    /// Whenever a browser sent it at all.
    case always
}

/// What one route allows a request.
package struct RouteLimits: Hashable, Sendable {
    package var bodyBytesMax: Int
    /// How long the handler may take before it is cancelled.
    package var timeSecondsMax: Int
    package var rate: RateClass
    package var sameOrigin: SameOriginRule
    /// Whether an open route wants to know the caller where there is one.
    package var identifies: Bool
    /// Whether the handler computes so little that it may run on the connection's event loop: well
    /// below a millisecond between two waits, whatever is asked.
    package var isQuick: Bool
    /// Whether the person must have proved within the last five minutes who they are.
    ///
    /// The answer is 403 with ``OwnNeed/freshProof`` otherwise; the page asks for a proof and sends
    /// the request again. Programs with a token never pass.
    package var needsFreshProof: Bool
    /// Whether the route answers everybody while the box is closed for maintenance.
    package var worksInMaintenance: Bool

    /// Makes limits; what is left out is the standard of the clinic's API.
    package init(
        bodyBytesMax: Int = 10_000_000, timeSecondsMax: Int = 60, rate: RateClass = .api,
        sameOrigin: SameOriginRule = .whenCookie, identifies: Bool = false,
        isQuick: Bool = false, needsFreshProof: Bool = false, worksInMaintenance: Bool = false
    ) {
        self.bodyBytesMax = bodyBytesMax
        self.timeSecondsMax = timeSecondsMax
        self.rate = rate
        self.sameOrigin = sameOrigin
        self.identifies = identifies
        self.isQuick = isQuick
        self.needsFreshProof = needsFreshProof
        self.worksInMaintenance = worksInMaintenance
    }

    /// For trying to sign in: 64 KiB, few tries, only from our own page.
    package static let signIn = RouteLimits(
        bodyBytesMax: 64 * 1024, rate: .signIn, sameOrigin: .always, worksInMaintenance: true)

    /// For acts that a person must confirm with a fresh proof: users, roles, access rules, settings,
    /// factors; 64 KiB.
    package static let sensitive = RouteLimits(bodyBytesMax: 64 * 1024, needsFreshProof: true)

    /// For a form that a person fills in: 64 KiB.
    package static let form = RouteLimits(bodyBytesMax: 64 * 1024)

    /// For what says little and is asked often: no body, 10 s.
    package static let probe = RouteLimits(
        bodyBytesMax: 0, timeSecondsMax: 10, rate: .open, identifies: true, isQuick: true,
        worksInMaintenance: true)

    /// For a person's own session, which also a closed box lets one look at and end.
    package static let ownSession = RouteLimits(worksInMaintenance: true)

    /// What a route gets that names no limits: 300 s below the FHIR base, and a body of 64 MiB for a
    /// Bundle sent to the base itself.
    package static func standard(_ method: HTTPRequest.Method, _ path: String) -> RouteLimits {
        let words = path.split(separator: "/")
        guard words.first == "fhir" else { return RouteLimits() }
        let isBase = words.count == 1 || (words.count == 2 && words[1] == "R4")
        let takesBundle = method == .post && isBase
        return RouteLimits(
            bodyBytesMax: takesBundle ? 64 * 1024 * 1024 : 10_000_000, timeSecondsMax: 300)
    }

    /// The same limits with another body size.
    package func with(bodyBytesMax: Int) -> RouteLimits {
        var limits = self
        limits.bodyBytesMax = bodyBytesMax
        return limits
    }
}
