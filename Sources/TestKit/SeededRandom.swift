package import Kernel
import Synchronization

/// Numbers that look random and are the same in every run of the same seed.
///
/// Spec: SplitMix64, Steele, Lea and Flood, OOPSLA 2014, https://doi.org/10.1145/2714064.2660195
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts a sequence.
    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number below `bound`.
    package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// One of the elements of a list that is not empty.
    package mutating func pick<Element>(_ list: [Element]) -> Element { list[below(list.count)] }

    /// True in `percent` of 100 cases.
    package mutating func isChance(percent: Int) -> Bool { below(100) < percent }

    /// As many bytes as asked for.
    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 32) }
    }
}

/// Identifiers that are the same in every run of the same seed.
package final class SeededIDs: Sendable {
    private let random: Mutex<SeededRandom>

    /// Starts a sequence.
    package init(seed: UInt64 = 1) { random = Mutex(SeededRandom(seed: seed)) }

    /// The source as product code takes it.
    package var ids: IDs { IDs(next: { self.next() }) }

    /// The next identifier.
    package func next() -> String {
        let bytes = random.withLock { $0.bytes(10) }
        return IDs.uuid7(ms: FixedClock.mondayMs, random: bytes)
    }
}
