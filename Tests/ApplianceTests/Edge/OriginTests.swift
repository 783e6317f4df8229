import ServerKit
import Testing

@Suite("Hosts and origins")
struct OriginTests {
    @Test(arguments: [
        ("localhost", true), ("LOCALHOST:8443", true), ("clinic.local", true),
        ("Clinic.Local.:443", true), ("127.0.0.1", true), ("10.1.2.3:8443", true),
        ("[::1]:8443", true), ("[fe80::1]", true), ("evil.example", false),
        ("clinic.local.evil.example", false), ("10.1.2.300", false), ("10.1.2", false),
        ("clinic.local:port", false), ("clinic.local:", false), ("", false),
        ("[evil.example]", false),
        ("a:b:c", false),
    ])
    func `only names of the box and addresses in digits are answered`(host: String, ok: Bool) {
        #expect(HostRule(names: ["clinic.local"]).allows(host) == ok)
    }

    @Test func `a request to another name is misdirected`() async throws {
        try await EdgeBox.with { box in
            let answer = try await box.exchange(
                "GET /api/v1/hello HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
            #expect(answer.statuses == [421])
            #expect(!answer.text.contains("hello"))
        }
    }

    /// Fields of a POST, whether it may pass on an ordinary route, and on one that always asks.
    static let cases: [(String, Bool, Bool)] = [
        ("", true, true),
        ("Cookie: s=1\r\n", false, false),
        ("Cookie: s=1\r\nSec-Fetch-Site: same-origin\r\n", true, true),
        ("Cookie: s=1\r\nSec-Fetch-Site: same-site\r\n", false, false),
        ("Cookie: s=1\r\nSec-Fetch-Site: cross-site\r\n", false, false),
        ("Cookie: s=1\r\nSec-Fetch-Site: none\r\n", false, false),
        ("Cookie: s=1\r\nOrigin: https://localhost\r\n", true, true),
        ("Cookie: s=1\r\nOrigin: http://localhost\r\n", false, false),
        ("Cookie: s=1\r\nOrigin: https://localhost:1\r\n", false, false),
        ("Cookie: s=1\r\nOrigin: https://evil.example\r\n", false, false),
        ("Cookie: s=1\r\nOrigin: null\r\n", false, false),
        (
            "Cookie: s=1\r\nOrigin: https://localhost\r\nSec-Fetch-Site: cross-site\r\n", false,
            false
        ),
        ("Sec-Fetch-Site: cross-site\r\n", true, false),
        ("Origin: https://evil.example\r\n", true, false),
        ("Authorization: Bearer user-1\r\nOrigin: https://evil.example\r\n", true, true),
        ("Authorization: Bearer user-1\r\nCookie: s=1\r\n", true, true),
    ]

    @Test func `a request of another site changes nothing`() async throws {
        try await EdgeBox.with { box in
            for (fields, ordinary, always) in Self.cases {
                for (path, isAllowed) in [("ignore", ordinary), ("sign-in", always)] {
                    let answer = try await box.exchange(
                        AnswerTests.request("POST", "/api/v1/\(path)", fields))
                    #expect(answer.statuses == [isAllowed ? 204 : 403], "\(path) \(fields)")
                }
                let read = try await box.exchange(
                    AnswerTests.request("GET", "/api/v1/hello", fields))
                #expect(read.statuses == [200])
            }
        }
    }

    @Test func `plain HTTP shows pages the way and answers nothing else`() async throws {
        try await EdgeBox.with { box in
            func plain(_ text: String) async throws -> Exchange {
                try await Exchange.run(port: box.plainPort, pieces: [Array(text.utf8)], tls: false)
            }
            let page = try await plain(
                "GET /patients?x=1 HTTP/1.1\r\nHost: clinic.local:80\r\nConnection: close\r\n\r\n")
            #expect(page.statuses == [308])
            #expect(
                page.text.contains("Location: https://clinic.local:\(box.port)/patients?x=1\r\n"))
            #expect(page.text.contains("X-Frame-Options: DENY"))
            for line in ["GET /fhir/Patient/p1", "GET /api/v1/hello", "POST /"] {
                let refused = try await plain(
                    "\(line) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                #expect(refused.statuses == [403])
                #expect(refused.text.contains("HTTPS only"))
            }
            let other = try await plain(
                "GET / HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
            #expect(other.statuses == [421])
            #expect(!other.text.contains("Location"))
        }
    }
}
