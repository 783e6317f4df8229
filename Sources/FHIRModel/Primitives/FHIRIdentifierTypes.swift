/// The form of a resource's logical id.
///
/// Spec: FHIR R4 id, https://hl7.org/fhir/R4/datatypes.html#id
package enum FHIRID {
    /// Whether a text is 1 to 64 letters, digits, hyphens and dots of ASCII.
    package static func isValid(_ text: String) -> Bool {
        let bytes = text.utf8
        guard !bytes.isEmpty, bytes.count <= 64 else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E: true
            default: false
            }
        }
    }
}

/// The form of a code.
///
/// Spec: FHIR R4 code, https://hl7.org/fhir/R4/datatypes.html#code
package enum FHIRCode {
    /// Whether a text is not empty, has no white space at its ends and none but single spaces inside.
    package static func isValid(_ text: String) -> Bool {
        var wasSpace = true
        for scalar in text.unicodeScalars {
            let isSpace = scalar.properties.isWhitespace
            if isSpace, wasSpace || scalar != " " { return false }
            wasSpace = isSpace
        }
        return !wasSpace
    }
}

/// The form of a uri, url or canonical.
///
/// Spec: FHIR R4 uri, https://hl7.org/fhir/R4/datatypes.html#uri
package enum FHIRURI {
    /// Whether a text is not empty and has no white space or control character.
    package static func isValid(_ text: String) -> Bool {
        !text.isEmpty
            && text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !$0.properties.isWhitespace }
    }
}

/// The form of an object identifier.
///
/// Spec: FHIR R4 oid, https://hl7.org/fhir/R4/datatypes.html#oid
package enum FHIROID {
    /// Whether a text is `urn:oid:` and at least two numbers without leading zeros, parted by dots,
    /// the first of them 0, 1 or 2.
    package static func isValid(_ text: String) -> Bool {
        let prefix = "urn:oid:"
        guard text.hasPrefix(prefix), text.utf8.count <= 256 else { return false }
        let arcs = text.utf8.dropFirst(prefix.utf8.count)
            .split(separator: 0x2E, omittingEmptySubsequences: false)
        guard arcs.count >= 2, let root = arcs[0].first, arcs[0].count == 1, root <= 0x32 else {
            return false
        }
        return arcs.allSatisfy { arc in
            arc.allSatisfy { $0 &- 0x30 < 10 } && !arc.isEmpty
                && (arc.count == 1 || arc.first != 0x30)
        }
    }
}

/// The form of a UUID.
///
/// Spec: FHIR R4 uuid, https://hl7.org/fhir/R4/datatypes.html#uuid
package enum FHIRUUID {
    /// Whether a text is `urn:uuid:` and 36 lower-case characters of a UUID.
    package static func isValid(_ text: String) -> Bool {
        let prefix = "urn:uuid:"
        guard text.hasPrefix(prefix) else { return false }
        let body = text.utf8.dropFirst(prefix.utf8.count)
        guard body.count == 36 else { return false }
        return body.enumerated().allSatisfy { index, byte in
            switch index {
            case 8, 13, 18, 23: byte == 0x2D
            default: byte &- 0x30 < 10 || (0x61...0x66).contains(byte)
            }
        }
    }
}
