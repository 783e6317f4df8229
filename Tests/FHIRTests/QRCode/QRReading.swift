import QRCode

/// Reads a code as a scanner does after it has found the modules, without anything of the product
/// but the modules themselves.
struct QRReading {
    let side: Int
    /// Rows from the top, columns from the left; true is dark.
    var modules: [[Bool]]

    init(code: QRCode) {
        side = code.side
        modules = (0..<code.side).map { row in (0..<code.side).map { code[row, $0] } }
    }

    /// Corrections in a block and blocks of level M, as table 9 of the standard lists them.
    static let blocks: [Int: (corrections: Int, groups: [(count: Int, data: Int)])] = [
        1: (10, [(1, 16)]), 2: (16, [(1, 28)]), 3: (26, [(1, 44)]), 4: (18, [(2, 32)]),
        5: (24, [(2, 43)]), 6: (16, [(4, 27)]), 7: (18, [(4, 31)]), 8: (22, [(2, 38), (2, 39)]),
        9: (22, [(3, 36), (2, 37)]), 10: (26, [(4, 43), (1, 44)]), 11: (30, [(1, 50), (4, 51)]),
        12: (22, [(6, 36), (2, 37)]), 13: (22, [(8, 37), (1, 38)]), 14: (24, [(4, 40), (5, 41)]),
        15: (24, [(5, 41), (5, 42)]), 16: (28, [(7, 45), (3, 46)]), 17: (28, [(10, 46), (1, 47)]),
        18: (26, [(9, 43), (4, 44)]), 19: (26, [(3, 44), (11, 45)]), 20: (26, [(3, 41), (13, 42)]),
    ]

    /// Centres of alignment patterns, as annex E of the standard lists them.
    static let alignments: [Int: [Int]] = [
        1: [], 2: [6, 18], 3: [6, 22], 4: [6, 26], 5: [6, 30], 6: [6, 34], 7: [6, 22, 38],
        8: [6, 24, 42], 9: [6, 26, 46], 10: [6, 28, 50], 11: [6, 30, 54], 12: [6, 32, 58],
        13: [6, 34, 62], 14: [6, 26, 46, 66], 15: [6, 26, 48, 70], 16: [6, 26, 50, 74],
        17: [6, 30, 54, 78], 18: [6, 30, 56, 82], 19: [6, 30, 58, 86], 20: [6, 34, 62, 90],
    ]

    var version: Int { (side - 17) / 4 }

    /// The text, or nil where a block does not add up or the form is not byte mode.
    var text: String? {
        guard let mask, let table = Self.blocks[version] else { return nil }
        let words = codewords(mask: mask)
        var lengths: [Int] = []
        for group in table.groups {
            lengths += [Int](repeating: group.data, count: group.count)
        }
        var blocks = [[UInt8]](repeating: [], count: lengths.count)
        var next = 0
        for place in 0..<(lengths.max() ?? 0) {
            for block in lengths.indices where place < lengths[block] {
                blocks[block].append(words[next])
                next += 1
            }
        }
        var data: [UInt8] = []
        for block in blocks { data += block }
        for _ in 0..<table.corrections {
            for block in blocks.indices {
                blocks[block].append(words[next])
                next += 1
            }
        }
        guard blocks.allSatisfy({ isWhole($0, corrections: table.corrections) }) else { return nil }
        return decoded(data)
    }

    private func decoded(_ data: [UInt8]) -> String? {
        var place = 0
        func bits(_ count: Int) -> Int {
            var value = 0
            for _ in 0..<count {
                value = value << 1 | Int(data[place / 8] >> UInt8(7 - place % 8)) & 1
                place += 1
            }
            return value
        }
        guard bits(4) == 4 else { return nil }
        let count = bits(version < 10 ? 8 : 16)
        return String(validating: (0..<count).map { _ in UInt8(bits(8)) }, as: UTF8.self)
    }

    /// The mask of level M that both copies of the format agree on.
    private var mask: Int? {
        let first: [(Int, Int)] =
            (0...5).map { ($0, 8) } + [(7, 8), (8, 8), (8, 7)] + (9...14).map { (8, 14 - $0) }
        let second: [(Int, Int)] =
            (0...7).map { (8, side - 1 - $0) } + (8...14).map { (side - 15 + $0, 8) }
        func value(_ places: [(Int, Int)]) -> Int {
            places.enumerated().reduce(0) {
                $0 | (modules[$1.element.0][$1.element.1] ? 1 : 0) << $1.offset
            }
        }
        guard value(first) == value(second) else { return nil }
        /// The fifteen bits of level M for masks 0 to 7, as annex C of the standard lists them.
        let formats = [0x5412, 0x5125, 0x5E7C, 0x5B4B, 0x45F9, 0x40CE, 0x4F97, 0x4AA0]
        return formats.firstIndex(of: value(first))
    }

    private func isPattern(_ row: Int, _ column: Int) -> Bool {
        if row == 6 || column == 6 { return true }
        if row < 9 && (column < 9 || column >= side - 8) { return true }
        if row >= side - 8 && column < 9 { return true }
        if version >= 7 {
            if row < 6 && column >= side - 11 { return true }
            if column < 6 && row >= side - 11 { return true }
        }
        let centres = Self.alignments[version] ?? []
        return centres.contains { centre in
            centres.contains { other in
                let isFinder =
                    (centre == 6 && (other == 6 || other == side - 7))
                    || (centre == side - 7 && other == 6)
                return !isFinder && abs(row - centre) <= 2 && abs(column - other) <= 2
            }
        }
    }

    private func codewords(mask: Int) -> [UInt8] {
        var bits: [Bool] = []
        var goesUp = true
        var columns = Array(stride(from: side - 1, to: 6, by: -2))
        columns += stride(from: 5, to: 0, by: -2)
        for right in columns {
            let rows = goesUp ? Array((0..<side).reversed()) : Array(0..<side)
            for row in rows {
                for column in [right, right - 1] where !isPattern(row, column) {
                    bits.append(modules[row][column] != flips(mask, row, column))
                }
            }
            goesUp.toggle()
        }
        return (0..<(bits.count / 8)).map { word in
            bits[(word * 8)..<(word * 8 + 8)].reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
        }
    }

    /// Whether all syndromes of a block are zero.
    private func isWhole(_ block: [UInt8], corrections: Int) -> Bool {
        var root: UInt8 = 1
        for _ in 0..<corrections {
            var sum: UInt8 = 0
            for byte in block { sum = product(sum, root) ^ byte }
            guard sum == 0 else { return false }
            root = product(root, 2)
        }
        return true
    }

    /// A product in the field of 256 elements by the schoolbook: multiply, then divide by 0x11D.
    private func product(_ left: UInt8, _ right: UInt8) -> UInt8 {
        var product = 0
        for place in 0..<8 where right >> UInt8(place) & 1 == 1 { product ^= Int(left) << place }
        for place in stride(from: 14, through: 8, by: -1) where product >> place & 1 == 1 {
            product ^= 0x11D << (place - 8)
        }
        return UInt8(product)
    }

    /// The eight masks, as table 10 of the standard lists them.
    private func flips(_ mask: Int, _ row: Int, _ column: Int) -> Bool {
        let rules: [Int] = [
            row + column, row, column % 3, (row + column) % 3, row / 2 + column / 3,
            row * column % 2 + row * column % 3, row * column % 2 + row * column % 3,
            (row + column) % 2 + row * column % 3,
        ]
        return [2, 3, 5].contains(mask) ? rules[mask] == 0 : rules[mask] % 2 == 0
    }
}
