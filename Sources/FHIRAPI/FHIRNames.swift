import AccessControl
import HTTPTypes
import Hummingbird
import Kernel
import RecordStore
import ServerKit

/// What the FHIR routes share: bases, types, versions and links.
enum FHIRNames {
    /// The two addresses below which every interaction is found.
    static let bases = ["fhir", "fhir/R4"]

    /// The absolute address of the FHIR base for this request.
    static func base(_ request: Request) -> String {
        "https://\(request.head.authority ?? "localhost")/fhir"
    }

    /// The address of the web socket beside a FHIR base.
    static func socket(base: String) -> String {
        "wss" + base.dropFirst("https".count).dropLast("/fhir".count) + WebSocket.path
    }

    /// The version in an `If-Match` header, nil without one.
    ///
    /// - Throws: ``Problem`` `.value` for anything but `W/"n"`.
    /// Spec: FHIR R4, 3.1.0.6 Managing Resource Contention,
    /// https://hl7.org/fhir/R4/http.html#concurrency
    static func ifMatch(_ text: String?) throws(Problem) -> Int? {
        guard let text else { return nil }
        var inner = text[...]
        if inner.hasPrefix("W/") { inner = inner.dropFirst(2) }
        guard inner.count >= 3, inner.first == "\"", inner.last == "\"",
            let version = Int(inner.dropFirst().dropLast()), version > 0
        else {
            throw Problem(
                .value, "If-Match takes the ETag of the version that you changed, as W/\"3\".",
                location: "If-Match")
        }
        return version
    }

    /// The absolute address of the version that a change made or kept.
    static func address(of changed: Changed, base: String) -> String {
        "\(base)/\(changed.type)/\(changed.id)/_history/\(changed.version)"
    }

    /// The headers that tell a version.
    static func versionHeaders(_ version: Int, changedMs: Int64) -> HTTPFields {
        var headers = HTTPFields()
        headers[.eTag] = "W/\"\(version)\""
        headers[.lastModified] = HTTPDate.text(ms: changedMs)
        return headers
    }
}
