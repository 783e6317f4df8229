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
    /// There is no Strict-Transport-Security: with a certificate that the browser does not trust yet
    /// it would lock the clinic out of its own box.
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

    /// The header fields of an answer together with these; a handler sets none of them itself.
    static func dressed(_ headers: HTTPFields, requestID: String) -> HTTPFields {
        var out = all
        out[.requestID] = requestID
        if headers[.cacheControl] == nil { out[.cacheControl] = "no-store" }
        for field in headers { out.append(field) }
        return out
    }
}
