import FHIRModel

/// Values that hold at least what a profile asks for.
///
/// Spec: FHIR R4 ElementDefinition.pattern[x],
/// https://hl7.org/fhir/R4/elementdefinition-definitions.html#ElementDefinition.pattern_x_
enum PatternMatch {
    private static let wordsBytesMax = 300

    /// Whether a value holds everything that a pattern holds.
    static func fits(_ value: JSON, _ pattern: JSON) -> Bool {
        switch pattern.kind {
        case .object:
            guard value.isObject else { return false }
            return pattern.members.allSatisfy { key, wanted in
                value[key].map { fits($0, wanted) } ?? false
            }
        case .array:
            guard value.isArray else { return false }
            return pattern.elements.allSatisfy { wanted in
                value.elements.contains { fits($0, wanted) }
            }
        default: return value.isEqual(to: pattern)
        }
    }

    /// The value of a profile as it stands in a sentence.
    static func words(_ value: JSON) -> String {
        let bytes = value.canonicalBytes()
        guard bytes.count <= wordsBytesMax else { return "the value of its definition" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
