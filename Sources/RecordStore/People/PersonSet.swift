/// A set of people by their numbers in the index, one bit each.
struct PersonSet {
    private var bits: [UInt64]

    /// An empty set for numbers below `countMax`.
    init(countMax: Int) { bits = [UInt64](repeating: 0, count: (countMax + 63) / 64) }

    mutating func insert(_ number: UInt32) { bits[Int(number >> 6)] |= 1 << UInt64(number & 63) }

    func contains(_ number: UInt32) -> Bool {
        bits[Int(number >> 6)] & 1 << UInt64(number & 63) != 0
    }

    mutating func formIntersection(_ other: PersonSet) {
        for index in bits.indices { bits[index] &= other.bits[index] }
    }

    mutating func formUnion(_ other: PersonSet) {
        for index in bits.indices { bits[index] |= other.bits[index] }
    }

    /// Calls `body` with every number, rising.
    func forEach(_ body: (UInt32) -> Void) {
        for (index, word) in bits.enumerated() {
            var left = word
            while left != 0 {
                body(UInt32(index) << 6 | UInt32(left.trailingZeroBitCount))
                left &= left - 1
            }
        }
    }
}

/// A person's place among those that were found.
struct Rank {
    /// Words matched in full, most first, then the first letters of the name; smaller is better.
    let order: UInt64
    let number: UInt32
}

/// The best of many ranks, without keeping them all.
struct RankList {
    private let countMax: Int
    private var ranks: [Rank] = []
    /// The worst rank that still counts, once there are enough.
    private var bar: Rank?

    init(countMax: Int) { self.countMax = max(countMax, 1) }

    /// Takes a rank in if it can be among the best.
    mutating func offer(_ rank: Rank, person: (UInt32) -> Person?) {
        if let bar {
            if rank.order > bar.order { return }
            if rank.order == bar.order, !Self.isBefore(rank, bar, person) { return }
        }
        ranks.append(rank)
        if ranks.count >= countMax * 2 + 64 { cut(person) }
    }

    /// The numbers of the best, best first.
    mutating func finished(person: (UInt32) -> Person?) -> [UInt32] {
        cut(person)
        return ranks.map(\.number)
    }

    private mutating func cut(_ person: (UInt32) -> Person?) {
        ranks.sort { Self.isBefore($0, $1, person) }
        guard ranks.count > countMax else { return }
        ranks.removeLast(ranks.count - countMax)
        bar = ranks.last
    }

    private static func isBefore(_ a: Rank, _ b: Rank, _ person: (UInt32) -> Person?) -> Bool {
        if a.order != b.order { return a.order < b.order }
        guard let left = person(a.number), let right = person(b.number) else {
            return a.number < b.number
        }
        if left.sortKey != right.sortKey {
            return left.sortKey.lexicographicallyPrecedes(right.sortKey)
        }
        return left.id < right.id
    }
}
