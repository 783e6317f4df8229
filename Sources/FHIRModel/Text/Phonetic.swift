/// A key that names sounding alike share, for finding a misspelled name.
package enum Phonetic {
    /// The Soundex key of a name, or nil if it has no letter of the plain alphabet.
    ///
    /// It is the first letter and three digits for the consonants after it, such as `B200`.
    ///
    /// Spec: United States National Archives, The Soundex Indexing System,
    /// https://www.archives.gov/research/census/soundex
    package static func key(_ name: String) -> String? {
        let letters = SearchText.fold(name).filter { (0x61...0x7A).contains($0) }
        guard let first = letters.first else { return nil }
        var key = [first & 0xDF]
        var previous = digit(of: first)
        for letter in letters.dropFirst() where key.count < 4 {
            // H and W do not part two letters of one digit; vowels do.
            if letter == 0x68 || letter == 0x77 { continue }
            let digit = digit(of: letter)
            if let digit, digit != previous { key.append(digit) }
            previous = digit
        }
        key += [UInt8](repeating: 0x30, count: 4 - key.count)
        return String(decoding: key, as: UTF8.self)
    }

    private static func digit(of letter: UInt8) -> UInt8? {
        switch Unicode.Scalar(letter) {
        case "b", "f", "p", "v": 0x31
        case "c", "g", "j", "k", "q", "s", "x", "z": 0x32
        case "d", "t": 0x33
        case "l": 0x34
        case "m", "n": 0x35
        case "r": 0x36
        default: nil
        }
    }
}
