/// All words of all people, sorted by their first letters.
struct WordIndex {
    /// One word of one person.
    struct Token {
        /// The first ``WordIndex/keyBytes`` bytes, the first one highest, zero after the end.
        let key: UInt64
        let person: UInt32
        /// Where the word starts among the person's words.
        let start: UInt16
        /// The length of the whole word, in bytes.
        let length: UInt16
    }

    /// Bytes of a word that the order looks at.
    static let keyBytes = 8
    /// Words that came lately wait in a short list of their own, since putting one into the long
    /// list moves half of it.
    private static let recentCountMax = 2_048

    private var tokens: [Token] = []
    private var recent: [Token] = []

    /// The first bytes of a word as a number of the same order.
    static func key(_ word: ArraySlice<UInt8>) -> UInt64 {
        var key: UInt64 = 0
        var shift: UInt64 = 56
        for byte in word.prefix(keyBytes) {
            key |= UInt64(byte) << shift
            shift &-= 8
        }
        return key
    }

    /// Puts words in.
    mutating func insert(_ some: [Token]) {
        guard some.count < Self.recentCountMax else {
            tokens += some
            tokens.sort { $0.key < $1.key }
            return
        }
        for token in some { recent.insert(token, at: Self.lowerBound(recent, token.key)) }
        if recent.count >= Self.recentCountMax { merge() }
    }

    /// Takes the words of a person out.
    mutating func remove(_ some: [Token]) {
        for token in some {
            if !Self.remove(token, from: &recent) { Self.remove(token, from: &tokens) }
        }
    }

    /// Calls `body` with every word that starts with `word`, as far as its key tells.
    func forEach(startingWith word: [UInt8], _ body: (Token) -> Void) {
        let low = Self.key(word[...])
        let bits = UInt64(min(word.count, Self.keyBytes)) * 8
        let high = bits == 64 ? low : low | (.max >> bits)
        for list in [tokens, recent] {
            var index = Self.lowerBound(list, low)
            while index < list.count, list[index].key <= high {
                body(list[index])
                index += 1
            }
        }
    }

    private mutating func merge() {
        var merged: [Token] = []
        merged.reserveCapacity((tokens.count + recent.count) * 9 / 8)
        var next = 0
        for token in recent {
            let end = Self.lowerBound(tokens, token.key)
            merged.append(contentsOf: tokens[next..<end])
            merged.append(token)
            next = end
        }
        merged.append(contentsOf: tokens[next...])
        tokens = merged
        recent.removeAll(keepingCapacity: true)
    }

    @discardableResult
    private static func remove(_ token: Token, from list: inout [Token]) -> Bool {
        var index = lowerBound(list, token.key)
        while index < list.count, list[index].key == token.key {
            if list[index].person == token.person, list[index].start == token.start {
                list.remove(at: index)
                return true
            }
            index += 1
        }
        return false
    }

    private static func lowerBound(_ list: [Token], _ key: UInt64) -> Int {
        var low = 0
        var high = list.count
        while low < high {
            let middle = (low + high) / 2
            if list[middle].key < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
