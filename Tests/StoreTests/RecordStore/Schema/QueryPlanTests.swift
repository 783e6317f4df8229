import Glibc
import Kernel
import RecordStore
import SQLite
import TestKit
import Testing

/// The sources of the record store, found above the file of this test.
struct StoreSources {
    let folder: String

    /// Nil, with the reason printed, where the tests run without their sources.
    init?(file: String = #filePath) {
        var path = file
        while let slash = path.lastIndex(of: "/") {
            path = String(path[..<slash])
            let candidate = path + "/Sources/RecordStore"
            if access(candidate, F_OK) == 0 {
                folder = candidate
                return
            }
        }
        print("skipped: the sources of RecordStore are not beside the tests")
        return nil
    }

    var texts: [(path: String, text: String)] {
        Self.files(in: folder).filter { $0.hasSuffix(".swift") }.map {
            ($0, String(decoding: TemporaryFolder.bytes(of: $0), as: UTF8.self))
        }
    }

    private static func files(in folder: String) -> [String] {
        TemporaryFolder.names(in: folder).filter { !$0.hasPrefix(".") }.flatMap { name in
            let path = "\(folder)/\(name)"
            return name.hasSuffix(".swift") ? [path] : files(in: path)
        }.sorted()
    }

    /// The string literals of a source that are SQL statements with a plan.
    static func statements(in text: String) -> [String] {
        let pieces = text.components(between: "\"\"\"") + text.components(between: "\"")
        return pieces.filter { piece in
            let start = piece.drop { $0.isWhitespace }
            return ["SELECT ", "INSERT ", "UPDATE ", "DELETE "].contains { start.hasPrefix($0) }
        }
    }
}

extension String {
    /// Every second piece between occurrences of a mark: the inside of literals.
    func components(between mark: String) -> [String] {
        var pieces: [String] = []
        for line in mark == "\"" ? split(separator: "\n").map(String.init) : [self] {
            let parts = line.split(separator: mark, omittingEmptySubsequences: false)
            for (index, part) in parts.enumerated() where index % 2 == 1 {
                pieces.append(String(part))
            }
        }
        return pieces
    }
}

@Suite struct `Plans of the statements` {
    @Test func `no statement of a rows file reads a large table from end to end`() async throws {
        guard let sources = StoreSources() else { return }
        let test = try TestStore(steps: [TestStore.history, .deferred, .terms])
        let raw = try test.rawConnection()
        var count = 0
        for (path, text) in sources.texts where path.contains("Rows.swift") {
            for sql in StoreSources.statements(in: text) {
                count += 1
                let plan = try plan(of: sql, raw)
                for table in [
                    "resource_version", "audit_entry", "identifier_tag", "answered_request",
                    "outbox", "v", "t", "a", "search_resource", "search_tag", "search_link",
                    "search_range", "search_quantity", "search_text", "deferred_answer",
                    "term_concept", "term_name", "term_edge", "term_word",
                ] {
                    let isScan = plan.contains { line in
                        line == "SCAN \(table)" || line.hasPrefix("SCAN \(table) ")
                    }
                    #expect(!isScan, "\(sql): \(plan)")
                }
                #expect(
                    !plan.contains { $0.contains("TEMP B-TREE FOR ORDER BY") }, "\(sql): \(plan)")
            }
        }
        #expect(count > 20)
    }

    /// What SQLite looks for first in each statement that a search runs.
    private static let entries: [(start: String, plan: String)] = [
        (
            "INDEXED BY search_resource_by_chart",
            "USING COVERING INDEX search_resource_by_chart (type=? AND chart>? AND chart<?)"
        ),
        (
            "INDEXED BY search_resource_by_type",
            "USING COVERING INDEX search_resource_by_type (type=? AND origin>?)"
        ),
        (
            "INDEXED BY search_resource_by_change",
            "USING COVERING INDEX search_resource_by_change (type=? AND changed_ms>? AND changed_ms<?)"
        ),
        ("INDEXED BY search_resource_by_tag", "search_resource_by_tag (self_tag=?)"),
        ("AND tag = ?", "PRIMARY KEY (parameter=? AND tag=? AND chart>? AND chart<?)"),
        (
            "AND target_tag = ?",
            "PRIMARY KEY (parameter=? AND target_tag=? AND chart>? AND chart<?)"
        ),
        (
            "INDEXED BY search_link_by_origin",
            "COVERING INDEX search_link_by_origin (parameter=? AND origin=?)"
        ),
        (
            "INDEXED BY search_range_by_time",
            "search_range_by_time (parameter=? AND low_ms>? AND low_ms<?)"
        ),
        ("FROM search_quantity", "PRIMARY KEY (parameter=? AND chart>? AND chart<?)"),
        ("FROM search_text", "PRIMARY KEY (parameter=? AND chart>? AND chart<?)"),
    ]

    @Test func `every statement of a search goes straight to its rows`() async throws {
        guard let sources = StoreSources() else { return }
        let test = try TestStore()
        let raw = try test.rawConnection()
        var found = Set<String>()
        for (path, text) in sources.texts
        where path.hasSuffix("/SearchRows.swift") || path.hasSuffix("/SearchValueRows.swift") {
            for sql in StoreSources.statements(in: text) {
                guard let entry = Self.entries.first(where: { sql.contains($0.start) }) else {
                    continue
                }
                found.insert(entry.start)
                let plan = try plan(of: sql, raw)
                #expect(plan.contains { $0.contains(entry.plan) }, "\(sql): \(plan)")
            }
        }
        #expect(found == Set(Self.entries.map(\.start)))
    }

    @Test func `the database is checkpointed in one place`() throws {
        guard let sources = StoreSources() else { return }
        var places: [String] = []
        for (path, text) in sources.texts where !path.hasSuffix("FaultControls.swift") {
            for line in text.split(separator: "\n") {
                let code = line.split(separator: "//", omittingEmptySubsequences: false).first ?? ""
                if code.contains("checkpoint(.") || code.contains("wal_checkpoint")
                    || code.contains("wal_autocheckpoint")
                {
                    places.append("\(path): \(code)")
                }
            }
        }
        #expect(places.count == 1, "\(places)")
    }

    private func plan(of sql: String, _ connection: Connection) throws -> [String] {
        let statement = try connection.prepare("EXPLAIN QUERY PLAN " + sql)
        defer { statement.reset() }
        var lines: [String] = []
        while try statement.step() { lines.append(statement.text(3)) }
        return lines
    }
}
