/// Takes the expression of a search parameter apart, if it is made of plain steps only.
///
/// Knows names, `as`, `ofType`, `where(resolve() is T)`, `where(name = 'text')`,
/// `extension('url')`, a position in brackets, parentheses and bars. Any other expression is left
/// to FHIRPath.
struct IndexPathReader {
    /// One step as it is written.
    enum Piece: Hashable {
        case name(String)
        case cast(String)
        case referring(String)
        case having(String, String)
        case extensions(String)
        case position(Int)
    }

    private var rest: Substring.UTF8View
    private var depth = 0
    private static let depthMax = 8

    private init(_ text: String) { rest = Substring(text).utf8 }

    /// The alternatives of an expression; nil if it has anything else in it.
    static func read(_ text: String) -> [[Piece]]? {
        var reader = IndexPathReader(text)
        guard let paths = reader.union() else { return nil }
        reader.skipSpaces()
        return reader.rest.isEmpty ? paths : nil
    }

    private mutating func union() -> [[Piece]]? {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.depthMax else { return nil }
        var paths: [[Piece]] = []
        repeat {
            guard let more = term() else { return nil }
            paths += more
        } while take("|")
        return paths
    }

    /// A path, which may start with a union in parentheses and may end with `as` and a type.
    private mutating func term() -> [[Piece]]? {
        var paths: [[Piece]] = [[]]
        if take("(") {
            guard let inner = union(), take(")") else { return nil }
            paths = inner
        } else {
            guard let first = step() else { return nil }
            paths = [first]
        }
        while true {
            if take("[") {
                guard let place = name().flatMap({ Int($0) }), take("]") else { return nil }
                for index in paths.indices { paths[index].append(.position(place)) }
            } else if take(".") {
                guard let next = step() else { return nil }
                for index in paths.indices { paths[index] += next }
            } else {
                break
            }
        }
        if takeWord("as") {
            guard let type = name() else { return nil }
            for index in paths.indices { paths[index].append(.cast(type)) }
        }
        return paths
    }

    private mutating func step() -> [Piece]? {
        guard let word = name() else { return nil }
        guard take("(") else { return [.name(word)] }
        let piece: Piece? =
            switch word {
            case "as", "ofType": name().map { .cast($0) }
            case "extension": quoted().map { .extensions($0) }
            case "where": condition()
            default: nil
            }
        guard let piece, take(")") else { return nil }
        return [piece]
    }

    private mutating func condition() -> Piece? {
        guard let word = name() else { return nil }
        if word == "resolve" {
            guard take("("), take(")"), takeWord("is"), let type = name() else { return nil }
            return .referring(type)
        }
        guard take("="), let text = quoted() else { return nil }
        return .having(word, text)
    }

    private mutating func name() -> String? {
        skipSpaces()
        let word = rest.prefix(while: Self.isLetterOrDigit)
        guard !word.isEmpty else { return nil }
        rest = rest.dropFirst(word.count)
        return String(Substring(word))
    }

    private mutating func quoted() -> String? {
        guard take("'"), let end = rest.firstIndex(of: UInt8(ascii: "'")) else { return nil }
        let text = rest[..<end]
        rest = rest[rest.index(after: end)...]
        return text.contains(UInt8(ascii: "\\")) ? nil : String(Substring(text))
    }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        skipSpaces()
        guard let byte = rest.first, UInt32(byte) == sign.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    private mutating func takeWord(_ word: String) -> Bool {
        skipSpaces()
        guard rest.starts(with: word.utf8) else { return false }
        let after = rest.dropFirst(word.utf8.count)
        guard let next = after.first, !Self.isLetterOrDigit(next) else { return false }
        rest = after
        return true
    }

    private mutating func skipSpaces() { rest = rest.drop { $0 == 0x20 || $0 == 0x0A } }

    private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
        byte &- 0x30 < 10 || (byte | 0x20) &- 0x61 < 26 || byte == 0x5F
    }
}
