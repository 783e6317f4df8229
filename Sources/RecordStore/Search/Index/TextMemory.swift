import FHIRSearch
import Synchronization

/// Sealed values of the search index that were opened before, so that a search for the name of a
/// person does not open those of everybody again.
///
/// Each is held with the nonce of its seal: a row that was written anew has another one.
final class TextMemory: Sendable {
    /// What was opened.
    struct Opened: Sendable {
        /// The first eight bytes of the nonce.
        let nonce: UInt64
        let values: [IndexValue]
    }

    /// Rows that are remembered; beyond that all are forgotten, and it begins anew.
    private static let rowsCountMax = 250_000

    private struct State {
        var opened: [Int64: [Int64: Opened]] = [:]
        var count = 0
    }

    private let state = Mutex(State())

    /// What is remembered of a parameter, by origin.
    func opened(_ parameter: Int64) -> [Int64: Opened] {
        state.withLock { $0.opened[parameter] ?? [:] }
    }

    /// Remembers more of a parameter.
    func add(_ fresh: [Int64: Opened], _ parameter: Int64) {
        guard !fresh.isEmpty, fresh.count <= Self.rowsCountMax else { return }
        state.withLock { state in
            state.count += fresh.count
            if state.count > Self.rowsCountMax {
                state.opened = [:]
                state.count = fresh.count
            }
            state.opened[parameter, default: [:]].merge(fresh) { $1 }
        }
    }

    /// Forgets a resource that was deleted.
    func forget(_ origin: Int64) {
        state.withLock { state in
            for parameter in state.opened.keys { state.opened[parameter]?[origin] = nil }
        }
    }
}
