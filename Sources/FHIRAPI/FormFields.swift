import Kernel

/// Parameters in the form `name=value&name=value`, of an address or of a body.
///
/// Spec: WHATWG URL Standard, application/x-www-form-urlencoded, https://url.spec.whatwg.org/
enum FormFields {
    /// One parameter.
    struct Field: Hashable, Sendable {
        let name: String
        let value: String
    }

    static let countMax = 100
    static let textBytesMax = 65_536

    /// The parameters in their order.
    ///
    /// - Throws: ``Problem`` `.tooLong` over the limits, `.value` for a broken escape.
    static func parse(_ text: String) throws(Problem) -> [Field] {
        guard text.utf8.count <= textBytesMax else {
            throw Problem(.tooLong, "Search parameters take at most \(textBytesMax) bytes.")
        }
        var fields: [Field] = []
        for pair in text.split(separator: "&") {
            guard fields.count < countMax else {
                throw Problem(.tooLong, "A search takes at most \(countMax) parameters.")
            }
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = try decoded(halves[0])
            let value = halves.count == 2 ? try decoded(halves[1]) : ""
            fields.append(Field(name: name, value: value))
        }
        return fields
    }

    private static func decoded(_ text: Substring) throws(Problem) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            switch byte {
            case 0x2B: bytes.append(0x20)
            case 0x25:
                let digits = String(Substring(rest.prefix(2)))
                guard let one = Hex.bytes(digits)?.first, digits.utf8.count == 2 else {
                    throw Problem(.value, "A % in a parameter takes two hexadecimal digits.")
                }
                bytes.append(one)
                rest = rest.dropFirst(2)
            default: bytes.append(byte)
            }
        }
        guard let decoded = String(validating: bytes, as: UTF8.self) else {
            throw Problem(.value, "A parameter is not UTF-8.")
        }
        return decoded
    }

    /// Parameters as an address writes them, with the question mark; empty without any.
    static func text(_ fields: [Field]) -> String {
        guard !fields.isEmpty else { return "" }
        let pairs = fields.map { "\(encoded($0.name))=\(encoded($0.value))" }
        return "?" + pairs.joined(separator: "&")
    }

    /// A value escaped for an address.
    static func encoded(_ text: String) -> String {
        var out = ""
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E, 0x2C, 0x2F, 0x3A:
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default: out += "%" + Hex.text([byte]).uppercased()
            }
        }
        return out
    }
}
