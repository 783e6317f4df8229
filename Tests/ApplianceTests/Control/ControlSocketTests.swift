import AccessControl
import Assembly
import FHIRModel
import Foundation
import Glibc
import Identity
import Kernel
import Logging
import RecordStore
import ServiceLifecycle
import Synchronization
import TestKit
import Testing

/// Commands over the control socket of a running box.
@Suite struct `Control socket` {
    /// Runs the control server of a box while `body` works.
    private func whileServed(
        _ body: @escaping @Sendable (TestBox) async throws -> Void
    ) async throws {
        try await TestBox.with { test in
            var quiet = Logger(label: "test")
            quiet.logLevel = .critical
            let (listening, found) = AsyncStream<Void>.makeStream()
            let group = ServiceGroup(
                configuration: .init(
                    services: [
                        .init(
                            service: ControlServer(
                                box: test.box, logger: quiet,
                                onListening: { found.yield() }),
                            successTerminationBehavior: .gracefullyShutdownGroup)
                    ], logger: quiet))
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask { try await group.run() }
                tasks.addTask {
                    var iterator = listening.makeAsyncIterator()
                    _ = await iterator.next()
                    do {
                        try await body(test)
                    } catch {
                        await group.triggerGracefulShutdown()
                        throw error
                    }
                    await group.triggerGracefulShutdown()
                }
                try await tasks.waitForAll()
            }
        }
    }

    /// What blocks runs on a thread that no task waits for; the machine may have two of those.
    private static func blocking<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }

    @Test func `a command gives the same over the socket as in the folder`() async throws {
        try await whileServed { test in
            try await test.put(SampleResources.patient("own"))
            try await test.add("nurse", [.nurse])
            let link = try await BoxLink.open(test.box.folder)
            for operation in ["user.list", "keys.status", "status", "audit.page"] {
                // The audit log grows by the very asking, so each side sees the part before it.
                let arguments = operation == "audit.page" ? #"{"limit":3,"format":"csv"}"# : "{}"
                let there = try await link.run(operation) { writer in
                    guard operation == "audit.page" else { return }
                    writer.member("limit", 3)
                    writer.member("format", "csv")
                }
                let here = try await test.run(operation, arguments)
                if operation == "status" {
                    #expect(there["patients"]?.int == here["patients"]?.int)
                    #expect(there["schema"]?.canonicalBytes() == here["schema"]?.canonicalBytes())
                } else {
                    #expect(there.isEqual(to: here), "\(operation)")
                }
            }
            let file = try SampleResources.patient("two").canonicalBytes()
            let report = try await link.run("import.document", attachment: file)
            #expect(report["created"]?.int == 1)
            let again = try await test.run("import.document", "{}", file)
            #expect(again["unchanged"]?.int == 1)
            await link.close()
        }
    }

    @Test func `failures come back as they are in the folder`() async throws {
        try await whileServed { test in
            let link = try await BoxLink.open(test.box.folder)
            for operation in ["none", "token.issue", "user.add", "user.disable"] {
                var there: Problem?
                var here: Problem?
                do { _ = try await link.run(operation) } catch let found as Problem {
                    there = found
                }
                do { _ = try await test.run(operation) } catch let found as Problem { here = found }
                #expect(there != nil && there == here, "\(operation)")
                #expect(there?.detail == here?.detail && there?.location == here?.location)
            }
        }
    }

    @Test func `long work tells how far it is`() async throws {
        try await whileServed { test in
            try await test.put(SampleResources.patient("own"))
            let link = try await BoxLink.open(test.box.folder)
            let parts = Mutex<[Double]>([])
            let result = try await link.run(
                "audit.verify", progress: { part in parts.withLock { $0.append(part) } })
            #expect(result.string("status") == "intact")
            #expect(parts.withLock { $0.allSatisfy { (0...1).contains($0) } })
        }
    }

    @Test func `a frame over its limit, a cut one and noise end only their connection`()
        async throws
    {
        try await whileServed { test in
            let path = test.box.folder.controlSocket
            for bytes: [UInt8] in [
                [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], [0, 0, 0, 9, 0xFF, 0xFF, 0xFF, 0xFF],
                [0, 0, 0, 9, 0], [0, 0, 0, 2, 0, 0, 0, 0, 0x7B],
            ] {
                let socket = try #require(ControlSocket.connect(path))
                _ = bytes.withUnsafeBytes {
                    send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                shutdown(socket, Int32(SHUT_WR))
                let isSilent = try await Self.blocking {
                    try ControlFrame.read(from: socket) == nil
                }
                #expect(isSilent)
                close(socket)
            }
            let socket = try #require(ControlSocket.connect(path))
            try ControlFrame(json: Array("noise".utf8)).write(to: socket)
            let answer = try await Self.blocking { try ControlFrame.read(from: socket) }
            #expect(try JSON.parse(try #require(answer).json)["problem"] != nil)
            close(socket)
            let link = try await BoxLink.open(test.box.folder)
            #expect(try await link.run("user.list")["items"]?.count == 0)
        }
    }

    @Test func `no more than eight talk at once`() async throws {
        try await whileServed { test in
            let path = test.box.folder.controlSocket
            let call = Array(#"{"operation":"user.list","arguments":{}}"#.utf8)
            var open: [Int32] = []
            for _ in 0..<8 {
                let socket = try #require(ControlSocket.connect(path))
                try ControlFrame(json: call).write(to: socket)
                let isAnswered = try await Self.blocking {
                    try ControlFrame.read(from: socket) != nil
                }
                #expect(isAnswered)
                open.append(socket)
            }
            let ninth = try #require(ControlSocket.connect(path))
            let isSentAway = try await Self.blocking {
                // A connection that is reset is as good an answer as one that is closed.
                (try? ControlFrame.read(from: ninth)) == nil
            }
            #expect(isSentAway)
            close(ninth)
            for socket in open { close(socket) }
        }
    }

    @Test func `a server that ends in the middle is told as such`() throws {
        var pair: [Int32] = [0, 0]
        #expect(socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &pair) == 0)
        let head: [UInt8] = [0, 0, 0, 20, 0, 0, 0, 0, 0x7B]
        _ = head.withUnsafeBytes { send(pair[1], $0.baseAddress, $0.count, 0) }
        close(pair[1])
        #expect(throws: Problem(.transient, "")) { try ControlFrame.read(from: pair[0]) }
        #expect(throws: Problem(.transient, "")) {
            try ControlFrame(json: [0x7B]).write(to: pair[0])
        }
        close(pair[0])
    }

    @Test func `a second opening of the same folder is refused`() async throws {
        try await TestBox.with { test in
            await #expect(throws: Problem.self) {
                try await Box.open(test.box.folder, settings: IdentitySettings())
            }
        }
    }
}
