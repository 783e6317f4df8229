/// One of the sizes of a code, with how its codewords are split into blocks at level M.
///
/// Spec: ISO/IEC 18004:2015, 7.5.1 table 9, https://www.iso.org/standard/62021.html
struct QRVersion: Equatable {
    /// 1 to 20.
    let number: Int

    /// Codewords for error correction in each block, and how many blocks, by number less one.
    private static let blocks: [(corrections: Int, count: Int)] = [
        (10, 1), (16, 1), (26, 1), (18, 2), (24, 2), (16, 4), (18, 4), (22, 4), (22, 5), (26, 5),
        (30, 5), (22, 8), (22, 9), (24, 9), (24, 10), (28, 10), (28, 11), (26, 13), (26, 14),
        (26, 16),
    ]

    /// The smallest size that holds so many bytes, nil where none does.
    static func smallest(forBytes count: Int) -> QRVersion? {
        (1...blocks.count).lazy.map(QRVersion.init(number:)).first { $0.bytesMax >= count }
    }

    var side: Int { 17 + 4 * number }
    private var corrections: Int { Self.blocks[number - 1].corrections }
    private var blockCount: Int { Self.blocks[number - 1].count }
    private var dataCount: Int { codewordCount - corrections * blockCount }
    /// Bits of the number of bytes that stands before the text.
    private var lengthBits: Int { number < 10 ? 8 : 16 }
    private var bytesMax: Int { (dataCount * 8 - 4 - lengthBits) / 8 }

    /// All codewords that fit beside the patterns.
    var codewordCount: Int {
        var modules = (16 * number + 128) * number + 64
        if number >= 2 {
            let lines = number / 7 + 2
            modules -= (25 * lines - 10) * lines - 55
        }
        if number >= 7 { modules -= 36 }
        return modules / 8
    }

    /// Rows and columns on which alignment patterns are centred.
    var alignmentCentres: [Int] {
        guard number >= 2 else { return [] }
        let lines = number / 7 + 2
        let step = (number * 4 + lines * 2 + 1) / (lines * 2 - 2) * 2
        var centres = (0..<(lines - 1)).map { side - 7 - $0 * step }
        centres.append(6)
        return centres.reversed()
    }

    /// The text in byte mode with padding and error correction, in the order of drawing.
    func codewords(of bytes: [UInt8]) -> [UInt8] {
        let data = dataCodewords(of: bytes)
        let code = ReedSolomon(corrections: corrections)
        let short = dataCount / blockCount
        let longCount = dataCount % blockCount
        var blocks: [ArraySlice<UInt8>] = []
        var start = 0
        for block in 0..<blockCount {
            let length = short + (block >= blockCount - longCount ? 1 : 0)
            blocks.append(data[start..<(start + length)])
            start += length
        }
        var result: [UInt8] = []
        result.reserveCapacity(codewordCount)
        for place in 0...short {
            for block in blocks where place < block.count {
                result.append(block[block.startIndex + place])
            }
        }
        let remainders = blocks.map(code.remainder)
        for place in 0..<corrections {
            for remainder in remainders { result.append(remainder[place]) }
        }
        return result
    }

    private func dataCodewords(of bytes: [UInt8]) -> [UInt8] {
        var bits = QRBits()
        bits.append(0b0100, count: 4)
        bits.append(bytes.count, count: lengthBits)
        for byte in bytes { bits.append(Int(byte), count: 8) }
        bits.append(0, count: min(4, dataCount * 8 - bits.count))
        bits.append(0, count: (8 - bits.count % 8) % 8)
        var data = bits.bytes
        var padding: UInt8 = 0xEC
        while data.count < dataCount {
            data.append(padding)
            padding = padding == 0xEC ? 0x11 : 0xEC
        }
        return data
    }
}

/// Bits one after the other, the most significant first.
private struct QRBits {
    private(set) var bytes: [UInt8] = []
    private(set) var count = 0

    mutating func append(_ value: Int, count bitCount: Int) {
        for place in stride(from: bitCount - 1, through: 0, by: -1) {
            if count % 8 == 0 { bytes.append(0) }
            if (value >> place) & 1 == 1 { bytes[count / 8] |= 0x80 >> UInt8(count % 8) }
            count += 1
        }
    }
}
