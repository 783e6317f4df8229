package import HTTPTypes

extension HTTPField.Name {
    /// The id that a request, its answer, its log line and its audit entry share.
    package static let requestID = known("X-Request-ID")
    /// The token that proves that a page of this box sent an unsafe request.
    package static let csrfToken = known("X-CSRF-Token")
    static let rateLimit = known("X-RateLimit-Limit")
    static let rateRemaining = known("X-RateLimit-Remaining")
    static let rateReset = known("X-RateLimit-Reset")
    static let fetchSite = known("Sec-Fetch-Site")

    static func known(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else {
            preconditionFailure("“\(text)” is a name of a header field.")
        }
        return name
    }
}
