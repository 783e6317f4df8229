import HTTPTypes
import Hummingbird
import Kernel
import RecordStore

/// What the FHIR routes share: bases, types, versions and links.
enum FHIRNames {
    /// The two addresses below which every interaction is found.
    static let bases = ["fhir", "fhir/R4"]

    /// The absolute address of the FHIR base for this request.
    static func base(_ request: Request) -> String {
        "https://\(request.head.authority ?? "localhost")/fhir"
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

    /// `Mon, 02 Jan 2006 15:04:05 GMT`, the form of `Last-Modified`.
    ///
    /// Spec: RFC 9110, 5.6.7 Date/Time Formats, https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
    static func httpDate(ms: Int64) -> String {
        let days = ms / 86_400_000
        let civil = Timestamp.civil(daysSince1970: days)
        let names = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = [
            "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
        ]
        let clock = Timestamp.text(ms: ms).dropFirst(11).prefix(8)
        let day = civil.day < 10 ? "0\(civil.day)" : "\(civil.day)"
        let name = names[Int(((days % 7) + 7) % 7)]
        return "\(name), \(day) \(months[Int(civil.month) - 1]) \(civil.year) \(clock) GMT"
    }

    /// The headers that tell a version.
    static func versionHeaders(_ version: Int, changedMs: Int64) -> HTTPFields {
        var headers = HTTPFields()
        headers[.eTag] = "W/\"\(version)\""
        headers[.lastModified] = httpDate(ms: changedMs)
        return headers
    }
}
