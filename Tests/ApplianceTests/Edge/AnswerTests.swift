import AccessControl
import HTTPTypes
import Hummingbird
import Kernel
import ServerKit
import Testing

@Suite("Answers of the edge")
struct AnswerTests {
    static func request(_ method: String, _ path: String, _ fields: String = "") -> String {
        "\(method) \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\(fields)\r\n"
    }

    private static let required =
        SecurityHeaders.all.map(\.name.rawName) + [
            "Cache-Control", "X-Request-ID", "Date",
        ]

    /// Requests whose answers come from every place that can answer, and their status.
    static let places: [(String, Int)] = [
        (request("GET", "/api/v1/hello"), 200),
        (request("HEAD", "/api/v1/hello"), 200),
        (request("POST", "/api/v1/ignore"), 204),
        (request("GET", "/api/v1/nothing"), 404),
        (request("DELETE", "/api/v1/hello"), 405),
        (request("OPTIONS", "/api/v1/hello"), 405),
        (request("GET", "/api/v1/who"), 401),
        (request("GET", "/api/v1/defect"), 500),
        (request("GET", "/api/v1/slow"), 503),
        (request("GET", "/api/v1/problem/nonsense"), 404),
        (request("GET", "/fhir/problem/forbidden"), 403),
        (request("GET", "/fhir/Patient/p1"), 401),
        (request("GET", "/health"), 200),
        (request("GET", "/"), 200),
        (request("GET", "/patients/p1", "Accept: text/html\r\n"), 200),
        (request("GET", "/a/0/app.js"), 404),
    ]

    private static let page = WebAssets(
        files: [WebFile(path: "index.html", bytes: Array("<html></html>".utf8))], hash: "h1")

    private static let well = Health(whyNotReady: { nil }, databaseAnswers: { true })

    @Test func `every answer carries every security header, once`() async throws {
        try await EdgeBox.with(assets: Self.page, health: Self.well) { box in
            for (request, status) in Self.places {
                let answer = try await box.exchange(request)
                #expect(answer.statuses == [status], "\(request)")
                let text = answer.text.lowercased()
                for name in Self.required {
                    #expect(text.components(of: "\r\n\(name.lowercased()):") == 1, "\(request)")
                }
                #expect(!text.contains("\r\nserver:"))
                #expect(!text.contains("strict-transport"))
            }
        }
    }

    @Test func `the policy of contents is strict`() {
        let policy = SecurityHeaders.contentPolicy
        #expect(policy.hasPrefix("default-src 'none'"))
        #expect(!policy.contains("unsafe"))
        #expect(policy.contains("require-trusted-types-for 'script'"))
    }

    @Test func `an answer to HEAD has the length and no body`() async throws {
        try await EdgeBox.with { box in
            let answer = try await box.exchange(
                "HEAD /api/v1/hello HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    + Self.request("GET", "/api/v1/hello"))
            #expect(answer.statuses == [200, 200])
            #expect(answer.text.components(of: "Content-Length: 14") == 2)
            #expect(answer.text.components(of: #"{"hello":true}"#) == 1)
        }
    }

    @Test(arguments: ["/api/v1/nothing", "/api/v1/echo", "/api/v1/defect", "/fhir/Patient/p1"])
    func `a failure of HEAD has no body either`(path: String) async throws {
        try await EdgeBox.with { box in
            let answer = try await box.exchange(
                "HEAD \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    + Self.request("GET", "/api/v1/hello"))
            #expect(answer.statuses.count == 2 && answer.statuses.last == 200)
            #expect(!answer.text.contains("error") && !answer.text.contains("OperationOutcome"))
        }
    }

    @Test func `a wrong method is told which ones are right`() async throws {
        try await EdgeBox.with { box in
            let answer = try await box.exchange(Self.request("DELETE", "/api/v1/hello"))
            #expect(answer.text.contains("Allow: GET, HEAD\r\n"))
            let posted = try await box.exchange(Self.request("GET", "/api/v1/echo"))
            #expect(posted.statuses == [405])
            #expect(posted.text.contains("Allow: POST\r\n"))
        }
    }

    @Test func `failures below the FHIR base are an outcome, others our own object`() async throws {
        try await EdgeBox.with { box in
            let fhir = try await box.exchange(
                Self.request(
                    "GET", "/fhir/nothing/x/y",
                    "X-Request-ID: 01a1fdbf-ba0a-7471-960e-86f8a40032a4\r\n"))
            #expect(fhir.statuses == [404])
            #expect(fhir.text.contains("Content-Type: application/fhir+json"))
            #expect(fhir.text.contains(#""resourceType":"OperationOutcome""#))
            #expect(fhir.text.contains("X-Request-ID: 01a1fdbf-ba0a-7471-960e-86f8a40032a4\r\n"))
            let own = try await box.exchange(
                Self.request(
                    "GET", "/api/v1/problem/value",
                    "X-Request-ID: 01a1fdbf-ba0a-7471-960e-86f8a40032a4\r\n"))
            #expect(
                own.text.hasSuffix(
                    #"{"error":{"status":400,"code":"value","message":"A sentence with \"quotes\".","#
                        + #""details":[{"location":"Patient.name","message":"#
                        + #""A sentence with \"quotes\"."}],"requestId":"01a1fdbf-ba0a-7471-960e-86f8a40032a4"}}"#
                ))
        }
    }

    @Test(arguments: ["short", "has blank here", "semi;colon;x", String(repeating: "a", count: 65)])
    func `a request id that could be mistaken in a log is replaced`(given: String) async throws {
        try await EdgeBox.with { box in
            let answer = try await box.exchange(
                Self.request("GET", "/api/v1/hello", "X-Request-ID: \(given)\r\n"))
            #expect(answer.statuses == [200])
            #expect(!answer.text.contains("X-Request-ID: \(given)\r\n"))
        }
    }

    @Test func `a defect is told as a number and logged with its type only`() async throws {
        try await EdgeBox.with { box in
            let answer = try await box.exchange(Self.request("GET", "/api/v1/defect"))
            let mark = "incident "
            guard let start = answer.text.firstRange(of: mark)?.upperBound else {
                Issue.record("The answer names no incident.")
                return
            }
            let incident = answer.text[start...].prefix(8)
            #expect(
                box.log.all.contains {
                    $0.contains("incident=\(incident)") && $0.contains("type=Broken")
                })
        }
    }

    @Test func `the log names the route and never the path or the query`() async throws {
        try await EdgeBox.with { box in
            _ = try await box.exchange(
                Self.request(
                    "GET", "/fhir/Patient/secret-id?name=Begay", "Authorization: Bearer user-1\r\n")
            )
            _ = try await box.exchange(Self.request("GET", "/api/v1/unknown-secret"))
            let lines = box.log.all.filter { $0.contains("request") }
            #expect(
                lines.contains {
                    $0.contains("route=/fhir/{type}/{id}") && $0.contains("status=200")
                })
            #expect(!lines.contains { $0.contains("secret") || $0.contains("Begay") })
        }
    }

    @Test func `a handler that takes too long is told so`() async throws {
        try await EdgeBox.with { box in
            let answer = try await box.exchange(Self.request("GET", "/api/v1/slow"))
            #expect(answer.statuses == [503])
            #expect(answer.text.contains("longer than the 1 s"))
            #expect(answer.text.contains("Retry-After: "))
        }
    }

    @Test func `a literal path wins over a parameter`() async throws {
        try await EdgeBox.with { box in
            let answer = try await box.exchange(
                Self.request("GET", "/fhir/metadata", "Authorization: Bearer user-1\r\n"))
            #expect(answer.text.hasSuffix(#"{"kind":"instance"}"#))
        }
    }
}

@Suite("Table of failures")
struct StatusTableTests {
    /// Every kind of failure with its status; a kind that is missing here fails the test.
    static let cells: [Problem.Code: Int] = [
        .invalid: 400, .structure: 400, .required: 400, .value: 400, .tooLong: 413,
        .tooCostly: 422, .notSupported: 400, .login: 401, .expired: 401, .forbidden: 403,
        .suppressed: 403, .throttled: 429, .security: 403, .notFound: 404, .deleted: 410,
        .conflict: 409, .duplicate: 409, .multipleMatches: 412, .lockError: 412, .noStore: 507,
        .timeout: 503, .transient: 503, .incomplete: 422, .processing: 422, .unexpected: 500,
    ]

    @Test func `each kind of failure has its status on the wire`() async throws {
        try await EdgeBox.with { box in
            for code in Problem.Code.allCases {
                let status = try #require(Self.cells[code])
                #expect(StatusTable.status(of: code) == status)
                for base in ["api/v1", "fhir"] {
                    let answer = try await box.exchange(
                        AnswerTests.request("GET", "/\(base)/problem/\(code.rawValue)"))
                    let text = answer.text
                    #expect(answer.statuses == [status], "\(code)")
                    #expect(text.contains(#""code":"\#(code.rawValue)""#), "\(code)")
                    let asksForToken = text.contains("WWW-Authenticate: Bearer")
                    #expect(asksForToken == (status == 401 && base == "fhir"), "\(code)")
                    let saysWhen = text.contains("Retry-After: ")
                    #expect(saysWhen == [429, 503].contains(status), "\(code)")
                }
            }
        }
    }
}
