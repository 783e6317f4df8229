import NIOCore
import ServerKit
import Testing

@Suite("Limits of the edge")
struct LimitTests {
    private static func limits(_ change: (inout EdgeLimits) -> Void) -> EdgeLimits {
        var limits = EdgeLimits()
        change(&limits)
        return limits
    }

    private static let echo = "POST /api/v1/echo HTTP/1.1\r\nHost: localhost\r\n"

    @Test func `a body over the limit of its route is refused by its stated length`() async throws {
        try await EdgeBox.with { box in
            let answer = try await box.exchange(Self.echo + "Content-Length: 2001\r\n\r\n")
            #expect(answer.statuses == [413])
            #expect(answer.text.contains("at most 2000 bytes"))
            #expect(answer.isClosed)
        }
    }

    @Test func `a body over the limit of its route is refused while it comes`() async throws {
        try await EdgeBox.with { box in
            let chunk = "400\r\n" + String(repeating: "a", count: 1_024) + "\r\n"
            let answer = try await box.exchange(
                Self.echo + "Transfer-Encoding: chunked\r\n\r\n" + chunk, chunk, chunk)
            #expect(answer.statuses == [413])
            #expect(answer.text.contains("at most 2000 bytes"))
            #expect(answer.isClosed)
        }
    }

    @Test func `a body of just the limit is taken`() async throws {
        try await EdgeBox.with { box in
            let answer = try await box.exchange(
                Self.echo + "Connection: close\r\nContent-Length: 2000\r\n\r\n"
                    + String(repeating: "b", count: 2_000))
            #expect(answer.statuses == [200])
        }
    }

    @Test func `a client that dribbles its head is told and closed`() async throws {
        try await EdgeBox.with(limits: Self.limits { $0.headMsMax = 200 }) { box in
            let answer = try await box.exchange("GET /api/v1/hello HTTP/1.1\r\nHost: loc")
            #expect(answer.statuses == [408])
            #expect(answer.isClosed)
        }
    }

    @Test func `a client that says nothing is closed`() async throws {
        try await EdgeBox.with(limits: Self.limits { $0.idleMsMax = 5_000 }) { box in
            let answer = try await box.exchange("")
            #expect(answer.statuses == [] && answer.isClosed)
        }
    }

    @Test func `a connection with nothing more to ask is closed`() async throws {
        try await EdgeBox.with(limits: Self.limits { $0.idleMsMax = 5_000 }) { box in
            let answer = try await box.exchange(
                "GET /api/v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(answer.statuses == [200] && answer.isClosed)
        }
    }

    @Test func `a client that dribbles its body is told and closed`() async throws {
        let limits = Self.limits {
            $0.bodyGraceMs = 150
            $0.bodyBytesPerSecondMin = 1_000
        }
        try await EdgeBox.with(limits: limits) { box in
            let answer = try await box.exchange(
                Self.echo + "Content-Length: 1000\r\n\r\n", "a", "b", "c", "d", "e", "f", "g", "h")
            #expect(answer.statuses == [408])
            #expect(answer.isClosed)
        }
    }

    @Test func `a handler that reads slowly is not taken for a slow client`() async throws {
        let limits = Self.limits { $0.bodyGraceMs = 100 }
        try await EdgeBox.with(limits: limits) { box in
            let answer = try await box.exchange(
                "GET /api/v1/pause HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            #expect(answer.statuses == [200])
        }
    }

    @Test func `an answer that nobody reads is given up`() async throws {
        let limits = Self.limits { $0.answerStallMsMax = 200 }
        try await EdgeBox.with(limits: limits) { box in
            let client = try await SilentReader(port: box.port)
            try await client.send("GET /api/v1/big HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(await client.isClosedByServer(withinMs: 60_000))
        }
    }

    @Test func `a large answer is sent whole before the connection ends`() async throws {
        try await EdgeBox.with(limits: Self.limits { $0.lingerMsMax = 100 }) { box in
            let client = try await SilentReader(port: box.port)
            try await client.send(
                "GET /api/v1/big HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            #expect(try await client.takeAll() > EchoFeature.bigBytes)
        }
    }

    @Test func `an answer that is taken slowly goes on, one that is not taken ends`() {
        let second = TimeAmount.seconds(1)
        let start = NIODeadline.uptimeNanoseconds(0)
        var pace = AnswerPace(EdgeLimits())
        let isStalledBefore = pace.isStalled(start + second * 100, taken: 0)
        #expect(!isStalledBefore)
        pace.wait(start)
        for tick in 1...300 {
            let isStalled = pace.isStalled(start + second * tick, taken: tick * 1_100)
            #expect(!isStalled)
        }
        var stalls = 0
        for tick in 301...370 where pace.isStalled(start + second * tick, taken: 330_000) {
            stalls += 1
        }
        #expect(stalls > 0)
        pace.end()
        #expect(!pace.isWaiting)
        let isStalledAfter = pace.isStalled(start + second * 1_000, taken: 330_000)
        #expect(!isStalledAfter)
    }

    @Test func `a handshake that does not come is given up`() async throws {
        try await EdgeBox.with(limits: Self.limits { $0.handshakeMsMax = 200 }) { box in
            let answer = try await Exchange.run(port: box.port, pieces: [[0x16, 3, 1]], tls: false)
            #expect(answer.isClosed)
        }
    }

    @Test func `connections over the limit are closed at once and others go on`() async throws {
        try await EdgeBox.with(limits: Self.limits { $0.connectionsMax = 2 }) { box in
            let first = try await SilentReader(port: box.port)
            let second = try await SilentReader(port: box.port)
            let third = try await box.exchange(
                "GET /api/v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(third.statuses == [] && third.isClosed)
            await first.close()
            await second.close()
            let fourth = try await box.exchange(
                "GET /api/v1/hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            #expect(fourth.statuses == [200])
        }
    }
}
