/// A set of the concepts of one system, a bit for each.
struct NumberSet {
    private(set) var bits: [UInt64]

    init(count: Int) { bits = [UInt64](repeating: 0, count: (count + 63) / 64) }

    var isEmpty: Bool { bits.allSatisfy { $0 == 0 } }

    mutating func insert(_ number: Int) {
        let place = number / 64
        guard number >= 0, place < bits.count else { return }
        bits[place] |= 1 << UInt64(number % 64)
    }

    func contains(_ number: Int) -> Bool {
        let place = number / 64
        return number >= 0 && place < bits.count && bits[place] >> UInt64(number % 64) & 1 == 1
    }

    /// Takes in what postings name.
    mutating func insert(postings: UnsafeRawBufferPointer) {
        var number = -1
        var step = 0
        var shift = 0
        bits.withUnsafeMutableBufferPointer { bits in
            for byte in postings {
                step |= Int(byte & 0x7F) << shift
                if byte & 0x80 != 0, shift < 28 {
                    shift += 7
                    continue
                }
                number += step
                step = 0
                shift = 0
                guard number >= 0, number / 64 < bits.count else { return }
                bits[number / 64] |= 1 << UInt64(number % 64)
            }
        }
    }

    mutating func formIntersection(_ other: NumberSet) {
        for place in bits.indices { bits[place] &= other.bits[place] }
    }

    mutating func formUnion(_ other: NumberSet) {
        for place in bits.indices { bits[place] |= other.bits[place] }
    }

    /// Calls `body` with each number, rising.
    func forEach(_ body: (Int) -> Void) {
        for (place, word) in bits.enumerated() where word != 0 {
            var rest = word
            while rest != 0 {
                body(place * 64 + rest.trailingZeroBitCount)
                rest &= rest - 1
            }
        }
    }
}
