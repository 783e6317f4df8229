import Kernel
import Logging
import ServerKit
import Synchronization
import TestKit
import Testing

@Suite struct `Lines of the log` {
    /// What was written, a call at a time.
    private final class Written: Sendable {
        private let calls = Mutex<[String]>([])
        var all: [String] { calls.withLock { $0 } }
        func take(_ bytes: [UInt8]) {
            calls.withLock { $0.append(String(decoding: bytes, as: UTF8.self)) }
        }
    }

    private let written = Written()

    private func log() -> LineLog {
        LineLog(clock: FixedClock().clock) { [written] in written.take($0) }
    }

    @Test func `requests wait for each other and are written together`() {
        let log = log()
        let logger = log.logger("box", level: .info)
        for number in 0..<3 { logger.info("request", metadata: ["number": "\(number)"]) }
        logger.debug("nobody asked for this")
        #expect(written.all.isEmpty)
        log.flush()
        log.flush()
        #expect(written.all.count == 1)
        let lines = written.all.first?.split(separator: "\n") ?? []
        #expect(lines.count == 3)
        #expect(lines.last?.hasSuffix("Z info request number=2") == true)
    }

    @Test func `what needs attention is written at once, after what waited`() {
        let logger = log().logger("box", level: .info)
        logger.info("first")
        logger.warning("second", metadata: ["b": "2", "a": "1"])
        #expect(written.all.count == 1)
        let lines = written.all.first?.split(separator: "\n") ?? []
        #expect(lines.first?.hasSuffix("info first") == true)
        #expect(lines.last?.hasSuffix("warning second a=1 b=2") == true)
    }

    @Test func `a value cannot begin a line of its own or colour the terminal`() {
        let logger = log().logger("box", level: .info)
        logger.warning("x", metadata: ["value": "a\r\nb\u{1B}[31mc\u{7F}", "list": ["p", "q\n"]])
        let text = written.all.joined()
        #expect(text.filter { $0 == "\n" || $0 == "\r\n" }.count == 1)
        #expect(text.contains("value=a??b?[31mc?"))
        #expect(!text.contains("\u{1B}"))
    }

    @Test func `a value has a longest length, and much waiting is written without a call`() {
        let logger = log().logger("box", level: .info)
        for _ in 0..<20 {
            logger.info("x", metadata: ["value": "\(String(repeating: "y", count: 5_000))"])
        }
        #expect(!written.all.isEmpty)
        #expect(written.all.allSatisfy { $0.utf8.count < 20_000 })
    }
}
