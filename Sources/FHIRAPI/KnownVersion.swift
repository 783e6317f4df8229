import FHIRModel
import HTTPTypes
import Kernel
import ServerKit

/// What a client says that it has already, so that it is sent only what is not the same any more.
///
/// Spec: FHIR R4 §3.1.0.1.4 conditional read, https://hl7.org/fhir/R4/http.html#cread
struct KnownVersion: Sendable {
    private let tags: [String]?
    /// UTC milliseconds of a whole second.
    private let sinceMs: Int64?

    /// Reads the header fields.
    ///
    /// - Throws: ``Problem`` `.value` for a version that cannot be one; a date of wrong form is
    ///   left out, as HTTP wants.
    init(_ headers: HTTPFields) throws(Problem) {
        try self.init(
            ifNoneMatch: headers[.ifNoneMatch],
            sinceMs: headers[.ifModifiedSince].flatMap(HTTPDate.ms))
    }

    /// Takes what an entry of a Bundle says.
    init(ifNoneMatch: String?, sinceMs: Int64?) throws(Problem) {
        tags = ifNoneMatch.map { text in
            text.split(separator: ",").map { part in
                var tag = part.drop { $0 == " " }
                while tag.last == " " { tag.removeLast() }
                if tag.hasPrefix("W/") { tag = tag.dropFirst(2) }
                return String(tag)
            }
        }
        if let tags,
            tags.contains(where: { $0 != "*" && !($0.hasPrefix("\"") && $0.hasSuffix("\"")) })
        {
            throw Problem(
                .value, "If-None-Match takes the ETag of the version that you have, as W/\"3\".",
                location: "If-None-Match")
        }
        self.sinceMs = sinceMs
    }

    /// Whether the client has this version; the version goes before the time.
    func isStill(version: Int, changedMs: Int64) -> Bool {
        if let tags { return tags.contains { $0 == "*" || $0 == "\"\(version)\"" } }
        guard let sinceMs else { return false }
        return changedMs / 1_000 <= sinceMs / 1_000
    }
}

extension HTTPDate {
    /// UTC milliseconds of a date in the one form that HTTP sends today; nil for others.
    static func ms(_ text: String) -> Int64? {
        let words = text.split(separator: " ")
        guard words.count == 6, words[5] == "GMT",
            let month = months.firstIndex(of: String(words[2]))
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        // A date of wrong form is no date.
        let date = try? FHIRDateTime("\(words[3])-\(number)-\(words[1])T\(words[4])Z", as: .instant)
        return date?.lowerBoundMs()
    }
}
