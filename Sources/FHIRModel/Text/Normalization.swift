internal import CUnicodeTables
// The standard library normalizes for its own string comparison and offers the two canonical forms
// to libraries under this name; the full Foundation, which has them too, is not part of the product.
@_spi(_Unicode) internal import Swift

/// Unicode normalization form KC: one way to write what looks alike or means the same.
///
/// Two keyboards may send one password as different scalars; this makes them equal before hashing.
///
/// Spec: Unicode Standard Annex 15, https://www.unicode.org/reports/tr15/
package enum NFKC {
    /// The text in form KC; a text of ASCII comes back as it is.
    package static func normalize(_ text: String) -> String {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return text }
        var out = String.UnicodeScalarView()
        for scalar in Compatibility.decomposed(text)._nfc { out.append(scalar) }
        return String(out)
    }
}

/// Compatibility decomposition: ligatures, widths, circled and raised letters become plain ones.
enum Compatibility {
    /// The text with every scalar replaced by its decomposition; marks are not yet in order.
    static func decomposed(_ text: String) -> String {
        var out = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            let words = place(of: scalar)
            if words.isEmpty { out.append(scalar) }
            for word in words { out.append(Unicode.Scalar(table[word]) ?? "\u{FFFD}") }
        }
        return String(out)
    }

    /// The scalars of a text in canonical decomposition after the one for compatibility.
    static func scalars(of text: String) -> [Unicode.Scalar] { Array(decomposed(text)._nfd) }

    /// Where the decomposition of a scalar stands in the table; empty if it has none.
    private static func place(of scalar: Unicode.Scalar) -> Range<Int> {
        guard scalar.value >= 0xA0 else { return 0..<0 }
        var low = 0
        var high = entryCount
        while low < high {
            let middle = (low + high) / 2
            let found = table[1 + 2 * middle]
            if found == scalar.value {
                let packed = Int(table[2 + 2 * middle])
                let start = 1 + 2 * entryCount + packed >> 8
                return start..<start + packed & 0xFF
            }
            if found < scalar.value { low = middle + 1 } else { high = middle }
        }
        return 0..<0
    }

    private static let entryCount = table.isEmpty ? 0 : Int(table[0])

    private static let table: [UInt32] = {
        var byteCount = 0
        let bytes = UnsafeRawBufferPointer(
            start: unicode_compatibility(&byteCount), count: byteCount)
        return stride(from: 0, to: byteCount - 3, by: 4).map {
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
        }
    }()
}
