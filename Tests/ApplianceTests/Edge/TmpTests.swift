import ServerKit
import Testing
@Suite("Tmp") struct TmpTests {
    @Test func `tmp variants`() async throws {
        try await EdgeBox.with { box in
            let hello = "GET /api/v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let body = "POST /api/v1/echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nfirst"
            let chunked =
                "POST /api/v1/echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
                + "3\r\nsec\r\n3\r\nond\r\n0\r\n\r\n"
            let last = "GET /api/v1/hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            for (n, t) in [("bl", body + last), ("hbl", hello + body + last), ("cl", chunked + last), ("hcl", hello + chunked + last), ("bcl", body + chunked + last), ("hhh", hello + hello + last), ("hhhh", hello + hello + hello + last)] {
                print("DBG", n, try await box.exchange(t).statuses)
            }
        }
    }
}
