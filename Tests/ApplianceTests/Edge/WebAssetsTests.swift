import ServerKit
import Testing

@Suite("Files of the web application")
struct WebAssetsTests {
    private static let assets = WebAssets(
        files: [
            WebFile(
                path: "index.html", bytes: Array(#"<script src="/a/current/app.js"></script>"#.utf8)
            ),
            WebFile(path: "app.js", bytes: Array("import './lib/x.js'".utf8)),
            WebFile(path: "lib/x.js", bytes: [UInt8](repeating: 0x20, count: 2_000)),
        ], hash: "0123456789abcdef", gzip: { _ in [0x1F, 0x8B, 0x00] })

    private static func get(
        _ box: EdgeBox, _ path: String, _ fields: String = ""
    ) async throws -> Exchange {
        try await box.exchange(AnswerTests.request("GET", path, fields))
    }

    @Test func `the page names its files below the hash and is asked for anew`() async throws {
        try await EdgeBox.with(assets: Self.assets) { box in
            let page = try await Self.get(box, "/")
            #expect(page.text.contains(#"src="/a/0123456789abcdef/app.js""#))
            #expect(page.text.contains("Cache-Control: no-cache\r\n"))
            #expect(page.text.contains("Content-Type: text/html; charset=utf-8\r\n"))
            let again = try await Self.get(box, "/", "If-None-Match: \"0123456789abcdef\"\r\n")
            #expect(again.statuses == [304])
        }
    }

    @Test func `a file below the hash is kept for ever`() async throws {
        try await EdgeBox.with(assets: Self.assets) { box in
            let file = try await Self.get(box, "/a/0123456789abcdef/app.js")
            #expect(file.statuses == [200])
            #expect(file.text.contains("Cache-Control: public, max-age=31536000, immutable\r\n"))
            #expect(file.text.contains("Content-Type: text/javascript; charset=utf-8\r\n"))
            for path in ["/a/old/app.js", "/a/0123456789abcdef/none.js", "/a/", "/a"] {
                let lost = try await Self.get(box, path, "Accept: text/html\r\n")
                #expect(lost.statuses == [404])
            }
            for path in ["/a/0123456789abcdef/../app.js", "/a/0123456789abcdef/%2e%2e/app.js"] {
                let lost = try await Self.get(box, path)
                #expect(lost.statuses == [404])
            }
        }
    }

    @Test func `text is sent packed to who takes it`() async throws {
        try await EdgeBox.with(assets: Self.assets) { box in
            let path = "/a/0123456789abcdef/lib/x.js"
            let packed = try await Self.get(box, path, "Accept-Encoding: br, gzip\r\n")
            #expect(packed.text.contains("Content-Encoding: gzip\r\n"))
            #expect(packed.text.contains("Content-Length: 3\r\n"))
            for fields in ["", "Accept-Encoding: gzip;q=0\r\n", "Accept-Encoding: br\r\n"] {
                let plain = try await Self.get(box, path, fields)
                #expect(plain.text.contains("Content-Length: 2000\r\n"))
                #expect(plain.text.contains("Vary: Accept-Encoding\r\n"))
            }
        }
    }

    @Test(arguments: [
        ("/patients/p1/labs", "text/html,*/*", 200), ("/help", "text/html", 200),
        ("/patients/p1", "application/json", 404), ("/favicon.ico", "image/*", 404),
        ("/fhir/nothing/x/y", "text/html", 404), ("/api/v1/nothing", "text/html", 404),
        ("/.well-known/nothing", "text/html", 404),
    ])
    func `a person at an unknown address gets the page, a program gets 404`(
        path: String, accept: String, status: Int
    ) async throws {
        try await EdgeBox.with(assets: Self.assets) { box in
            let answer = try await Self.get(box, path, "Accept: \(accept)\r\n")
            #expect(answer.statuses == [status])
        }
    }
}
