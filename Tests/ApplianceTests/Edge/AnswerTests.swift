import HTTPTypes
import Kernel
import ServerKit
import Testing

@Suite("Answers of the edge")
struct AnswerTests {
    private func get(_ path: String, _ fields: String = "") -> String {
        "GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(fields)\r\n"
    }

    @Test func `a good request is answered`() async throws {
        try await EdgeBox.with { box in
            let answer = try await box.exchange(get("/api/v1/hello"))
            #expect(answer.statuses == [200])
            #expect(answer.text.hasSuffix(#"{"hello":true}"#))
            #expect(answer.isClosed)
        }
    }
}
