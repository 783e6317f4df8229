import Kernel
import SQLite
import Synchronization

/// What the store remembers of the search index while it is open.
final class SearchIndex: Sendable {
    let maker: IndexMaker
    let texts = TextMemory()
    private let work = Mutex<IndexWork?>(nil)

    /// A rebuild that is not done yet.
    struct IndexWork: Sendable {
        /// The place in the order of changes up to which it is done.
        var mark: Int64
        /// Where it ends.
        let last: Int64
    }

    init(maker: IndexMaker) { self.maker = maker }

    /// Reads how the index stands, and empties it where other rules made it.
    func load(_ connection: Connection) throws {
        let version = Int64(maker.rules.version)
        let found = try StateRows.state(connection)
        if found?.version != version {
            try connection.beginImmediate()
            do {
                try StateRows.empty(connection)
                let last = try StateRows.lastSeq(connection)
                try StateRows.put(
                    version: version, mark: last == 0 ? nil : 0, last: last, connection)
                try connection.commit()
            } catch {
                try connection.rollback()
                throw error
            }
        }
        try maker.numbers.load(connection)
        let state = try StateRows.state(connection)
        work.withLock { work in
            work = state.flatMap { state in
                state.mark.map { IndexWork(mark: $0, last: state.last) }
            }
        }
    }

    /// The rebuild that is not done; nil where the index is whole.
    var unfinished: IndexWork? { work.withLock { $0 } }

    /// Notes how far a rebuild is; nil once it is done.
    func note(mark: Int64?) {
        work.withLock { work in
            if let mark { work?.mark = mark } else { work = nil }
        }
    }

    /// Refuses a search as long as the index is not whole.
    func check() throws(Problem) {
        guard let work = unfinished else { return }
        let percent = work.last == 0 ? 0 : work.mark * 100 / work.last
        throw Problem(
            .transient,
            "The search index is being rebuilt (\(percent) % done). Reading goes on; search again "
                + "in a while.", retryAfterSeconds: 30)
    }
}
