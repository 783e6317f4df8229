import AccessControl
import FHIRModel
import RecordStore
import TestKit
import Testing

/// Pages of records of which a few are as large as many others.
@Suite struct `Pages by their bytes` {
    /// Every page but that of a single record stays below this, with its links and brackets.
    private static let answerBytesMax = RecordStore.pageBytesMax + 65_536

    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.put(SampleResources.patient("own"))
            try await test.add("doctor", [.physician])
            try await body(test, try await served.signedIn("doctor"))
        }
    }

    /// A value of an observation with notes of a million characters.
    private func large(_ id: String, megabytes: Int, at time: String = "2026-02-01") throws
        -> JSON
    {
        let note = #"{"text":"\#(String(repeating: "x", count: 1_000_000))"}"#
        let notes = Array(repeating: note, count: megabytes).joined(separator: ",")
        let plain = try SampleResources.observation(id, of: "own", at: time).canonicalBytes()
        return try JSON.parse(plain.dropLast() + Array(",\"note\":[\(notes)]}".utf8), limits: .any)
    }

    /// The ids of all pages from a path on; no page may be larger than it may.
    private func walk(_ start: String, _ doctor: Visitor) async throws -> [[String]] {
        var path: String? = start
        var pages: [[String]] = []
        while let now = path, pages.count < 100 {
            let answer = try await doctor.get(now)
            #expect(answer.status == 200)
            let page = try #require(answer.json)
            let ids = page["entry"]?.elements.compactMap { $0["resource"]?.string("id") } ?? []
            #expect(answer.body.count <= Self.answerBytesMax || ids.count == 1)
            pages.append(ids)
            let next = page["link"]?.elements.first { $0.string("relation") == "next" }
            path = next?.string("url").map { String($0.dropFirst("https://clinic.local".count)) }
        }
        return pages
    }

    @Test(arguments: ["", "&_sort=-date"])
    func `a page of large records ends before it is too large, and the next goes on`(
        how: String
    ) async throws {
        try await atTheBox { test, doctor in
            for number in 0..<5 {
                try await test.put(
                    try large("o\(number)", megabytes: 3, at: "2026-02-0\(number + 1)"))
            }
            let pages = try await walk("/fhir/Observation?_count=100\(how)", doctor)
            #expect(pages.count == 3)
            #expect(pages.flatMap { $0 }.sorted() == (0..<5).map { "o\($0)" })
            let short = try await walk("/fhir/Observation?_count=3\(how)", doctor)
            #expect(short.flatMap { $0 } == pages.flatMap { $0 })
        }
    }

    @Test func `a record that is larger than a page stands alone`() async throws {
        try await atTheBox { test, doctor in
            for number in 0..<3 { try await test.put(try large("o\(number)", megabytes: 9)) }
            let pages = try await walk("/fhir/Observation?_count=100", doctor)
            #expect(pages == [["o0"], ["o1"], ["o2"]])
        }
    }

    @Test func `what comes along counts, too`() async throws {
        try await atTheBox { test, doctor in
            for number in 0..<4 { try await test.put(try large("o\(number)", megabytes: 3)) }
            for number in 0..<4 {
                let report = try JSON.parse(
                    Array(
                        """
                        {"resourceType":"DiagnosticReport","id":"r\(number)","status":"final",\
                        "code":{"text":"Scan"},"subject":{"reference":"Patient/own"},\
                        "result":[{"reference":"Observation/o\(number)"}]}
                        """.utf8))
                try await test.put(report)
            }
            let pages = try await walk(
                "/fhir/DiagnosticReport?_count=100&_include=DiagnosticReport:result", doctor)
            #expect(pages.count > 1)
            let seen = pages.flatMap { $0 }.sorted()
            #expect(seen == (0..<4).flatMap { ["o\($0)", "r\($0)"] }.sorted())
        }
    }

    @Test func `a history of large versions is told on several pages`() async throws {
        try await atTheBox { test, doctor in
            for number in 0..<4 {
                try await test.put(
                    try large("o0", megabytes: 3, at: "2026-02-0\(number + 1)"))
            }
            for path in ["/fhir/Observation/o0/_history", "/fhir/Observation/_history"] {
                let pages = try await walk("\(path)?_count=100", doctor)
                #expect(pages.map(\.count) == [2, 2])
            }
        }
    }

    @Test func `a condition that two large records fit is not taken for one that one fits`()
        async throws
    {
        try await atTheBox { test, doctor in
            for number in 0..<2 { try await test.put(try large("o\(number)", megabytes: 5)) }
            let answer = try await doctor.send(
                "DELETE", "/fhir/Observation?patient=own&status=final", "", [:])
            #expect(answer.status == 412)
            #expect(try await doctor.get("/fhir/Observation/o0").status == 200)
        }
    }
}
