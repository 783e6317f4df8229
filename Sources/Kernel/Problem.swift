/// An expected failure that the caller is told about.
///
/// A problem never carries patient data: `detail` is shown to the client and written to the log.
/// Anything else that reaches the HTTP edge is a defect and is answered with an incident number only.
/// Two problems are equal when their codes are equal.
package struct Problem: Error, Hashable, Sendable {
    /// What kind of failure it is; the HTTP status follows from it in one table of ServerKit.
    ///
    /// Spec: FHIR R4, issue-type value set, https://hl7.org/fhir/R4/valueset-issue-type.html
    package enum Code: String, Hashable, Sendable, CaseIterable {
        case invalid, structure, required, value
        case tooLong = "too-long"
        case tooCostly = "too-costly"
        case notSupported = "not-supported"
        case login, expired, forbidden, suppressed, throttled, security
        case notFound = "not-found"
        case deleted, conflict, duplicate
        case multipleMatches = "multiple-matches"
        case lockError = "lock-error"
        case noStore = "no-store"
        case timeout, transient, incomplete
        /// Understood, and against a rule of the records.
        case processing
        case unexpected = "exception"
    }

    /// One of several findings that together are the problem.
    package struct Issue: Hashable, Sendable {
        /// `error`, `warning` or `information`.
        package let severity: String
        /// The code of the value set issue-type.
        package let code: String
        /// Sentences that say what is wrong and what to do; without patient data.
        package let detail: String
        /// FHIRPath of the element at fault.
        package let location: String?

        /// Makes a finding.
        package init(severity: String, code: String, detail: String, location: String?) {
            self.severity = severity
            self.code = code
            self.detail = detail
            self.location = location
        }
    }

    /// The kind of failure.
    package let code: Code
    /// A sentence that says what is wrong and what to do; safe to show and to log.
    package let detail: String
    /// FHIRPath of the element at fault, or the name of the parameter, if there is one.
    package let location: String?
    /// How long the caller should wait before it tries again, in seconds.
    package let retryAfterSeconds: Int?
    /// What the problem is made of where it is more than one finding; empty otherwise.
    package let issues: [Issue]

    /// Makes a problem.
    package init(
        _ code: Code, _ detail: String, location: String? = nil, retryAfterSeconds: Int? = nil,
        issues: [Issue] = []
    ) {
        self.code = code
        self.detail = detail
        self.location = location
        self.retryAfterSeconds = retryAfterSeconds
        self.issues = issues
    }

    package static func == (a: Problem, b: Problem) -> Bool { a.code == b.code }
    package func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
