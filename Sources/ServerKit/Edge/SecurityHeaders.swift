package import HTTPTypes

/// The header fields that every answer carries, failures included.
package enum SecurityHeaders {
    /// Own scripts and styles only, nothing inline, nowhere to be framed.
    ///
    /// Spec: Content Security Policy Level 3, https://www.w3.org/TR/CSP3/
    package static let contentPolicy = [
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:",
        "font-src 'self'", "connect-src 'self'", "manifest-src 'self'", "form-action 'self'",
        "base-uri 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
        "trusted-types tribal-ehr",
    ].joined(separator: "; ")

    /// All of them but the one about caching, which depends on the answer.
    ///
    /// Strict-Transport-Security is not among them: with a certificate that the browser does not
    /// trust yet it would lock the clinic out of its own box. See ``strictTransport``.
    package static let all: HTTPFields = [
        .contentSecurityPolicy: contentPolicy,
        .xContentTypeOptions: "nosniff",
        .known("X-Frame-Options"): "DENY",
        .known("Referrer-Policy"): "no-referrer",
        .known("Cross-Origin-Opener-Policy"): "same-origin",
        .known("Cross-Origin-Resource-Policy"): "same-origin",
        .known("Cross-Origin-Embedder-Policy"): "require-corp",
        .known("Permissions-Policy"): permissions,
    ]

    private static let permissions = [
        "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
        "microphone", "midi", "payment", "usb",
    ].map { "\($0)=()" }.joined(separator: ", ")

    /// Two years of HTTPS only, for a name whose certificate a device was seen to trust.
    ///
    /// Spec: RFC 6797, 6.1, https://www.rfc-editor.org/rfc/rfc6797#section-6.1
    package static let strictTransport = "max-age=63072000"

    /// The header fields of an answer together with these; a handler sets none of them itself, but
    /// for the content policy of a page that is not of the application.
    static func dressed(
        _ headers: HTTPFields, requestID: String, isStrict: Bool = false
    ) -> HTTPFields {
        var out = all
        if headers[.contentSecurityPolicy] != nil { out[.contentSecurityPolicy] = nil }
        if isStrict { out[.strictTransportSecurity] = strictTransport }
        out[.requestID] = requestID
        if headers[.cacheControl] == nil { out[.cacheControl] = "no-store" }
        for field in headers { out.append(field) }
        return out
    }
}
