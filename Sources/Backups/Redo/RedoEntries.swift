import Deflate
import RecordStore

/// How commits stand in the chunks of a segment.
///
/// A chunk begins with a byte for its form. Commits follow each other as `number (8) | time (8) |
/// audit length (8) | bytes (4) | changes`, all big-endian, compressed where that pays.
enum RedoEntries {
    /// The most bytes of the changes of one commit; a larger one ends the line.
    static let changesBytesMax = 64 << 20
    /// The most bytes of a chunk before it is sealed.
    static let chunkBytesMax = changesBytesMax + 1_024
    /// Commits are put together into one chunk up to so many bytes.
    static let gatheredBytesMax = 256 << 10
    private static let headBytes = 28

    static let stored: UInt8 = 0
    static let deflated: UInt8 = 1
    /// The keys of the box as a backup has them, at the beginning of a segment.
    static let keyRing: UInt8 = 2

    static func encode(_ groups: [RedoGroup]) -> [UInt8] {
        var bytes: [UInt8] = []
        for group in groups {
            for number in [group.mark.number, group.atMs, group.auditSeq] {
                withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
            }
            withUnsafeBytes(of: UInt32(group.changes.count).bigEndian) {
                bytes.append(contentsOf: $0)
            }
            bytes += group.changes
        }
        let packed = Deflate.compress(bytes, level: 1)
        let pays = packed.count < bytes.count - bytes.count / 16
        return [pays ? deflated : stored] + (pays ? packed : bytes)
    }

    /// Reads a chunk of commits; nil for what ``encode(_:)`` does not make.
    static func decode(_ plain: [UInt8], line: String) -> [RedoGroup]? {
        let bytes: [UInt8]
        switch plain.first {
        case stored: bytes = Array(plain.dropFirst())
        case deflated:
            // Bytes that do not unpack are no commits.
            guard
                let unpacked = try? Deflate.decompress(
                    Array(plain.dropFirst()), bytesMax: chunkBytesMax)
            else { return nil }
            bytes = unpacked
        default: return nil
        }
        var groups: [RedoGroup] = []
        var place = 0
        while place < bytes.count {
            guard bytes.count - place >= headBytes else { return nil }
            let numbers = (0..<3).map { number(bytes, place + $0 * 8, count: 8) }
            let count = Int(number(bytes, place + 24, count: 4))
            place += headBytes
            guard count <= bytes.count - place else { return nil }
            groups.append(
                RedoGroup(
                    mark: RedoMark(line: line, number: numbers[0]), atMs: numbers[1],
                    auditSeq: numbers[2], changes: Array(bytes[place..<place + count])))
            place += count
        }
        return groups
    }

    private static func number(_ bytes: [UInt8], _ place: Int, count: Int) -> Int64 {
        Int64(
            truncatingIfNeeded: bytes[place..<place + count].reduce(UInt64(0)) {
                $0 << 8 | UInt64($1)
            })
    }
}
