import Deflate

/// A zip of one file, as programs that pack releases write it.
enum ZipWriter {
    static func bytes(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let packed = Deflate.compress(content)
        let checksum = Array(Gzip.compress(content).suffix(8).prefix(4))
        let path = Array(name.utf8)
        var common = [20, 0, 8, 0, 0].flatMap { number($0, 2) }
        common += checksum
        common += number(packed.count, 4)
        common += number(content.count, 4)
        common += number(path.count, 2)
        common += number(0, 2)
        var out = number(0x0403_4B50, 4)
        out += common
        out += path
        out += packed
        let start = out.count
        out += number(0x0201_4B50, 4)
        out += number(20, 2)
        out += common
        out += [UInt8](repeating: 0, count: 14)
        out += path
        let length = out.count - start
        out += number(0x0605_4B50, 4)
        out += [UInt8](repeating: 0, count: 4)
        out += [1, 0, 1, 0]
        out += number(length, 4)
        out += number(start, 4)
        out += number(0, 2)
        return out
    }

    private static func number(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
}
