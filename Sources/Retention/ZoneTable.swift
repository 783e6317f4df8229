/// How far the clocks of one time zone are ahead of UTC, and when that changes.
///
/// Spec: RFC 9636 The Time Zone Information Format (TZif), https://www.rfc-editor.org/rfc/rfc9636
package struct ZoneTable: Hashable, Sendable {
    /// The largest file that is read, in bytes.
    package static let bytesMax = 131_072

    /// UTC seconds of each change, rising.
    private let changes: [Int64]
    /// The offset from each change on, in seconds.
    private let offsets: [Int]
    /// The offset before the first change.
    private let first: Int

    /// The zone of UTC, for a clinic whose own is not known.
    package static let utc = ZoneTable()

    private init() {
        changes = []
        offsets = []
        first = 0
    }

    /// Reads a file of the zone database; nil for bytes that are none.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count <= Self.bytesMax, let first = Block(bytes, at: 0, timeBytes: 4) else {
            return nil
        }
        let isLong = bytes[4] >= 0x32
        guard let block = isLong ? Block(bytes, at: first.end, timeBytes: 8) : first else {
            return nil
        }
        changes = block.changes
        offsets = block.offsets
        self.first = block.first
    }

    /// The offset at a time, in seconds; behind the last change in the table as after it.
    package func offsetSeconds(atMs ms: Int64) -> Int {
        let seconds = ms >= 0 ? ms / 1_000 : (ms - 999) / 1_000
        var low = 0
        var high = changes.count
        while low < high {
            let middle = (low + high) / 2
            if changes[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? first : offsets[low - 1]
    }
}

/// One block of a file: version 1 has one with times of four bytes, later ones a second of eight.
private struct Block {
    private static let headBytes = 44
    private static let offsetSecondsMax = 26 * 3_600

    let changes: [Int64]
    let offsets: [Int]
    let first: Int
    let end: Int

    init?(_ bytes: [UInt8], at start: Int, timeBytes: Int) {
        guard bytes.count >= start + Self.headBytes,
            bytes[start..<start + 4].elementsEqual("TZif".utf8)
        else { return nil }
        func number(_ at: Int, _ count: Int) -> Int64 {
            let isNegative = bytes[at] >= 0x80
            return bytes[at..<at + count].reduce(isNegative ? -1 : 0) { $0 << 8 | Int64($1) }
        }
        let counts = (0..<6).map { number(start + 20 + 4 * $0, 4) }
        guard counts.allSatisfy({ (0...65_536).contains($0) }), counts[4] > 0 else { return nil }
        let (isUTC, isStandard, leaps) = (Int(counts[0]), Int(counts[1]), Int(counts[2]))
        let (times, types, letters) = (Int(counts[3]), Int(counts[4]), Int(counts[5]))
        let body = start + Self.headBytes
        let typesAt = body + times * (timeBytes + 1)
        end = typesAt + types * 6 + letters + leaps * (timeBytes + 4) + isStandard + isUTC
        guard end <= bytes.count else { return nil }
        let known = (0..<types).map { Int(number(typesAt + 6 * $0, 4)) }
        guard known.allSatisfy({ abs($0) <= Self.offsetSecondsMax }) else { return nil }
        var changes: [Int64] = []
        var offsets: [Int] = []
        for index in 0..<times {
            let type = Int(bytes[body + times * timeBytes + index])
            let at = number(body + index * timeBytes, timeBytes)
            guard type < types, changes.last.map({ $0 < at }) ?? true else { return nil }
            changes.append(at)
            offsets.append(known[type])
        }
        self.changes = changes
        self.offsets = offsets
        first = known[0]
    }
}
