/// Something that a resource breaks, with its place and what to do about it.
///
/// Holds names of elements, codes of the standard and words of profiles, never a value of the
/// resource.
package struct Finding: Sendable, Hashable {
    /// How bad it is.
    package enum Severity: Int, Sendable, Hashable, Comparable {
        case information, warning, error

        package static func < (a: Severity, b: Severity) -> Bool { a.rawValue < b.rawValue }
    }

    /// What kind of fault it is.
    ///
    /// Spec: FHIR R4 issue type, https://hl7.org/fhir/R4/valueset-issue-type.html
    package enum Code: String, Sendable, Hashable {
        case structure, required, value, invariant
        case codeInvalid = "code-invalid"
        case `extension`
        case tooLong = "too-long"
        case tooCostly = "too-costly"
        case notFound = "not-found"
        case duplicate
        case notSupported = "not-supported"
        case informational
    }

    /// Which part of the rules it breaks.
    package enum Part: Sendable, Hashable {
        /// What no reader can do without: elements, how often, types, forms of values.
        case structure
        /// Where references lead.
        case reference
        /// Rules in words of FHIRPath.
        case invariant
        /// Codes of value sets.
        case binding
        /// What a profile or the definition of an extension adds.
        case profile
    }

    /// How bad it is.
    package let severity: Severity
    /// What kind of fault it is.
    package let code: Code
    /// Which part of the rules it breaks.
    package let part: Part
    /// Sentences that say what is wrong and what to do.
    package let text: String
    /// FHIRPath of the element, with the names that JSON has.
    package let location: String

    init(_ severity: Severity, _ code: Code, _ part: Part, _ text: String, at location: String) {
        self.severity = severity
        self.code = code
        self.part = part
        self.text = text
        self.location = location
    }
}

extension Finding {
    /// The finding that a text is no JSON, and so no resource.
    package static func unreadable(_ text: String) -> Finding {
        Finding(.error, .structure, .structure, text, at: "")
    }
}
