import Glibc

/// The table of the definitions, read where it lies.
///
/// Its form is described in `appliance/definition_table/table.py`. Every read is checked against the
/// bounds, so that a damaged table gives wrong answers but never a wrong access: a place outside of
/// it reads as 0, a text outside of it as empty, and a list that does not fit has no items.
struct DefinitionTable: @unchecked Sendable {  // because the bytes never change
    private static let headerWords = 20
    private static let mark = 0x5249_4846
    private static let form = 1
    private static let blockTexts = 16
    private static let itemsMax = 10_000

    private let bytes: UnsafeRawBufferPointer
    private let textCount: Int
    private let blocksAt: Int
    private let offsetsAt: Int
    private let textsAt: Int
    private let wordsAt: Int
    private let wordCount: Int

    /// What the words of the header that follow its measures point to, in their order.
    enum Root: Int {
        case types, resourceTypes, searchesByType, searchesByURL, compartments, valueSets
        case codeSystems, profiles, operations
    }

    /// Reads the header; a table of another form or with impossible measures is empty.
    ///
    /// The bytes must stay as they are for as long as the table or anything read from it is in use.
    init(bytes: UnsafeRawBufferPointer) {
        let header = (0..<10).map { Int(Self.word(in: bytes, atByte: $0 * 4)) }
        let measures = Array(header[4...])
        let isSound =
            header[0] == Self.mark && header[1] == Self.form && header[3] == bytes.count
            && measures[0] > 0 && measures[1] >= Self.headerWords * 4
            && measures[2] >= measures[1] + (measures[0] / Self.blockTexts + 1) * 4
            && measures[3] >= measures[2] + (measures[0] + 1) * 2
            && measures[4] >= measures[3] && measures[4] + measures[5] * 3 < bytes.count
        self.bytes = isSound ? bytes : UnsafeRawBufferPointer(start: nil, count: 0)
        textCount = isSound ? measures[0] : 0
        blocksAt = measures[1]
        offsetsAt = measures[2]
        textsAt = measures[3]
        wordsAt = measures[4]
        wordCount = isSound ? measures[5] : 0
    }

    /// Whether what follows the header is what the generator wrote, by its CRC-32.
    ///
    /// Reads the whole table: some milliseconds.
    var isIntact: Bool {
        let start = Self.headerWords * 4
        guard bytes.count > start else { return false }
        var remainder: UInt32 = 0xFFFF_FFFF
        for byte in bytes[start...] {
            remainder =
                remainder >> 8 ^ Self.remainders[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)]
        }
        return ~remainder == Self.word(in: bytes, atByte: 8)
    }

    private static let remainders: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in
            value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1
        }
    }

    /// The place a root points to.
    func root(_ root: Root) -> Int { Int(Self.word(in: bytes, atByte: (10 + root.rawValue) * 4)) }

    /// The word at a place.
    func word(_ place: Int) -> Int {
        guard place >= 0, place < wordCount else { return 0 }
        return Int(Self.word(in: bytes, atByte: wordsAt + place * 3) & 0xFF_FFFF)
    }

    /// The text that the word at a place names.
    func text(_ place: Int) -> String { String(decoding: textBytes(place), as: UTF8.self) }

    /// The text that the word at a place names, or nil if it is empty.
    func textIfAny(_ place: Int) -> String? {
        let bytes = textBytes(place)
        return bytes.isEmpty ? nil : String(decoding: bytes, as: UTF8.self)
    }

    /// The bytes of the text that the word at a place names.
    func textBytes(_ place: Int) -> UnsafeRawBufferPointer { letters(word(place)) }

    /// How many items of `width` words a list has; 0 if there are more than the generator allows or
    /// they do not fit into the table.
    func count(_ list: Int, width: Int = 1) -> Int {
        let count = word(list)
        return count <= Swift.min(Self.itemsMax, (wordCount - list) / width) ? count : 0
    }

    /// The places of the items of a list, for items of `width` words.
    func items(_ list: Int, width: Int = 1) -> StrideTo<Int> {
        stride(from: list + 1, to: list + 1 + count(list, width: width) * width, by: width)
    }

    /// The texts of the list that the word at a place points to.
    func texts(_ place: Int) -> [String] { items(word(place)).map { text($0) } }

    /// The place of the row of a directory that starts with a name.
    func find(_ name: String, in directory: Int, width: Int) -> Int? {
        var name = name
        return name.withUTF8 { find(UnsafeRawBufferPointer($0), in: directory, width: width) }
    }

    /// The index of a text, or nil if the table does not hold it.
    func index(ofText text: String) -> Int? {
        var text = text
        return text.withUTF8 { wanted in
            Self.search(0..<textCount) {
                Self.order(letters($0), UnsafeRawBufferPointer(wanted))
            }
        }
    }

    private func find(
        _ name: UnsafeRawBufferPointer, in directory: Int, width: Int
    ) -> Int? {
        let found = Self.search(0..<count(directory, width: width)) {
            Self.order(textBytes(directory + 1 + $0 * width), name)
        }
        return found.map { directory + 1 + $0 * width }
    }

    private func letters(_ index: Int) -> UnsafeRawBufferPointer {
        guard index < textCount else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let (start, end) = (start(ofText: index), start(ofText: index + 1))
        guard start <= end, textsAt + end <= wordsAt else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(rebasing: bytes[(textsAt + start)..<(textsAt + end)])
    }

    private func start(ofText index: Int) -> Int {
        let offsetAt = offsetsAt + index * 2
        guard offsetAt + 2 <= bytes.count else { return Int.max / 2 }
        let offset = bytes.loadUnaligned(fromByteOffset: offsetAt, as: UInt16.self)
        let blockAt = blocksAt + index / Self.blockTexts * 4
        return Int(Self.word(in: bytes, atByte: blockAt)) + Int(UInt16(littleEndian: offset))
    }

    /// Below 0 if the first comes before the second, 0 if they are the same bytes.
    private static func order(
        _ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer
    ) -> Int {
        let common = min(first.count, second.count)
        if common > 0, let one = first.baseAddress, let other = second.baseAddress {
            let order = memcmp(one, other, common)
            if order != 0 { return Int(order) }
        }
        return first.count - second.count
    }

    /// The number in a range for which `order` gives 0, by halving.
    private static func search(_ range: Range<Int>, order: (Int) -> Int) -> Int? {
        var low = range.lowerBound
        var high = range.upperBound
        while low < high {
            let middle = (low + high) / 2
            let found = order(middle)
            if found == 0 { return middle }
            if found < 0 { low = middle + 1 } else { high = middle }
        }
        return nil
    }

    private static func word(in bytes: UnsafeRawBufferPointer, atByte offset: Int) -> UInt32 {
        guard offset >= 0, offset + 4 <= bytes.count else { return 0 }
        return UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
    }
}
