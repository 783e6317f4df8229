import FHIRModel
package import FHIRSearch
import Kernel
import SQLite
import Synchronization
package import Terminology

/// What the box knows of codes, kept up with what the clinic loads and writes.
package final class TermShelf: Sendable {
    /// The types of resources that define terms.
    static let types = ["CodeSystem", "ValueSet", "ConceptMap"]
    /// Resources of each type that are used; the newest ones beyond are not.
    package static let resourcesMax = 2_000
    private static let resourcesBytesMax = 32 << 20

    private struct State {
        var book = TermBook.builtIn
        var mark: [Int64] = []
    }

    private let state = Mutex(State())
    private let reader: TermReader

    init(path: String) { reader = TermReader(path: path) }

    /// The book as it was when it was last looked after.
    package var book: TermBook { state.withLock { $0.book } }

    /// What searches ask; answers with the book as it stands then.
    package var search: SearchTerminology {
        var terminology = SearchTerminology()
        terminology.contains = { [self] valueSet, system, code in
            // What cannot be worked out is answered as what cannot be told.
            try? book.contains(valueSet, system: system, code: code)
        }
        terminology.subsumes = { [self] system, ancestor, code in
            // As above.
            try? book.subsumes(system: system, ancestor, code)
        }
        terminology.knows = { [self] in book.knows($0) }
        return terminology
    }

    func close() { reader.close() }

    /// Reads what has changed since the last look.
    func refresh(_ connection: Connection, _ keys: DataKeys) throws -> TermBook {
        let mark = try TermRows.mark(connection)
        if let known = state.withLock({ $0.mark == mark ? $0.book : nil }) { return known }
        var resources = TermResources()
        var bytes = 0
        for type in Self.types {
            let rows = try TermRows.resources(type, countMax: Self.resourcesMax, connection)
            for row in rows where bytes < Self.resourcesBytesMax {
                let json = try row.opened(with: keys).json
                bytes += json.count
                // What was stored was read before; a damaged one is passed over.
                if let parsed = try? JSON.parse(json, limits: .any) { resources.take(parsed) }
            }
        }
        let releases = try TermRows.current(connection).map {
            ReleaseSource(release: $0, reader: reader)
        }
        let book = TermBook.builtIn.with(releases: releases, resources: resources)
        state.withLock { $0 = State(book: book, mark: mark) }
        return book
    }
}
