import HTTPTypes

/// The format that the client of a failed request reads.
///
/// Looks at no more than is needed: a request that fails may be wrong in this, too.
enum WantedFormat {
    /// Whether XML was asked for, by `_format` or else by the type that `Accept` likes best.
    ///
    /// Spec: FHIR R4, 3.1.0.1.8 Content Types and encodings,
    /// https://hl7.org/fhir/R4/http.html#mime-type
    static func isXML(_ request: HTTPRequest) -> Bool {
        let query = (request.path ?? "").split(separator: "?", maxSplits: 1).dropFirst().first
        let named = query?.split(separator: "&").last { $0.hasPrefix("_format=") }
        if let named { return named.hasSuffix("xml") }
        guard let accept = request.headerFields[.accept] else { return false }
        var best: (isXML: Bool, quality: Double)?
        for part in accept.split(separator: ",") {
            let words = part.split(separator: ";").map { $0.filter { $0 != " " }.lowercased() }
            guard let name = words.first, let isXML = kinds[name] else { continue }
            let quality =
                words.lazy.filter { $0.hasPrefix("q=") }
                .compactMap { Double($0.dropFirst(2)) }.first ?? 1
            if quality > (best?.quality ?? 0) { best = (isXML, quality) }
        }
        return best?.isXML ?? false
    }

    private static let kinds = [
        "application/fhir+xml": true, "application/xml": true, "text/xml": true,
        "application/fhir+json": false, "application/json": false, "text/json": false,
        "application/*": false, "*/*": false,
    ]
}
