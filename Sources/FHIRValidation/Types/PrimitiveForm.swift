import FHIRModel

/// The form of the values of a primitive type.
///
/// Spec: FHIR R4 primitive types, https://hl7.org/fhir/R4/datatypes.html#primitive
enum PrimitiveForm: Sendable {
    case boolean, integer, unsignedInt, positiveInt, decimal
    case base64, code, date, dateTime, id, instant, oid, text, time, uri, uuid, xhtml

    /// The longest text, in bytes of UTF-8.
    static let textBytesMax = 1_048_576
    /// The longest number, in bytes as it is written.
    static let numberBytesMax = 64

    init(type: String) {
        switch type {
        case "boolean": self = .boolean
        case "integer": self = .integer
        case "unsignedInt": self = .unsignedInt
        case "positiveInt": self = .positiveInt
        case "decimal": self = .decimal
        case "base64Binary": self = .base64
        case "code": self = .code
        case "date": self = .date
        case "dateTime": self = .dateTime
        case "id": self = .id
        case "instant": self = .instant
        case "oid": self = .oid
        case "time": self = .time
        case "uri", "url", "canonical": self = .uri
        case "uuid": self = .uuid
        case "xhtml": self = .xhtml
        default: self = .text
        }
    }

    /// Whether the value is one that holds addresses, which can name contained resources.
    var isAddress: Bool { if case .uri = self { true } else { false } }

    /// What is wrong with a value, and which code of faults it is; nil if nothing is.
    func fault(_ value: JSON) -> (Finding.Code, String)? {
        switch self {
        case .boolean:
            return value.kind == .bool
                ? nil : (.structure, "Write true or false, without quotes.")
        case .integer: return wholeNumber(value, from: -2_147_483_648)
        case .unsignedInt: return wholeNumber(value, from: 0)
        case .positiveInt: return wholeNumber(value, from: 1)
        case .decimal:
            guard value.kind == .number else {
                return (.structure, "Write a number, without quotes.")
            }
            return value.rawBytes.count <= Self.numberBytesMax
                ? nil : (.value, "Write the number with at most \(Self.numberBytesMax) characters.")
        default:
            guard value.kind == .string else {
                return (.structure, "Write a text in quotes.")
            }
            return textFault(value)
        }
    }

    private func wholeNumber(_ value: JSON, from lowest: Int) -> (Finding.Code, String)? {
        guard value.kind == .number else {
            return (.structure, "Write a whole number, without quotes.")
        }
        guard let number = value.int, number >= lowest, number <= 2_147_483_647,
            value.rawBytes.elementsEqual(String(number).utf8)
        else {
            return (.value, "Write a whole number from \(lowest) to 2147483647.")
        }
        return nil
    }

    private func textFault(_ value: JSON) -> (Finding.Code, String)? {
        let bytes = value.rawBytes
        guard bytes.count > 2 else { return (.value, "The text is empty; leave the element out.") }
        // Base64 holds documents; its bound is that of the resource.
        if case .base64 = self { return base64Fault(value) }
        guard bytes.count <= Self.textBytesMax + 2 else {
            return (.tooLong, "The text is longer than 1 MiB; shorten it.")
        }
        guard let text = value.string else { return nil }
        if let fault = formFault(text) { return fault }
        let isClean = text.utf8.allSatisfy { $0 >= 0x20 || $0 == 9 || $0 == 10 || $0 == 13 }
        return isClean ? nil : (.value, "The text holds a control character; take it out.")
    }

    private func formFault(_ text: String) -> (Finding.Code, String)? {
        switch self {
        case .code:
            return FHIRCode.isValid(text)
                ? nil : (.value, "A code has no blanks at its ends and single blanks inside.")
        case .date: return Self.dateFault(text, .date)
        case .dateTime: return Self.dateFault(text, .dateTime)
        case .instant: return Self.dateFault(text, .instant)
        case .time:
            return FHIRTime.isValid(text) ? nil : (.value, "Write a time of day as hh:mm:ss.")
        case .id:
            return FHIRID.isValid(text)
                ? nil : (.value, "An id has 1 to 64 letters, digits, hyphens and dots.")
        case .oid:
            return FHIROID.isValid(text)
                ? nil : (.value, "Write an OID as urn:oid: and numbers with dots between.")
        case .uuid:
            return FHIRUUID.isValid(text)
                ? nil : (.value, "Write a UUID as urn:uuid: and 36 small hexadecimal characters.")
        case .uri:
            return FHIRURI.isValid(text) ? nil : (.value, "An address has no blanks in it.")
        default: return nil
        }
    }

    private static func dateFault(
        _ text: String, _ kind: FHIRDateTime.Kind
    ) -> (Finding.Code, String)? {
        do throws(FHIRDateError) {
            _ = try FHIRDateTime(text, as: kind)
            return nil
        } catch {
            return (.value, error.message)
        }
    }

    /// Groups of four characters, with blanks anywhere between the characters.
    private func base64Fault(_ value: JSON) -> (Finding.Code, String)? {
        var count = 0
        var padding = 0
        for byte in (value.string ?? "").utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2F:
                if padding > 0 { return Self.noBase64 }
                count += 1
            case 0x3D:
                padding += 1
                count += 1
            case 0x09, 0x0A, 0x0D, 0x20: continue
            default: return Self.noBase64
            }
        }
        return count > 0 && count % 4 == 0 && padding <= 2 ? nil : Self.noBase64
    }

    private static let noBase64: (Finding.Code, String) = (
        .value, "Write the data as base64: groups of four letters, digits, + and /."
    )
}
