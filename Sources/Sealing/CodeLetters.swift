/// The letters of codes that people copy from paper or a screen: 32 of them, without I, L, O and U.
///
/// Reading takes small letters, blanks and hyphens anywhere, O for 0, and I or L for 1.
enum CodeLetters {
    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    static func isBlank(_ character: UInt8) -> Bool {
        character == 0x20 || character == 0x2D || (0x09...0x0D).contains(character)
    }

    /// What a character stands for, 0 to 31; nil for one that no code has.
    static func digit(_ character: UInt8) -> UInt8? {
        var upper = character
        if (0x61...0x7A).contains(character) { upper = character - 0x20 }
        switch upper {
        case UInt8(ascii: "O"): return 0
        case UInt8(ascii: "I"), UInt8(ascii: "L"): return 1
        default: return alphabet.firstIndex(of: upper).map { UInt8($0) }
        }
    }

    /// Five bits a digit, from the first byte on; missing bits at the end are 0.
    static func digits(of bytes: UnsafeRawBufferPointer, count: Int) -> [UInt8] {
        (0..<count).map { index in
            let bit = index * 5
            let high = UInt16(bytes[bit / 8]) << 8
            let low = bit / 8 + 1 < bytes.count ? UInt16(bytes[bit / 8 + 1]) : 0
            return UInt8((high | low) >> UInt16(11 - bit % 8) & 0x1F)
        }
    }

    /// The code as a number, modulo the largest prime that two characters can write: with a prime,
    /// no single wrong character and no swap of neighbours leaves the remainder as it was.
    static func checkDigits(_ digits: ArraySlice<UInt8>) -> [UInt8] {
        let remainder = digits.reduce(0) { ($0 * 32 + Int($1)) % 1_021 }
        return [UInt8(remainder / 32), UInt8(remainder % 32)]
    }

    /// Why a typed code cannot be read.
    enum Fault: Error {
        /// How many digits there were instead; nil where nobody counted.
        case length(Int?)
        /// In which group of four, counted from 1, stands what no code has.
        case character(group: Int)
        /// The check digits do not fit.
        case checksum
    }

    /// The longest text that is looked at, in bytes.
    private static let typedBytesMax = 256

    /// The digits of a typed code without its two check digits.
    ///
    /// One wrong or two swapped characters are always noticed.
    static func read(_ text: String, count: Int) throws(Fault) -> [UInt8] {
        guard text.utf8.count <= typedBytesMax else { throw .length(nil) }
        var digits: [UInt8] = []
        defer { SecretBytes.wipe(&digits) }
        for character in text.utf8 where !isBlank(character) {
            guard let digit = digit(character) else {
                throw .character(group: digits.count / 4 + 1)
            }
            digits.append(digit)
        }
        guard digits.count == count + 2 else { throw .length(digits.count) }
        let body = digits.prefix(count)
        guard checkDigits(body) == Array(digits.suffix(2)) else { throw .checksum }
        return Array(body)
    }

    /// Digits in groups of four, with hyphens between.
    static func text(_ digits: [UInt8]) -> String {
        var out: [UInt8] = []
        for (index, digit) in digits.enumerated() {
            if index > 0 && index.isMultiple(of: 4) { out.append(0x2D) }
            out.append(alphabet[Int(digit)])
        }
        return String(decoding: out, as: UTF8.self)
    }
}
