/// The name of a format as `Accept`, `Content-Type` and `_format` write it.
///
/// Spec: RFC 9110, 8.3.1 Media Type and 12.5.1 Accept,
/// https://www.rfc-editor.org/rfc/rfc9110#section-8.3.1
struct MediaType: Sendable, Hashable {
    /// Type and subtype in lower case, such as `application/fhir+json`.
    let name: String
    /// Parameters by their names in lower case.
    let parameters: [String: String]

    /// Reads one media type; nil for what has no form of one.
    init?(_ text: some StringProtocol) {
        var parts = text.split(separator: ";")[...]
        guard let first = parts.popFirst() else { return nil }
        let name = Self.trimmed(first).lowercased()
        guard name.split(separator: "/", omittingEmptySubsequences: false).count == 2 else {
            return nil
        }
        var parameters: [String: String] = [:]
        for part in parts {
            let halves = part.split(separator: "=", maxSplits: 1)
            guard halves.count == 2 else { continue }
            let value = Self.trimmed(halves[1])
            parameters[Self.trimmed(halves[0]).lowercased()] = String(
                value.drop { $0 == "\"" }.prefix { $0 != "\"" })
        }
        self.name = name
        self.parameters = parameters
    }

    /// The types of a list, the one the client likes best first; those it refuses are left out.
    static func accepted(_ text: String) -> [MediaType] {
        let all = text.split(separator: ",").compactMap { MediaType($0) }
        let liked = all.filter { $0.quality > 0 }
        return liked.enumerated().sorted {
            ($1.element.quality, $0.offset) < ($0.element.quality, $1.offset)
        }.map(\.element)
    }

    /// Thousandths of liking, 1,000 where nothing is said.
    private var quality: Int {
        guard let text = parameters["q"], let value = Double(text), (0...1).contains(value) else {
            return 1_000
        }
        return Int(value * 1_000)
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let start = text.drop { $0 == " " || $0 == "\t" }
        return String(start.reversed().drop { $0 == " " || $0 == "\t" }.reversed())
    }
}
