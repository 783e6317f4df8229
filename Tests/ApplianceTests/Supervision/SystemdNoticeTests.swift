import AccessControl
import Assembly
import Glibc
import Kernel
import RecordStore
import ServerKit
import Synchronization
import TestKit
import Testing

@Suite("What the service manager is told")
struct SystemdNoticeTests {
    /// The socket that a service manager would listen on.
    private struct Ear {
        let descriptor: Int32

        init(path: String) throws {
            descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            var bytes = Array(path.utf8)
            if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
            let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
            let file = descriptor
            let code = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(file, $0, length) }
            }
            try #require(code == 0)
        }

        /// The next message, or nil if there is none.
        func next() -> String? {
            var bytes = [UInt8](repeating: 0, count: 4_096)
            let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
            return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
        }
    }

    @Test func `the service manager hears of start, life and stop`() throws {
        let folder = try TemporaryFolder()
        for path in [folder.file("notify"), "@tribal-ehr-test-\(getpid())-notify"] {
            let ear = try Ear(path: path)
            defer { close(ear.descriptor) }
            let notice = SystemdNotice(environment: ["NOTIFY_SOCKET": path])
            notice.ready("Ready at https://localhost\nREADY=0")
            #expect(ear.next() == "READY=1\nSTATUS=Ready at https://localhost READY=0")
            notice.alive()
            #expect(ear.next() == "WATCHDOG=1")
            notice.stopping()
            #expect(ear.next()?.hasPrefix("STOPPING=1\n") == true)
            #expect(ear.next() == nil)
        }
    }

    @Test func `without a service manager nothing is told and nothing fails`() {
        for path in ["", "relative", "/no/such/socket", "/" + String(repeating: "x", count: 200)] {
            SystemdNotice(environment: ["NOTIFY_SOCKET": path]).ready("Ready")
        }
        #expect(SystemdNotice(environment: ["WATCHDOG_USEC": "30000000"]).watchdogMs == nil)
    }

    @Test func `the interval of the watchdog is read where it is meant for this process`() {
        func interval(_ more: [String: String]) -> Int? {
            let given = ["NOTIFY_SOCKET": "/run/notify", "WATCHDOG_USEC": "30000000"]
            return SystemdNotice(environment: given.merging(more) { $1 }).watchdogMs
        }
        #expect(interval([:]) == 30_000)
        #expect(interval(["WATCHDOG_PID": "\(getpid())"]) == 30_000)
        #expect(interval(["WATCHDOG_PID": "1"]) == nil)
        #expect(interval(["WATCHDOG_USEC": "soon"]) == nil)
        #expect(interval(["WATCHDOG_USEC": "-5"]) == nil)
    }

    @Test func `a store whose writer hangs does not count as working until it goes on`()
        async throws
    {
        try await TestBox.with { test in
            let store = test.box.store
            let grant = try await test.box.grant(
                Ask(.administer, area: .system, type: "Job"), test.box.machine("job"))
            let order = Mutex<[String]>([])
            let (begins, begun) = AsyncStream<Void>.makeStream()
            let gate = OpenableGate()
            async let stuck: Void = store.changeRows(grant) { _ in
                begun.yield()
                gate.wait()
                order.withLock { $0.append("writer") }
            }
            for await _ in begins { break }
            async let works = store.works()
            // A reader still answers, so the database alone would look well.
            #expect(await store.answers())
            gate.open()
            try await stuck
            let isWorking = await works
            order.withLock { $0.append("works") }
            #expect(isWorking)
            #expect(order.withLock { $0 } == ["writer", "works"])
        }
    }
}

/// Holds a thread until it is opened.
private final class OpenableGate: Sendable {
    private let ends: (reading: Int32, writing: Int32)

    init() {
        var ends: [Int32] = [0, 0]
        pipe(&ends)
        self.ends = (ends[0], ends[1])
    }

    deinit {
        close(ends.reading)
        close(ends.writing)
    }

    func wait() {
        var byte: UInt8 = 0
        _ = read(ends.reading, &byte, 1)
    }

    func open() {
        var byte: UInt8 = 1
        _ = write(ends.writing, &byte, 1)
    }
}
