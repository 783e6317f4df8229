import FHIRModel

/// What `_text` and `_content` ask for: words that a whole text has, in any order.
///
/// A word is found where a word of the text begins with it, letter case and marks aside. Words in
/// quotes must stand one behind the other. All must be there; `or` between two is enough for one of
/// them, `not` in front asks for its absence, and parentheses group.
///
/// Spec: FHIR R4 search, text, https://hl7.org/fhir/R4/search.html#text
package struct TextQuery: Sendable {
    /// Words that stand one behind the other.
    private struct Phrase: Sendable {
        let whole: BytePattern
        /// The words as far as an index keeps them.
        let words: [BytePattern]
        /// Whether finding the one word in an index says that the text has it.
        let isOneWhole: Bool

        init(_ folded: [UInt8]) {
            whole = BytePattern(folded)
            let all = folded.split(separator: 0x20)
            words = all.map { BytePattern(Array(TextQuery.kept($0))) }
            isOneWhole = all.count == 1 && all.allSatisfy { TextQuery.kept($0).count == $0.count }
        }
    }

    /// What the words of a text alone say about it.
    package enum Hint: Hashable, Sendable {
        /// Whether the text has what is asked for.
        case certain(Bool)
        /// That depends on the order of the words.
        case open
    }

    private indirect enum Node: Sendable {
        case phrase(Phrase)
        case all([Node])
        case any([Node])
        case not(Node)
    }

    /// Words and operators of one query.
    package static let wordsMax = 64
    private static let depthMax = 8
    /// How much of a word an index keeps: more than the longest words of a language, and little of
    /// what is no word.
    static let keptBytesMax = 64

    private let root: Node

    /// Reads a query; nil if it has no word, too many, or parentheses or quotes without their other
    /// half.
    package init?(_ text: String) {
        var reader = Reader(text)
        guard let root = reader.whole() else { return nil }
        self.root = root
    }

    /// The part of a folded word that an index keeps; whole characters.
    static func kept(_ word: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard word.count > keptBytesMax else { return word }
        var part = word.prefix(keptBytesMax)
        while !part.isEmpty, word[part.endIndex] & 0xC0 == 0x80 { part = part.dropLast() }
        return part
    }

    /// Whether a text has what is asked for.
    package func accepts(_ text: String) -> Bool { accepts(folded: SearchText.fold(text)) }

    /// Whether a text that was folded by ``FHIRModel/SearchText`` has what is asked for.
    package func accepts(folded text: [UInt8]) -> Bool { Self.holds(root, text) }

    /// What the distinct words of a text, folded and with one space between, say about it.
    package func hint(words: [UInt8]) -> Hint {
        Self.holds(root, words: words).map { .certain($0) } ?? .open
    }

    /// Nil where the words alone do not tell.
    private static func holds(_ node: Node, words: [UInt8]) -> Bool? {
        switch node {
        case .phrase(let phrase):
            guard phrase.words.allSatisfy({ $0.isFound(in: words, atWord: true) }) else {
                return false
            }
            return phrase.isOneWhole ? true : nil
        case .all(let nodes):
            let parts = nodes.map { holds($0, words: words) }
            return parts.contains(false) ? false : parts.contains(nil) ? nil : true
        case .any(let nodes):
            let parts = nodes.map { holds($0, words: words) }
            return parts.contains(true) ? true : parts.contains(nil) ? nil : false
        case .not(let inner): return holds(inner, words: words).map { !$0 }
        }
    }

    private static func holds(_ node: Node, _ text: [UInt8]) -> Bool {
        switch node {
        case .phrase(let phrase): phrase.whole.isFound(in: text, atWord: true)
        case .all(let nodes): nodes.allSatisfy { holds($0, text) }
        case .any(let nodes): nodes.contains { holds($0, text) }
        case .not(let node): !holds(node, text)
        }
    }

    private struct Reader {
        private enum Token: Equatable {
            case open, close, or, and, not
            case phrase([UInt8])
        }

        private var tokens: [Token] = []
        private var place = 0
        private var isSound = true

        init(_ text: String) {
            var rest = Substring(text).utf8
            while let byte = rest.first, tokens.count <= TextQuery.wordsMax {
                switch byte {
                case 0x20, 0x09, 0x0A, 0x0D: rest = rest.dropFirst()
                case 0x28, 0x29:
                    tokens.append(byte == 0x28 ? .open : .close)
                    rest = rest.dropFirst()
                case 0x22:
                    let words = rest.dropFirst().prefix { $0 != 0x22 }
                    rest = rest.dropFirst(1 + words.count)
                    isSound = isSound && rest.popFirst() != nil
                    add(phrase: String(Substring(words)))
                default:
                    let word = rest.prefix {
                        ![0x20, 0x09, 0x0A, 0x0D, 0x28, 0x29, 0x22].contains($0)
                    }
                    rest = rest.dropFirst(word.count)
                    add(word: String(Substring(word)))
                }
            }
        }

        private mutating func add(word: String) {
            switch word.lowercased() {
            case "or": tokens.append(.or)
            case "and": tokens.append(.and)
            case "not": tokens.append(.not)
            default: add(phrase: word)
            }
        }

        private mutating func add(phrase: String) {
            let folded = SearchText.fold(phrase)
            if !folded.isEmpty { tokens.append(.phrase(folded)) }
        }

        mutating func whole() -> Node? {
            guard isSound, tokens.count <= TextQuery.wordsMax, let node = either(0),
                place == tokens.count
            else { return nil }
            return node
        }

        private mutating func either(_ depth: Int) -> Node? {
            guard depth <= TextQuery.depthMax, let first = both(depth) else { return nil }
            var nodes = [first]
            while take(.or) {
                guard let next = both(depth) else { return nil }
                nodes.append(next)
            }
            return nodes.count == 1 ? first : .any(nodes)
        }

        private mutating func both(_ depth: Int) -> Node? {
            var nodes: [Node] = []
            while place < tokens.count, tokens[place] != .or, tokens[place] != .close {
                if !nodes.isEmpty { _ = take(.and) }
                guard let next = single(depth) else { return nil }
                nodes.append(next)
            }
            return nodes.isEmpty ? nil : nodes.count == 1 ? nodes[0] : .all(nodes)
        }

        private mutating func single(_ depth: Int) -> Node? {
            if take(.not) { return single(depth).map { .not($0) } }
            if take(.open) {
                guard let inner = either(depth + 1), take(.close) else { return nil }
                return inner
            }
            guard place < tokens.count, case .phrase(let words) = tokens[place] else { return nil }
            place += 1
            return .phrase(Phrase(words))
        }

        private mutating func take(_ token: Token) -> Bool {
            guard place < tokens.count, tokens[place] == token else { return false }
            place += 1
            return true
        }
    }
}
