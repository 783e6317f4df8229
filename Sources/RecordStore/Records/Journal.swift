package import AccessControl
import Synchronization

/// One change that was committed, as those who follow the records learn of it.
package struct JournalFact: Sendable {
    /// The place in the order of all changes of the box.
    package let seq: Int64
    package let type: String
    package let id: String
    /// From 1.
    package let version: Int
    package let isDeleted: Bool
    /// Empty for a record of no patient.
    package let patientID: String
    package let compartment: Compartment
    /// The session or token that made the change; nil for the box itself.
    package let sessionTag: String?
}

/// What was committed last, for those who follow the records while the box runs.
///
/// Everything of before is in the table of versions; a power cut loses nothing of it.
package final class Journal: Sendable {
    /// How many of the newest facts are kept in memory.
    package static let factsMax = 4_096

    private struct State {
        var head: Int64
        /// Everything after this place is among the facts.
        var floor: Int64
        var facts: [JournalFact] = []
        var next: UInt64 = 0
        var listeners: [UInt64: AsyncStream<Void>.Continuation] = [:]
    }

    private let state: Mutex<State>

    init(head: Int64) { state = Mutex(State(head: head, floor: head)) }

    /// The place of the newest change.
    package var head: Int64 { state.withLock { $0.head } }

    /// Signals of changes, each for one or more of them, until ``end(_:)``.
    package func listen() -> (number: UInt64, signals: AsyncStream<Void>) {
        let (signals, listener) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.next += 1
            state.listeners[state.next] = listener
            return state.next
        }
        return (number, signals)
    }

    /// Signals a listener without a change.
    package func nudge(_ number: UInt64) {
        _ = state.withLock { $0.listeners[number] }?.yield()
    }

    /// Ends the signals of a listener.
    package func end(_ number: UInt64) {
        state.withLock { $0.listeners.removeValue(forKey: number) }?.finish()
    }

    /// The facts after a place, oldest first; nil where they are not known any more, or the place is
    /// none of this box.
    package func facts(after seq: Int64) -> [JournalFact]? {
        state.withLock { state in
            guard seq >= state.floor, seq <= state.head else { return nil }
            var first = state.facts.count
            while first > 0, state.facts[first - 1].seq > seq { first -= 1 }
            return Array(state.facts[first...])
        }
    }

    /// Takes a change in that is on the disk.
    func add(_ fact: JournalFact) {
        let listeners = state.withLock { state in
            state.head = max(state.head, fact.seq)
            state.facts.append(fact)
            if state.facts.count >= 2 * Self.factsMax {
                let surplus = state.facts.count - Self.factsMax
                state.floor = state.facts[surplus - 1].seq
                state.facts.removeFirst(surplus)
            }
            return Array(state.listeners.values)
        }
        for listener in listeners { listener.yield() }
    }
}
