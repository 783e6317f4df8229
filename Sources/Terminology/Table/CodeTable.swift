internal import CTerminology
import Glibc

/// The code systems that are built into the program, read where they lie.
///
/// The form is described in `appliance/terminology_table/table.py`. Every read is checked against the
/// bounds, so that a damaged table gives wrong answers but never a wrong access.
package struct CodeTable: @unchecked Sendable {  // because the bytes never change
    private static let headerWords = 16
    private static let mark = 0x4D52_4554
    private static let form = 1
    private static let systemsMax = 64
    private static let setsMax = 4_096

    let bytes: UnsafeRawBufferPointer

    /// The table that this program was built with.
    package static let builtIn: CodeTable = {
        var byteCount = 0
        let start = terminology_table(&byteCount)
        return CodeTable(bytes: UnsafeRawBufferPointer(start: start, count: byteCount))
    }()

    /// Reads a table; one of another form or length is empty.
    ///
    /// The bytes must stay as they are for as long as anything read from them is in use.
    package init(bytes: UnsafeRawBufferPointer) {
        let isSound =
            Self.word(in: bytes, at: 0) == Self.mark && Self.word(in: bytes, at: 4) == Self.form
            && Self.word(in: bytes, at: 12) == bytes.count
        self.bytes = isSound ? bytes : UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// Whether what follows the header is what the generator wrote, by its CRC-32.
    ///
    /// Reads all of it: some tens of milliseconds.
    package var isIntact: Bool {
        let start = Self.headerWords * 4
        guard bytes.count > start else { return false }
        let remainders: [UInt32] = (0..<256).map { byte in
            (0..<8).reduce(UInt32(byte)) { value, _ in
                value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
            }
        }
        var remainder: UInt32 = 0xFFFF_FFFF
        for byte in bytes[start...] {
            let index = Int(UInt8(truncatingIfNeeded: remainder) ^ byte)
            remainder = remainder >> 8 ^ remainders[index]
        }
        return Int(~remainder) == word(8)
    }

    /// All bytes of the table.
    package var copy: [UInt8] { Array(bytes) }

    /// The systems, sorted by key.
    package var systems: [TableSystem] {
        let (count, place) = (word(16), word(20))
        guard count <= Self.systemsMax else { return [] }
        return (0..<count).map { TableSystem(table: self, place: word(place + $0 * 4)) }
    }

    /// The system with a key such as `icd-10-cm`.
    package func system(key: String) -> TableSystem? { systems.first { $0.key == key } }

    /// The rules of a value set of the standard or of US Core that draws on more than the definitions
    /// hold: its `compose` as JSON.
    package func compose(ofValueSet url: String) -> [UInt8]? {
        let (count, place) = (word(24), word(28))
        guard count <= Self.setsMax else { return nil }
        var url = url
        let found = url.withUTF8 { wanted in
            Self.search(count) {
                Self.order(text(word(place + $0 * 8)), UnsafeRawBufferPointer(wanted))
            }
        }
        return found.map { Array(text(word(place + $0 * 8 + 4))) }
    }

    func word(_ place: Int) -> Int { Self.word(in: bytes, at: place) }

    func byte(_ place: Int) -> UInt8 {
        place >= 0 && place < bytes.count ? bytes[place] : 0
    }

    /// The text at a place; empty for place 0.
    func text(_ place: Int) -> UnsafeRawBufferPointer {
        guard place > 0, place + 2 <= bytes.count else { return Self.nothing }
        let count = Int(
            UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt16.self)))
        guard place + 2 + count <= bytes.count else { return Self.nothing }
        return UnsafeRawBufferPointer(rebasing: bytes[(place + 2)..<(place + 2 + count)])
    }

    func string(_ place: Int) -> String { String(decoding: text(place), as: UTF8.self) }

    private static var nothing: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: nil, count: 0)
    }

    /// Below 0 if the first comes before the second, 0 if they are the same bytes.
    static func order(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Int {
        let common = min(first.count, second.count)
        if common > 0, let one = first.baseAddress, let other = second.baseAddress {
            let order = memcmp(one, other, common)
            if order != 0 { return Int(order) }
        }
        return first.count - second.count
    }

    /// The number below `count` for which `order` gives 0, by halving.
    static func search(_ count: Int, order: (Int) -> Int) -> Int? {
        let place = firstNotBefore(count, order: order)
        return place < count && order(place) == 0 ? place : nil
    }

    /// The first number below `count` for which `order` is not below 0; `count` if there is none.
    static func firstNotBefore(_ count: Int, order: (Int) -> Int) -> Int {
        var low = 0
        var high = max(0, count)
        while low < high {
            let middle = (low + high) / 2
            if order(middle) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private static func word(in bytes: UnsafeRawBufferPointer, at place: Int) -> Int {
        guard place >= 0, place + 4 <= bytes.count else { return 0 }
        return Int(
            UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
    }
}
