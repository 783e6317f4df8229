import Kernel
import Sealing
import Synchronization

/// Where the next page of a search starts, in a form that only this box reads.
///
/// Sealed, and bound to who searches and what for: a cursor of somebody else or of another search
/// does not open.
final class SearchCursors: Sendable {
    /// Where a page starts.
    enum Position: Equatable {
        /// After a resource, in the order in which they were first stored.
        case after(Int64)
        /// At a place of a sorted result that is kept.
        case kept(list: UInt64, offset: Int)
    }

    /// Whom and what a cursor is for.
    struct Owner {
        /// Who searches.
        let caller: String
        /// A digest of what is searched.
        let digest: [UInt8]

        fileprivate var place: Place {
            Place(
                table: "search", column: "cursor", row: caller, patient: Hex.text(digest),
                compartment: BoxKey.rows.rawValue)
        }
    }

    private struct Kept {
        let origins: [Int64]
        let caller: String
        let untilMs: Int64
    }

    private struct State {
        var lists: [UInt64: Kept] = [:]
        var next: UInt64 = 1
        var originsCount = 0
    }

    private let keys: DataKeys
    private let clock: Clock
    /// Tells the lists of this start of the store from those of another one.
    private let startMs: Int64
    private let state = Mutex(State())

    init(keys: DataKeys, clock: Clock) {
        self.keys = keys
        self.clock = clock
        startMs = clock.wallMs()
    }

    /// The text of a cursor.
    func text(_ position: Position, for owner: Owner) throws -> String {
        let words: [Int64] =
            switch position {
            case .after(let origin): [1, origin]
            case .kept(let list, let offset):
                [2, startMs, Int64(bitPattern: list), Int64(offset)]
            }
        var plain: [UInt8] = []
        for word in words {
            withUnsafeBytes(of: word.bigEndian) { plain.append(contentsOf: $0) }
        }
        return Hex.text(
            try SealedValue.seal(plain, key: keys.current(.rows), at: owner.place))
    }

    /// Where a cursor says that the page starts.
    ///
    /// - Throws: ``Problem`` `.value` for a text that is no cursor of this caller and search;
    ///   `.deleted` where it is from before the box was started anew.
    func position(_ text: String, for owner: Owner) throws(Problem) -> Position {
        guard text.utf8.count <= 256, let sealed = Hex.bytes(text),
            // Which of the reasons it is does not matter: it was not made for this.
            let id = try? SealedValue.keyID(of: sealed), let key = try? keys.key(id: Int64(id)),
            let plain = try? SealedValue.open(sealed, key: key, at: owner.place)
        else { throw Self.unknown }
        let words = stride(from: 0, to: plain.count - plain.count % 8, by: 8).map { start in
            Int64(bitPattern: plain[start..<start + 8].reduce(0) { $0 << 8 | UInt64($1) })
        }
        if words.count == 2, words[0] == 1 { return .after(words[1]) }
        guard words.count == 4, words[0] == 2 else { throw Self.unknown }
        guard words[1] == startMs else { throw Self.gone }
        return .kept(list: UInt64(bitPattern: words[2]), offset: Int(words[3]))
    }

    /// Keeps a sorted result for its next pages.
    func keep(_ origins: [Int64], for owner: Owner) -> UInt64 {
        let nowMs = clock.steadyMs()
        let untilMs = nowMs + Int64(SearchLimits.keptMinutesMax) * 60_000
        return state.withLock { state in
            let number = state.next
            state.next += 1
            state.lists[number] = Kept(origins: origins, caller: owner.caller, untilMs: untilMs)
            state.originsCount += origins.count
            for (old, kept) in state.lists.sorted(by: { $0.key < $1.key }) where old != number {
                let isFull =
                    state.lists.count > SearchLimits.keptListsMax
                    || state.originsCount > SearchLimits.keptOriginsMax
                guard isFull || kept.untilMs <= nowMs else { continue }
                state.lists[old] = nil
                state.originsCount -= kept.origins.count
            }
            return number
        }
    }

    /// A sorted result that is kept.
    ///
    /// - Throws: ``Problem`` `.deleted` once it is not kept any more.
    func list(_ number: UInt64, for owner: Owner) throws(Problem) -> [Int64] {
        let nowMs = clock.steadyMs()
        let kept = state.withLock { $0.lists[number] }
        guard let kept, kept.caller == owner.caller, kept.untilMs > nowMs else { throw Self.gone }
        return kept.origins
    }

    private static let unknown = Problem(
        .value, "This is no page of this search. Follow the links of a result as they are.",
        location: "_cursor")
    private static let gone = Problem(
        .deleted,
        "The pages of a sorted search are kept for \(SearchLimits.keptMinutesMax) minutes and "
            + "these are gone. Search again.", location: "_cursor")
}
