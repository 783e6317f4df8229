import HTTPTypes

/// What a client would like, as `Prefer` says it.
///
/// Spec: RFC 7240, https://www.rfc-editor.org/rfc/rfc7240; FHIR R4, 3.1.0.1.7 Managing Return
/// Content, https://hl7.org/fhir/R4/http.html#ops
struct Preferences: Sendable, Hashable {
    /// What a change is answered with.
    enum Content: String, Sendable {
        case minimal, representation
        case outcome = "OperationOutcome"
    }

    /// What the client asked for; nil where it left that to the box.
    private(set) var content: Content?
    /// Whether a parameter that is not understood refuses the request.
    private(set) var isStrict = false
    /// Whether the client does not wait for the answer.
    private(set) var isAsync = false

    /// No wishes.
    init() {}

    /// The wish for strict handling, or none.
    init(isStrict: Bool) { self.isStrict = isStrict }

    /// Reads the header fields; words that are not known are left out, as the standard wants.
    init(_ headers: HTTPFields) {
        for field in headers[values: .prefer] {
            for part in field.split(whereSeparator: { $0 == "," || $0 == ";" }) { take(part) }
        }
    }

    private mutating func take(_ part: Substring) {
        let halves = part.split(separator: "=", maxSplits: 1)
        if Self.bare(part).lowercased() == "respond-async" { isAsync = true }
        guard halves.count == 2 else { return }
        let name = Self.bare(halves[0]).lowercased()
        let value = Self.bare(halves[1])
        switch name {
        case "return": content = content ?? Content(rawValue: value)
        case "handling": isStrict = value == "strict"
        default: return
        }
    }

    private static func bare(_ text: Substring) -> String {
        String(
            text.drop { $0 == " " || $0 == "\"" }.reversed().drop { $0 == " " || $0 == "\"" }
                .reversed())
    }
}

extension HTTPField.Name {
    /// Create only if this search finds nothing.
    static var ifNoneExist: HTTPField.Name { known("If-None-Exist") }
    /// How much of the answer a client wants.
    static var prefer: HTTPField.Name { known("Prefer") }
    /// How far a search is that is answered later.
    static var progress: HTTPField.Name { known("X-Progress") }
    /// Which of the client's wishes were met.
    static var preferenceApplied: HTTPField.Name { known("Preference-Applied") }

    private static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else {
            preconditionFailure("The names of headers above are well-formed.")
        }
        return field
    }
}
