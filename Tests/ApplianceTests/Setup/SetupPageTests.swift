import AccessControl
import Assembly
import FHIRModel
import Identity
import Kernel
import RecordStore
import Steward
import TestKit
import Testing

/// The way through the screens of the setup.
@Suite struct `Setup page` {
    @Test func `a browser goes from the code to the first sign-in`() async throws {
        try await TestBox.served { test, served in
            let browser = try await SetupBrowser.claiming(served)
            #expect(try await browser.state().string("step") == "kind")
            try await browser.reachKit()
            #expect(test.box.identity.accounts.isEmpty && !test.box.isClaimed)
            let kit = try await browser.makeKit()
            let done = try await browser.prove(kit.groups.map { $0.lowercased() })
            #expect(done.status == 200)
            #expect(done.json?.string("step") == "done")
            #expect(done.json?["names"]?[0]?.string == "red-mesa.local")
            #expect(test.box.clinic?.name == "Red Mesa")
            #expect(try await served.signedIn("ana").pageToken != nil)
            let roles = try #require(test.box.identity.accounts.user(named: "ana")).roles
            #expect(roles == [.systemAdmin, .admin])
        }
    }

    @Test func `after the setup none of its addresses is there`() async throws {
        try await TestBox.served { test, served in
            let browser = try await SetupBrowser.claiming(served)
            let other = try await SetupBrowser.claiming(served)
            try await browser.reachKit()
            let kit = try await browser.makeKit()
            #expect(try await browser.prove(kit.groups).status == 200)
            for step in [
                "claim", "kind", "clinic", "password-check", "administrator", "kit", "proof",
            ] {
                #expect(try await other.send(step, "{}", version: 0).status == 404, "\(step)")
            }
            #expect(try await other.visitor.get("/api/v1/setup").status == 404)
        }
    }

    @Test func `a stranger learns that a code is wanted, and nothing else`() async throws {
        try await TestBox.served { test, served in
            let browser = try await SetupBrowser.claiming(served)
            try await browser.reachKit()
            let stranger = try await served.nobody()
            #expect(try await stranger.get("/api/v1/setup").text == #"{"step":"code"}"#)
            for step in ["kind", "clinic", "password-check", "administrator", "kit", "proof"] {
                let answer = try await stranger.send("POST", "/api/v1/setup/\(step)", "{}")
                #expect(answer.status == 401, "\(step)")
            }
        }
    }

    @Test func `another site and another host are refused`() async throws {
        try await TestBox.served { test, served in
            let browser = try await SetupBrowser.claiming(served)
            for fields in [
                ["Sec-Fetch-Site": "cross-site"], ["Sec-Fetch-Site": "same-site"],
            ] {
                let answer = try await browser.visitor.client.send(
                    "POST", "/api/v1/setup/kind", #"{"version":0,"kind":"clinic"}"#,
                    browser.visitor.headers.merging(fields) { $1 })
                #expect(answer.status == 403)
            }
            #expect(try await browser.state().string("step") == "kind")
            let elsewhere = try await browser.visitor.client.send(
                "GET", "/api/v1/setup", nil,
                browser.visitor.headers.merging(["X-Forwarded-Host": "evil.example"]) { $1 })
            #expect(elsewhere.status == 200)
            let rebound = try await BoxClient(port: served.port, host: "evil.example")
            #expect(
                try await rebound.send("GET", "/api/v1/setup", nil, browser.visitor.headers).status
                    == 421)
        }
    }

    @Test func `what a step kept is there after the box ends and starts again`() async throws {
        let folder = try TemporaryFolder()
        let clock = FixedClock()
        let headers = try await TestBox.with(in: folder, clock: clock) { first in
            let code = try await first.box.setup.issueCode(first.command)
            let token = try await first.box.setup.claim(code: code, first.command)
            let headers = ["Cookie": "__Host-tribal-ehr-setup=\(token)"]
            try await ServedBox.with(first) { served in
                let visitor = Visitor(
                    client: try await BoxClient(port: served.port), headers: headers,
                    pageToken: nil)
                try await SetupBrowser(visitor: visitor).reachKit()
            }
            return headers
        }
        try await TestBox.with(in: folder, clock: clock) { second in
            try await ServedBox.with(second) { served in
                let client = try await BoxClient(port: served.port)
                let browser = SetupBrowser(
                    visitor: Visitor(client: client, headers: headers, pageToken: nil))
                let state = try await browser.state()
                #expect(state.string("step") == "kit")
                #expect(state["clinic"]?.string("clinicName") == "Red Mesa")
                #expect(state["administrator"]?.string("username") == "ana")
                #expect(state["administrator"]?["password"] == nil)
                let kit = try await browser.makeKit()
                #expect(try await browser.prove(kit.groups).status == 200)
            }
        }
    }

    @Test func `of two browsers the later one is told and follows`() async throws {
        try await TestBox.served { test, served in
            let one = try await SetupBrowser.claiming(served)
            let two = try await SetupBrowser.claiming(served)
            let seen = try await two.state()["version"]?.int ?? -1
            #expect(try await one.send("kind", #"{"kind":"clinic"}"#).status == 200)
            let late = try await two.send("kind", #"{"kind":"practice"}"#, version: seen)
            #expect(late.status == 412)
            #expect(late.text.contains("another browser"))
            #expect(try await two.state().string("kind") == "clinic")
            #expect(try await two.send("clinic", SetupBrowser.clinic).status == 200)
        }
    }

    @Test func `two who finish at once make one administrator`() async throws {
        try await TestBox.served { test, served in
            let browser = try await SetupBrowser.claiming(served)
            try await browser.reachKit()
            let kit = try await browser.makeKit()
            let version = try await browser.state()["version"]?.int ?? -1
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<20 {
                    let client = try await BoxClient(port: served.port)
                    let same = SetupBrowser(
                        visitor: Visitor(
                            client: client, headers: browser.visitor.headers, pageToken: nil))
                    group.addTask { try await same.prove(kit.groups, version: version).status }
                }
                return try await group.reduce(into: [Int]()) { $0.append($1) }
            }
            #expect(statuses.count { $0 == 200 } == 1)
            #expect(statuses.allSatisfy { [200, 404, 401].contains($0) })
            #expect(test.box.identity.accounts.administratorCount == 1)
        }
    }

    @Test func `a kit is shown once, and another one ends it`() async throws {
        try await TestBox.served { test, served in
            let browser = try await SetupBrowser.claiming(served)
            try await browser.reachKit()
            let first = try await browser.makeKit()
            let state = try await browser.visitor.get("/api/v1/setup")
            for group in first.groups { #expect(!state.text.contains(group)) }
            let again = try await browser.makeKit()
            #expect(first.code != again.code)
            #expect(try await browser.prove(["0000", "0000", "0000"]).status == 400)
            let asked = try await browser.state()
            #expect(
                try await browser.prove(SetupBrowser.groups(of: first.code, asked: asked)).status
                    == 400)
            #expect(try await browser.prove(again.groups).status == 200)
        }
    }

    @Test func `a kit that the command made meanwhile is noticed`() async throws {
        try await TestBox.served { test, served in
            let browser = try await SetupBrowser.claiming(served)
            try await browser.reachKit()
            let kit = try await browser.makeKit()
            _ = try await test.run("keys.kit")
            #expect(try await browser.prove(kit.groups).status == 409)
            #expect(!test.box.isClaimed)
            let next = try await browser.makeKit()
            #expect(try await browser.prove(next.groups).status == 200)
        }
    }

    @Test func `answers that will not do are named and keep nothing`() async throws {
        try await TestBox.served { test, served in
            let browser = try await SetupBrowser.claiming(served)
            #expect(try await browser.send("clinic", SetupBrowser.clinic).status == 409)
            #expect(try await browser.send("kind", #"{"kind":"hospital"}"#).status == 400)
            #expect(try await browser.send("kind", #"{"kind":"clinic"}"#).status == 200)
            for (right, wrong, place) in [
                ("Red Mesa", "  ", "clinicName"), ("Red Mesa", "Red\\u0007", "clinicName"),
                ("red-mesa", "red_mesa", "boxName"), ("red-mesa", "-red", "boxName"),
                ("red-mesa", "röd", "boxName"), ("America/Denver", "Mars/Olympus", "timeZone"),
            ] {
                let answer = try await browser.send(
                    "clinic", SetupBrowser.clinic.replacing(right, with: wrong))
                #expect(answer.status == 400, "\(wrong)")
                #expect(
                    answer.json?["error"]?["details"]?[0]?.string("location") == place, "\(wrong)")
            }
            #expect(try await browser.send("clinic", SetupBrowser.clinic).status == 200)
            for (right, wrong, place) in [
                (IdentityFixture.good, "short", "password"), ("\"ana\"", "\"a\"", "username"),
            ] {
                let answer = try await browser.send(
                    "administrator", SetupBrowser.person.replacing(right, with: wrong))
                #expect(answer.status == 400, "\(wrong)")
                #expect(
                    answer.json?["error"]?["details"]?[0]?.string("location") == place, "\(wrong)")
            }
            #expect(try await browser.state().string("step") == "administrator")
        }
    }

    @Test func `a small disk and a wrong clock are refused, by page and by file`() async throws {
        for (machine, words) in [
            (SetupMachine.made(freeDiskMiB: 512), "512 MB"),
            (SetupMachine.made(clockFault: "The clock is wrong."), "The clock is wrong."),
        ] {
            try await TestBox.with(machine: machine) { test in
                do {
                    _ = try await test.run(
                        "setup",
                        #"{"clinicName":"A B","timeZone":"UTC","boxName":"ab","administrator":"#
                            + SetupBrowser.person + "}")
                    Issue.record("\(words) was taken.")
                } catch let problem as Problem {
                    #expect(problem.detail.contains(words))
                }
                try await ServedBox.with(test) { served in
                    let browser = try await SetupBrowser.claiming(served)
                    _ = try await browser.send("kind", #"{"kind":"clinic"}"#)
                    let answer = try await browser.send("clinic", SetupBrowser.clinic)
                    #expect(answer.text.contains(words))
                    #expect(!test.box.isClaimed)
                }
            }
        }
    }

    @Test func `words of the clinic's name make no password, during the setup and after it`()
        async throws
    {
        try await TestBox.served { test, served in
            let browser = try await SetupBrowser.claiming(served)
            _ = try await browser.send("kind", #"{"kind":"clinic"}"#)
            _ = try await browser.send(
                "clinic",
                SetupBrowser.clinic.replacing("Red Mesa", with: "Quillwhistle Brambleford"))
            let weak =
                #"{"password":"quillwhistle brambleford","username":"ana","displayName":"A"}"#
            let told = try await browser.send("password-check", weak)
            #expect(told.json?["problems"]?.count == 1)
            _ = try await browser.send("administrator", SetupBrowser.person)
            let kit = try await browser.makeKit()
            _ = try await browser.prove(kit.groups)
            let problems = test.box.identity.accounts.problems(
                Password("quillwhistle brambleford"), username: "x", displayName: "y")
            #expect(!problems.isEmpty)
        }
    }

    @Test func `the claim and its steps are on record without code or password`() async throws {
        try await TestBox.served { test, served in
            let browser = try await SetupBrowser.claiming(served)
            try await browser.reachKit()
            let kit = try await browser.makeKit()
            _ = try await browser.prove(kit.groups)
            let details = try await test.audit().compactMap(\.detail)
            for part in ["setup code right", "setup: clinic", "set up as clinic"] {
                #expect(details.contains(part), "\(part)")
            }
            #expect(!details.contains { $0.contains(kit.groups[0]) })
        }
    }
}
