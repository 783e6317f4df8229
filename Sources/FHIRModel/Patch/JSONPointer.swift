/// The path of a value in a JSON document, taken apart.
///
/// Spec: RFC 6901, https://www.rfc-editor.org/rfc/rfc6901
struct JSONPointer: Sendable {
    /// As it was written.
    let text: String
    /// The steps without their escapes; none for the whole document.
    let tokens: [String]

    /// Takes a pointer apart; nil if it is not written as the standard wants it.
    init?(_ text: String) {
        self.text = text
        guard !text.isEmpty else {
            tokens = []
            return
        }
        guard text.utf8.first == 0x2F else { return nil }
        var tokens: [String] = []
        for part in text.utf8.dropFirst().split(separator: 0x2F, omittingEmptySubsequences: false) {
            guard let token = Self.unescaped(part) else { return nil }
            tokens.append(token)
        }
        self.tokens = tokens
    }

    /// Whether both are the same path, byte for byte.
    func isSame(as other: JSONPointer) -> Bool { text.utf8.elementsEqual(other.text.utf8) }

    /// Whether this is the path of something below the other.
    func isBelow(_ other: JSONPointer) -> Bool {
        tokens.count > other.tokens.count
            && zip(tokens, other.tokens).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }

    /// The position a step means in a list; nil if it is not a number written without padding.
    static func position(_ token: String) -> Int? {
        let digits = token.utf8
        guard let first = digits.first, digits.allSatisfy({ $0 &- 0x30 < 10 }),
            first != 0x30 || digits.count == 1
        else { return nil }
        return Int(token)
    }

    private static func unescaped(_ part: Substring.UTF8View) -> String? {
        guard part.contains(0x7E) else { return String(Substring(part)) }
        var bytes: [UInt8] = []
        var rest = part
        while let byte = rest.popFirst() {
            guard byte == 0x7E else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case 0x30: bytes.append(0x7E)
            case 0x31: bytes.append(0x2F)
            default: return nil
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
