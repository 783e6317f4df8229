import Kernel
import Synchronization

/// Lets those who look before they change go one after the other, by resource type.
///
/// Somebody who creates a record only if a search finds none holds the turn of its type from the
/// search to the commit, so that of twenty who do so at once one creates. Changes without a look
/// take no turn: they count as made after the look that they overtook.
final class Turns: Sendable {
    /// How many may wait for one type.
    static let waitingCountMax = 1_000

    private struct Line {
        var isTaken = false
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let lines = Mutex<[String: Line]>([:])

    /// Waits for the turn of a type.
    ///
    /// - Throws: ``Problem`` `.transient` where too many wait already.
    func take(_ type: String) async throws {
        guard lines.withLock({ ($0[type]?.waiting.count ?? 0) < Self.waitingCountMax }) else {
            throw Problem(
                .transient, "Too many conditional changes wait. Try again.", retryAfterSeconds: 1)
        }
        await withCheckedContinuation { continuation in
            let isFree = lines.withLock { lines in
                if lines[type]?.isTaken != true {
                    lines[type, default: Line()].isTaken = true
                    return true
                }
                lines[type]?.waiting.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    /// Hands the turn of a type on.
    func give(_ type: String) {
        let next = lines.withLock { lines -> CheckedContinuation<Void, Never>? in
            guard lines[type]?.waiting.isEmpty == false else {
                lines[type] = nil
                return nil
            }
            return lines[type]?.waiting.removeFirst()
        }
        next?.resume()
    }
}

extension RecordStore {
    /// Runs `body` while nobody else does so for one of the same resource types.
    ///
    /// For changes that depend on what a search finds. Taken in alphabetical order, so that two who
    /// want several wait for each other and not for ever; must not be called inside itself.
    package func inTurn<Value: Sendable>(
        _ types: Set<String>, _ body: () async throws -> Value
    ) async throws -> Value {
        var taken: [String] = []
        defer { for type in taken.reversed() { turns.give(type) } }
        for type in types.sorted() {
            try await turns.take(type)
            taken.append(type)
        }
        // Whoever asked may have gone while it waited.
        try Task.checkCancellation()
        return try await body()
    }
}
