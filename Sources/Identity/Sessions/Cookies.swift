import HTTPTypes

/// The cookies of the box.
///
/// Their prefix makes browsers refuse them from anybody else.
///
/// Spec: RFC 6265bis, 4.1.3.2, https://datatracker.ietf.org/doc/html/draft-ietf-httpbis-rfc6265bis
enum Cookies {
    static let session = "__Host-tribal-ehr-session"
    static let device = "__Host-tribal-ehr-device"
    /// Carries a sign-in from one step to the next.
    static let step = "__Host-tribal-ehr-sign-in"

    /// How long a browser keeps the cookie of a known machine, in seconds: 400 days.
    private static let deviceSecondsMax = 34_560_000
    private static let attributes = "; Path=/; Secure; HttpOnly; SameSite=Strict"

    /// The value of a cookie, or nil if the request does not carry it.
    static func value(_ name: String, in headers: HTTPFields) -> String? {
        for line in headers[values: .cookie] {
            for pair in line.split(separator: ";") {
                let text = pair.drop { $0 == " " }
                guard text.hasPrefix(name + "=") else { continue }
                return String(text.dropFirst(name.count + 1))
            }
        }
        return nil
    }

    /// The line that sets the session's cookie; it ends with the browser.
    static func setSession(_ token: SecretToken) -> String {
        session + "=" + token.text + attributes
    }

    /// The line that takes the session's cookie away.
    static func clearSession() -> String { session + "=" + attributes + "; Max-Age=0" }

    /// The line that sets the cookie of a sign-in between two steps.
    static func setStep(_ token: SecretToken) -> String {
        step + "=" + token.text + attributes + "; Max-Age=\(FactorDue.lifeMs / 1_000)"
    }

    /// The line that takes the cookie of a sign-in between two steps away.
    static func clearStep() -> String { step + "=" + attributes + "; Max-Age=0" }

    /// The line that sets the cookie of a known machine.
    static func setDevice(_ token: SecretToken) -> String {
        device + "=" + token.text + attributes + "; Max-Age=\(deviceSecondsMax)"
    }
}
