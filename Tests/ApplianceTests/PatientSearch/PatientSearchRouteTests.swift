import AccessControl
import FHIRModel
import Synchronization
import TestKit
import Testing

/// Finding a patient over the wire.
@Suite struct `Patient search route` {
    private static let patient = """
        {"resourceType":"Patient","id":"tsosie","gender":"female","birthDate":"1980-02-25",
         "name":[{"use":"official","family":"Tsosie Yázhí","given":["Łibá"]}],
         "identifier":[{"type":{"coding":[{"code":"MR"}]},"system":"urn:test","value":"700107"}]}
        """

    private func found(_ body: String, _ role: String = "doctor") async throws -> BoxAnswer {
        try await TestBox.with { test in
            try await test.put(try JSON.parse(Array(Self.patient.utf8)))
            try await test.add("doctor", [.physician])
            try await test.add("boss", [.systemAdmin])
            let answers = AnswerBox()
            try await ServedBox.with(test) { served in
                let visitor = try await served.signedIn(role)
                answers.put(try await visitor.send("POST", "/api/v1/patients/search", body))
            }
            return try #require(answers.answer)
        }
    }

    @Test(arguments: ["tsos", "YAZHI", "liba ts", "700107", "2/25/1980", "1980-02-25 yaz"])
    func `letters, marks, numbers and dates find the same person`(text: String) async throws {
        let answer = try await found("{\"q\":\"\(text)\"}")
        #expect(answer.status == 200)
        #expect(answer.json?["total"]?.int == 1)
        #expect(answer.json?.at("items", 0, "id")?.string == "tsosie")
        #expect(answer.json?.at("items", 0, "mrn")?.string == "700107")
    }

    @Test func `nothing typed finds nobody`() async throws {
        #expect(try await found("{\"q\":\"  \"}").json?["total"]?.int == 0)
    }

    @Test func `what is too long or missing is named`() async throws {
        let long = String(repeating: "a", count: 201)
        #expect(try await found("{\"q\":\"\(long)\"}").status == 413)
        #expect(try await found("{}").status == 400)
    }

    @Test func `who has no right to charts finds nobody`() async throws {
        #expect(try await found("{\"q\":\"tsosie\"}", "boss").status == 403)
    }
}

/// Carries an answer out of a closure.
private final class AnswerBox: Sendable {
    private let kept = Mutex<BoxAnswer?>(nil)

    var answer: BoxAnswer? { kept.withLock { $0 } }

    func put(_ answer: BoxAnswer) { kept.withLock { $0 = answer } }
}
