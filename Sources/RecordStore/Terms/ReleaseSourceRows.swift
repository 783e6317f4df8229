import FHIRModel
import Kernel
import SQLite
import Synchronization
import Terminology

/// The connection that loaded releases are asked over: one question at a time, each short.
final class TermReader: Sendable {
    private let path: String
    private let connection = Mutex<Connection?>(nil)

    /// Opens the file when it is first asked.
    init(path: String) { self.path = path }

    func read<Value: Sendable>(
        _ body: (Connection) throws -> Value
    ) throws(Problem) -> Value {
        let result: Result<Value, Problem> = connection.withLock { kept in
            do {
                let open = try kept ?? Connection(path: path, mode: .readOnly)
                if kept == nil { try open.restrict() }
                kept = open
                return .success(try body(open))
            } catch {
                return .failure(
                    Problem(
                        .transient, "The code systems cannot be read just now. Try again."))
            }
        }
        return try result.get()
    }

    func close() {
        connection.withLock { kept in
            kept?.close()
            kept = nil
        }
    }
}

/// A code system that the clinic loaded, read where it lies.
struct ReleaseSource: CodeSource {
    /// Codes that one question takes into memory.
    private static let codesMax = TermLimits.visitsMax
    private static let codesAtOnce = 500

    let release: TermRelease
    let reader: TermReader

    var url: String { release.system }
    var version: String? { release.version }
    var title: String { release.title }
    var isComplete: Bool { true }
    var count: Int? { release.conceptCount }
    var isCaseSensitive: Bool { true }

    func concept(_ code: String) throws(Problem) -> TermConcept? {
        try reader.read { try Self.concept(code, release.id, $0) }
    }

    private static func concept(
        _ code: String, _ release: Int64, _ connection: Connection
    ) throws -> TermConcept? {
        let statement = try connection.statement(
            "SELECT display, flags, facts FROM term_concept WHERE release = ? AND code = ?")
        defer { statement.reset() }
        statement.bind(1, release)
        statement.bind(2, code)
        guard try statement.step() else { return nil }
        var concept = TermConcept(code: code, display: statement.textOrNil(0))
        let flags = statement.int(1)
        concept.isAbstract = flags & 1 != 0
        concept.isInactive = flags & 2 != 0
        for line in statement.text(2).split(separator: "\n") {
            let parts = line.split(separator: "\t", maxSplits: 1).map(String.init)
            if parts.count == 2 { concept.facts.append(TermFact(parts[0], parts[1])) }
        }
        concept.names = try texts(
            connection.statement(
                "SELECT name FROM term_name WHERE release = ? AND code = ? ORDER BY name LIMIT 200"),
            release, code)
        return concept
    }

    private static func texts(
        _ statement: Statement, _ release: Int64, _ text: String
    ) throws -> [String] {
        defer { statement.reset() }
        statement.bind(1, release)
        statement.bind(2, text)
        var found: [String] = []
        while try statement.step() { found.append(statement.text(0)) }
        return found
    }

    func subsumes(_ ancestor: String, _ code: String) throws(Problem) -> Bool? {
        try reader.read { connection in
            for one in [ancestor, code] {
                let isKnown = try connection.int(
                    "SELECT 1 FROM term_concept WHERE release = ? AND code = ?", .int(release.id),
                    .text(one))
                if isKnown == nil { return nil }
            }
            return try connection.int(
                """
                WITH RECURSIVE above (code) AS (
                    SELECT ?2
                    UNION
                    SELECT term_edge.parent FROM term_edge, above
                     WHERE term_edge.release = ?1 AND term_edge.child = above.code)
                SELECT 1 FROM above WHERE code = ?3 LIMIT 1
                """, .int(release.id), .text(code), .text(ancestor)) != nil
        }
    }

    func parents(of code: String) throws(Problem) -> [String] {
        try reader.read {
            try Self.texts(
                $0.statement(
                    """
                    SELECT parent FROM term_edge WHERE release = ? AND child = ?
                     ORDER BY parent LIMIT 1000
                    """), release.id, code)
        }
    }

    func children(of code: String) throws(Problem) -> [String] {
        try reader.read {
            try Self.texts(
                $0.statement(
                    """
                    SELECT child FROM term_edge WHERE release = ? AND parent = ?
                     ORDER BY child LIMIT 1000
                    """), release.id, code)
        }
    }

    func visit(
        below top: String?, fitting text: String?, _ body: (TermConcept) -> Bool
    ) throws(Problem) {
        let wanted = text.map { TermText($0) }
        guard var codes = try codes(below: top, fitting: text)?[...] else {
            var last = ""
            while let page = try codes(after: last), let end = page.last {
                guard try visit(page[...], wanted, below: nil, body) else { return }
                last = end
            }
            return
        }
        while !codes.isEmpty {
            let page = codes.prefix(Self.codesAtOnce)
            codes = codes.dropFirst(Self.codesAtOnce)
            let root = text == nil ? nil : top
            guard try visit(page, wanted, below: root, body) else { return }
        }
    }

    /// False once the caller has enough.
    private func visit(
        _ codes: ArraySlice<String>, _ wanted: TermText?, below top: String?,
        _ body: (TermConcept) -> Bool
    ) throws(Problem) -> Bool {
        let concepts = try reader.read { connection in
            try codes.compactMap { try Self.concept($0, release.id, connection) }
        }
        for concept in concepts where wanted?.accepts(concept) ?? true {
            if let top, try subsumes(top, concept.code) != true { continue }
            guard body(concept) else { return false }
        }
        return true
    }

    private func codes(after last: String) throws(Problem) -> [String]? {
        let found = try reader.read {
            try Self.texts(
                $0.statement(
                    """
                    SELECT code FROM term_concept WHERE release = ? AND code > ?
                     ORDER BY code LIMIT 500
                    """), release.id, last)
        }
        return found.isEmpty ? nil : found
    }

    /// The codes to look at; nil for all.
    private func codes(
        below top: String?, fitting text: String?
    ) throws(Problem) -> [String]? {
        let words = text.map { SearchText.words($0) } ?? []
        if let word = words.max(by: { $0.count < $1.count }) {
            let found = try codes(wordPrefix: String(decoding: word, as: UTF8.self))
            // A code by itself is found too, though it is no word of a name.
            return text.map { [$0] + found } ?? found
        }
        guard let top else { return nil }
        return try reader.read {
            try Self.texts(
                $0.statement(
                    """
                    WITH RECURSIVE below (code) AS (
                        SELECT ?2
                        UNION
                        SELECT term_edge.child FROM term_edge, below
                         WHERE term_edge.release = ?1 AND term_edge.parent = below.code)
                    SELECT code FROM below LIMIT 300000
                    """), release.id, top
            ).sorted()
        }
    }

    private func codes(wordPrefix prefix: String) throws(Problem) -> [String] {
        try reader.read { connection in
            let statement = try connection.statement(
                """
                SELECT DISTINCT code FROM term_word
                 WHERE release = ? AND word >= ? AND word < ? LIMIT 300000
                """)
            defer { statement.reset() }
            statement.bind(1, release.id)
            statement.bind(2, prefix)
            statement.bind(3, prefix + "\u{10FFFF}")
            var found: [String] = []
            while try statement.step() { found.append(statement.text(0)) }
            return found
        }
    }
}
