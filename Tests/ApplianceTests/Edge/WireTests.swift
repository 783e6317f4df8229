import ServerKit
import Testing

/// One way to write a request that two readers could understand in two ways.
struct OddRequest: Sendable {
    let name: String
    let bytes: String
    let status: Int

    init(_ name: String, _ status: Int, _ bytes: String) {
        self.name = name
        self.status = status
        self.bytes = bytes
    }

    /// A request whose answer would give a smuggled request away.
    static let second = "GET /api/v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n"

    private static func post(_ fields: String, _ body: String = "") -> String {
        "POST /api/v1/ignore HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n\(body)"
    }

    private static func get(_ fields: String) -> String {
        "GET /api/v1/hello HTTP/1.1\r\n\(fields)\r\n\r\n"
    }

    private static func chunked(_ body: String) -> String {
        "POST /api/v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\(body)"
    }

    /// Requests that state the length of their body in more than one way, or in none.
    static let lengths: [OddRequest] = [
        .init(
            "both lengths", 400,
            post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + second)),
        .init(
            "both lengths, coding first", 400,
            post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n" + second)),
        .init("two lengths", 400, post("Content-Length: 0\r\nContent-Length: 55\r\n", second)),
        .init("two equal lengths", 400, post("Content-Length: 0\r\nContent-Length: 0\r\n", second)),
        .init("a list of lengths", 400, post("Content-Length: 0, 0\r\n", second)),
        .init("a length with a sign", 400, post("Content-Length: +0\r\n", second)),
        .init("a negative length", 400, post("Content-Length: -1\r\n", second)),
        .init("a hexadecimal length", 400, post("Content-Length: 0x0\r\n", second)),
        .init("an empty length", 400, post("Content-Length:\r\n", second)),
        .init("a length with a blank inside", 400, post("Content-Length: 0 0\r\n", second)),
        .init(
            "a length that overflows", 400, post("Content-Length: 18446744073709551616\r\n", second)
        ),
        .init("a length beyond every limit", 413, post("Content-Length: 99999999999\r\n", second)),
        .init("a length with an underscore", 400, post("Content_Length: 0\r\n", second)),
        .init("a coding with an underscore", 400, post("Transfer_Encoding: chunked\r\n", second)),
        .init(
            "an unknown coding", 501, post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n" + second)),
        .init(
            "two codings in one", 501,
            post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n" + second)),
        .init(
            "identity and chunked", 400,
            post(
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n" + second
            )),
        .init(
            "a coding behind a vertical tab", 400,
            post("Transfer-Encoding:\u{0B}chunked\r\n", "0\r\n\r\n" + second)),
        .init(
            "a coding with quotes", 501,
            post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n" + second)),
        .init(
            "a blank before the colon", 400,
            post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n" + second)),
        .init("a tab before the colon", 400, post("Content-Length\t: 0\r\n", second)),
        .init("a body on a GET", 400, get("Host: localhost\r\nContent-Length: 5") + "hello"),
        .init(
            "chunks on a GET", 400,
            get("Host: localhost\r\nTransfer-Encoding: chunked") + "0\r\n\r\n"),
    ]

    /// Chunked bodies whose end can be read in two ways.
    static let chunks: [OddRequest] = [
        .init("a chunk extension", 400, chunked("0;a=b\r\n\r\n" + second)),
        .init("an extension with a bare line feed", 400, chunked("1;\n0\r\n\r\n" + second)),
        .init("a size with a sign", 400, chunked("+0\r\n\r\n" + second)),
        .init("a size with 0x", 400, chunked("0x0\r\n\r\n" + second)),
        .init("a size behind a blank", 400, chunked(" 0\r\n\r\n" + second)),
        .init("a size before a blank", 400, chunked("0 \r\n\r\n" + second)),
        .init("no size", 400, chunked("\r\n\r\n" + second)),
        .init("a size that overflows", 400, chunked("FFFFFFFFFFFFFFFF1\r\n" + second)),
        .init("a size beyond the limit", 413, chunked("FFFFFFFF\r\n" + second)),
        .init("a size that ends in a line feed", 400, chunked("0\n\r\n" + second)),
        .init("a chunk longer than its size", 400, chunked("1\r\nab\r\n0\r\n\r\n" + second)),
        .init("a chunk that ends in a line feed", 400, chunked("1\r\na\n0\r\n\r\n" + second)),
        .init("a chunk without an end", 400, chunked("1\r\na0\r\n\r\n" + second)),
        .init("a trailer field", 400, chunked("0\r\nX-A: b\r\n\r\n" + second)),
        .init(
            "a trailer that states a length", 400,
            chunked("0\r\nContent-Length: 9\r\n\r\n" + second)),
        .init("a letter that is no digit", 400, chunked("g\r\n\r\n" + second)),
    ]

    /// Lines and fields that break the grammar.
    static let lines: [OddRequest] = [
        .init("only line feeds", 400, "GET /api/v1/hello HTTP/1.1\nHost: localhost\n\n"),
        .init(
            "one bare line feed", 400, "GET /api/v1/hello HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n"
        ),
        .init("a bare carriage return", 400, get("Host: localhost\r\nX: a\rb")),
        .init("a bare carriage return that hides a field", 400, get("Host: localhost\rX: b")),
        .init("a folded field", 400, get("Host: localhost\r\nX: a\r\n b")),
        .init("a folded field with a tab", 400, get("Host: localhost\r\nX: a\r\n\tb")),
        .init("a fold before the first field", 400, get(" Host: localhost")),
        .init("a field without a colon", 400, get("Host: localhost\r\nnonsense")),
        .init("a field without a name", 400, get("Host: localhost\r\n: value")),
        .init("a zero byte in a value", 400, get("Host: localhost\r\nX: a\u{0}b")),
        .init("a zero byte in a name", 400, get("Host: localhost\r\nX\u{0}: a")),
        .init(
            "a zero byte in the target", 400,
            "GET /api/v1/hello\u{0} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        .init("an escape character in a value", 400, get("Host: localhost\r\nX: \u{1B}[31m")),
        .init("a name with a bracket", 400, get("Host: localhost\r\nX(a): b")),
        .init("a name outside ASCII", 400, get("Host: localhost\r\nÄ: b")),
        .init("an empty line first", 400, "\r\n" + get("Host: localhost")),
        .init("a lower-case version", 400, "GET /api/v1/hello http/1.1\r\nHost: localhost\r\n\r\n"),
        .init("HTTP/1.0", 505, "GET /api/v1/hello HTTP/1.0\r\nHost: localhost\r\n\r\n"),
        .init("HTTP/0.9", 400, "GET /api/v1/hello\r\n\r\n"),
        .init("HTTP/1.10", 400, "GET /api/v1/hello HTTP/1.10\r\nHost: localhost\r\n\r\n"),
        .init("HTTP/3.7", 505, "GET /api/v1/hello HTTP/3.7\r\nHost: localhost\r\n\r\n"),
        .init("HTTP/2 without an agreement", 505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        .init(
            "two blanks in the first line", 400,
            "GET  /api/v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        .init(
            "a tab in the first line", 400, "GET\t/api/v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
        ),
        .init(
            "a blank in the target", 400, "GET /api/v1 /hello HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        .init(
            "a fragment in the target", 400,
            "GET /api/v1/hello#a HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        .init(
            "a backslash in the target", 400,
            "GET /api\\v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        .init("bytes of TLS", 400, "\u{16}\u{03}\u{01}\r\n\r\n"),
    ]

    /// Targets, hosts and methods that are not for us.
    static let targets: [OddRequest] = [
        .init(
            "an absolute target", 400,
            "GET http://localhost/api/v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        .init(
            "an absolute target elsewhere", 400,
            "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        .init("the asterisk", 400, "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        .init("no host", 400, "GET /api/v1/hello HTTP/1.1\r\n\r\n"),
        .init("two hosts", 400, get("Host: localhost\r\nHost: evil.example")),
        .init("an empty host", 400, get("Host:")),
        .init("a list of hosts", 400, get("Host: localhost, evil.example")),
        .init("a host with a path", 400, get("Host: localhost/evil")),
        .init("a host with a user", 400, get("Host: evil@localhost")),
        .init("TRACE", 405, "TRACE /api/v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        .init("CONNECT", 405, "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        .init("an unknown method", 501, "BREW /api/v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        .init(
            "a method in lower case", 400, "get /api/v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        .init(
            "a method with a control character", 400,
            "G\u{1}T /api/v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        .init(
            "an upgrade to HTTP/2", 400,
            get(
                "Host: localhost\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk"
            )),
        .init(
            "an upgrade to a web socket", 400,
            get("Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket")),
        .init(
            "an expectation of something else", 417,
            post("Expect: 200-ok\r\nContent-Length: 1\r\n", "a")),
        .init(
            "a target that is too long", 414,
            "GET /\(String(repeating: "a", count: 9_000)) HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        .init("a target without an end", 414, "GET /\(String(repeating: "a", count: 40_000))"),
        .init(
            "a field that is too long", 431,
            get("Host: localhost\r\nX: \(String(repeating: "a", count: 33_000))")),
        .init(
            "too many fields", 431,
            get("Host: localhost" + String(repeating: "\r\nX: y", count: 101))),
    ]
}

@Suite("Odd requests on the wire")
struct WireTests {
    static let groups = [
        OddRequest.lengths, OddRequest.chunks, OddRequest.lines, OddRequest.targets,
    ]

    @Test func `there are at least sixty odd requests`() {
        #expect(Self.groups.joined().count >= 60)
    }

    @Test(arguments: groups)
    func `an odd request is refused, the connection ends and nothing is smuggled`(
        group: [OddRequest]
    ) async throws {
        try await EdgeBox.with { box in
            for odd in group {
                let answer = try await box.exchange(odd.bytes)
                #expect(answer.statuses == [odd.status], "\(odd.name)")
                #expect(answer.isClosed, "\(odd.name)")
                #expect(!answer.text.contains("hello"), "\(odd.name)")
                #expect(
                    answer.text.contains("Content-Security-Policy: default-src 'none'"),
                    "\(odd.name)")
                #expect(answer.text.contains("X-Request-ID: "), "\(odd.name)")
                let good = try await box.exchange(
                    "GET /api/v1/hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                #expect(good.statuses == [200], "\(odd.name)")
            }
        }
    }

    @Test(arguments: groups)
    func `an odd request behind a good one is refused after its answer`(
        group: [OddRequest]
    ) async throws {
        try await EdgeBox.with { box in
            for odd in group {
                let answer = try await box.exchange(
                    "GET /api/v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n" + odd.bytes)
                #expect(answer.statuses == [200, odd.status], "\(odd.name)")
                #expect(answer.text.components(of: #"{"hello":true}"#) == 1, "\(odd.name)")
                #expect(answer.isClosed, "\(odd.name)")
            }
        }
    }

    @Test func `requests that come at once are answered one by one in their order`() async throws {
        try await EdgeBox.with { box in
            let slow = "GET /api/v1/pause HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let body =
                "POST /api/v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nfirst"
            let chunked =
                "POST /api/v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nsec\r\n3\r\nond\r\n0\r\n\r\n"
            let last = "GET /api/v1/hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            let answer = try await box.exchange(slow + body + chunked + last)
            #expect(answer.statuses == [200, 200, 200, 200])
            let order = ["paused", "first", "second", "hello"]
                .compactMap { answer.text.offset(of: $0) }
            #expect(order.count == 4 && order == order.sorted())
        }
    }

    @Test func `a chunked request in one piece is answered`() async throws {
        try await EdgeBox.with { box in
            let answer = try await box.exchange(
                "POST /api/v1/echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n3\r\ndef\r\n0\r\n\r\n")
            #expect(answer.statuses == [200])
            #expect(answer.text.hasSuffix("abcdef"))
        }
    }

    @Test func `a request that comes byte by byte is answered`() async throws {
        try await EdgeBox.with { box in
            let text =
                "POST /api/v1/echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
            let answer = try await Exchange.run(
                port: box.port, pieces: text.utf8.map { [$0] }, tls: true, pauseMs: 2)
            #expect(answer.statuses == [200])
            #expect(answer.text.hasSuffix("abc"))
        }
    }

    @Test func `a client that waits for leave to send is let`() async throws {
        try await EdgeBox.with { box in
            let answer = try await box.exchange(
                "POST /api/v1/echo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                    + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n", "abc")
            #expect(answer.statuses == [100, 200])
            #expect(answer.text.hasSuffix("abc"))
        }
    }
}

extension String {
    func components(of text: String) -> Int {
        var count = 0
        var rest = self[...]
        while let range = rest.firstRange(of: text) {
            count += 1
            rest = rest[range.upperBound...]
        }
        return count
    }

    func offset(of text: String) -> Int? {
        firstRange(of: text).map { distance(from: startIndex, to: $0.lowerBound) }
    }
}
