import AccessControl
import Assembly
import FHIRModel
import Kernel
import RecordStore
import Steward
import TestKit
import Testing

/// A box that is closed while somebody works on it.
@Suite struct `Maintenance mode` {
    private static let on = #"{"on":true,"reason":"We move","minutes":20}"#

    @Test func `a closed box lets administrators work and tells all others when to come`()
        async throws
    {
        try await TestBox.served { test, served in
            try await test.add("head", [.systemAdmin])
            try await test.add("doctor", [.physician])
            let head = try await served.signedIn("head")
            let doctor = try await served.signedIn("doctor")
            let token = try await served.bearer(
                try await test.token("doctor", "user/*.cruds"))
            #expect(try await head.send("POST", "/api/v1/maintenance", Self.on).status == 200)
            for visitor in [doctor, token, try await served.nobody()] {
                let answer = try await visitor.get("/fhir/Patient")
                #expect([401, 503].contains(answer.status))
                guard answer.status == 503 else { continue }
                #expect(answer["retry-after"] == "1200")
                #expect(answer.text.contains("We move"))
            }
            #expect(try await doctor.get("/fhir/Patient").status == 503)
            #expect(try await doctor.get("/api/v1/auth/me").status == 200)
            #expect(try await head.get("/api/v1/notices").status == 200)
            let off = #"{"on":false}"#
            #expect(try await head.send("POST", "/api/v1/maintenance", off).status == 200)
            #expect(try await doctor.get("/fhir/Patient").status == 200)
        }
    }

    @Test func `pages of a closed box come with 503, and its health stays well`() async throws {
        try await TestBox.served { test, served in
            try await test.add("head", [.systemAdmin])
            let head = try await served.signedIn("head")
            let nobody = try await served.nobody()
            let html = ["Accept": "text/html"]
            #expect(try await nobody.get("/patients", html).status == 200)
            _ = try await test.run("maintenance.set", Self.on)
            for path in ["/", "/patients", "/sign-in"] {
                let page = try await nobody.get(path, html)
                #expect(page.status == 503, "\(path)")
                #expect(page["retry-after"] == "1200")
                #expect(page.text.hasPrefix("<!doctype html>"))
                #expect(try await head.get(path, html).status == 200, "\(path)")
            }
            #expect(try await nobody.get("/ready").status == 200)
            let box = try await nobody.get("/api/v1/box").json
            #expect(box?["maintenance"]?.string("reason") == "We move")
        }
    }

    @Test func `a restart does not open the box`() async throws {
        let folder = try TemporaryFolder()
        try await TestBox.with(in: folder) { _ = try await $0.run("maintenance.set", Self.on) }
        try await TestBox.with(in: folder) { second in
            #expect(second.box.maintenance.closing?.reason == "We move")
            #expect(try await second.run("maintenance.status")["on"]?.bool == true)
            _ = try await second.run("maintenance.set", #"{"on":false}"#)
        }
        try await TestBox.with(in: folder) { third in
            #expect(third.box.maintenance.closing == nil)
        }
    }

    @Test func `answers that will not do are refused and the box stays open`() async throws {
        try await TestBox.with { test in
            for wrong in [
                "{}", #"{"on":"yes"}"#, #"{"on":true,"minutes":0}"#,
                #"{"on":true,"minutes":10081}"#, #"{"on":true,"minutes":1.5}"#,
                #"{"on":true,"reason":"\#(String(repeating: "a", count: 201))"}"#,
            ] {
                await #expect(throws: Problem.self) { try await test.run("maintenance.set", wrong) }
                #expect(test.box.maintenance.closing == nil)
            }
        }
    }

    @Test func `who closed and opened the box is on record`() async throws {
        try await TestBox.with { test in
            _ = try await test.run("maintenance.set", Self.on)
            _ = try await test.run("maintenance.set", #"{"on":false}"#)
            let details = try await test.audit().compactMap(\.detail)
            #expect(details.contains("maintenance on") && details.contains("maintenance off"))
        }
    }
}
