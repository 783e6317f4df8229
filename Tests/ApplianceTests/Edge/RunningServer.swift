import ServerKit

extension EdgeServer {
    /// Serves while a test does something, and stops then.
    ///
    /// - Parameter ports: gives the ports once the server listens.
    func running(
        _ ports: AsyncStream<BoundPorts>,
        _ body: @escaping @Sendable (BoundPorts) async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await run() }
            group.addTask {
                var iterator = ports.makeAsyncIterator()
                guard let bound = await iterator.next() else { return }
                try await body(bound)
            }
            // The server never ends by itself, so the first to end is the test, or a failed start.
            try await group.next()
            group.cancelAll()
            while let result = await group.nextResult() { _ = result }
        }
    }
}
