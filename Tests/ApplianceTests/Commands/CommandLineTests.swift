import Assembly
import FHIRModel
import Testing

/// The commands on a real folder, without a server.
///
/// Each test makes a box of its own, which costs a password hash of about 0.2 s.
@Suite("Command line")
struct CommandLineTests {
    private let scratch = Scratch()
    private var data: [String] { ["--data-dir", scratch.path + "/data"] }

    private static let patient =
        #"{"resourceType":"Patient","id":"p1","name":[{"family":"Tso"}],"birthDate":"1980-02-25"}"#
    private static let waiting =
        #"{"resourceType":"Observation","id":"o1","status":"final","code":{"text":"x"},"#
        + #""subject":{"reference":"Patient?identifier=s|p2"}}"#

    private func setUp(kitName: String = "kit.txt") async throws -> Said {
        let answers = scratch.write(
            "answers.json",
            """
            {"clinicName": "Three Rivers", "timeZone": "America/Denver", "boxName": "rivers",
             "administrator": {"username": "ada", "displayName": "Ada",
               "password": "nine blue kettles on a shelf"},
             "recoveryKitFile": "\(scratch.path)/\(kitName)"}
            """.utf8)
        let said = Said()
        let code = await said.run(["setup", "--answers", answers] + data)
        try #require(code == 0, "\(said.text)")
        return said
    }

    private func json(_ arguments: [String], code: Int32 = 0) async throws -> JSON {
        let said = Said()
        let exit = await said.run(arguments + data + ["--json"])
        try #require(exit == code, "\(said.text)")
        return try JSON.parse(Array(try #require(said.out.last).utf8))
    }

    @Test func `a box is claimed once, and its kit opens it on another machine`() async throws {
        let said = try await setUp()
        let kit = try #require(scratch.read("kit.txt"))
        #expect(kit.contains("Three Rivers"))
        let marked = try #require(kit.split(separator: "\n").first { $0.hasPrefix("Code:") })
        let code = marked.dropFirst("Code:".count).drop { $0 == " " }
        #expect(!said.text.contains(code))

        let again = Said()
        let answers = scratch.path + "/answers.json"
        #expect(await again.run(["setup", "--answers", answers] + data) == 1)
        #expect(again.text.contains("kit.txt is there already"))
        #expect(scratch.read("kit.txt") == kit)

        scratch.write("data/machine.key", Array(repeating: UInt8(ascii: "0"), count: 64))
        let locked = Said()
        #expect(await locked.run(["user", "list"] + data) == 1)
        #expect(locked.text.contains("tribal-ehr keys open --recovery-code-file"))

        let opened = try await json(
            ["keys", "open", "--recovery-code-file", scratch.path + "/kit.txt"])
        #expect(opened["opened"]?.bool == true)
        let users = try await json(["user", "list"])
        #expect(users.at("items", 0, "username")?.string == "ada")
    }

    @Test func `a folder without a record is not made by asking about it`() async {
        let said = Said()
        #expect(await said.run(["audit", "verify"] + data) == 1)
        #expect(said.text.contains("tribal-ehr setup"))
        #expect(scratch.read("data/record.sqlite") == nil)
    }

    @Test func `users are added, listed, changed, and every step is in the log`() async throws {
        _ = try await setUp()
        let password = scratch.write("password", "seven red barns in the rain\nrest".utf8)
        let add = ["user", "add", "--username", "bo", "--display-name", "Bo", "--role", "nurse"]
        let added = try await json(add + ["--password-file", password])
        #expect(added.string("username") == "bo")
        let made = try await json(["user", "add", "cy", "--role", "LAB", "--generate"])
        #expect((made.string("password")?.count ?? 0) >= 20)
        _ = try await json(["user", "set-roles", "bo", "--role", "PHYSICIAN,ADMIN"])
        _ = try await json(["user", "disable", "cy"])
        let list = try await json(["user", "list"])
        let rows = try #require(list["items"]).elements.map { user in
            let roles = user["roles"]?.elements.compactMap(\.string).joined(separator: "+") ?? ""
            let isOff = user["isDisabled"]?.bool == true
            return "\(user.string("username") ?? "") \(roles) \(isOff ? "off" : "on")"
        }
        #expect(
            rows == [
                "ada ADMIN+PHYSICIAN+SYSTEM_ADMIN on", "bo ADMIN+PHYSICIAN on", "cy LAB off",
            ])
        let unknown = Said()
        #expect(await unknown.run(["user", "unlock", "nobody"] + data) == 1)
        #expect(unknown.text.contains("tribal-ehr user list"))

        let verdict = try await json(["audit", "verify"])
        #expect(verdict.string("status") == "intact")
        let file = scratch.path + "/log.csv"
        let exported = try await json(["audit", "export", "--output", file])
        let table = try #require(scratch.read("log.csv"))
        #expect(table.hasPrefix("seq,"))
        #expect(table.split(separator: "\n").count == (exported["entries"]?.int ?? 0) + 1)
        let twice = Said()
        #expect(await twice.run(["audit", "export", "--output", file] + data) == 1)
        #expect(scratch.read("log.csv") == table)
    }

    @Test func `an import waits for what other files bring, and doubles nothing`() async throws {
        _ = try await setUp()
        let other = Self.patient.replacing("\"p1\"", with: "\"p2\"").replacing(
            "\"name\"", with: #""identifier":[{"system":"s","value":"p2"}],"name""#)
        scratch.write(
            "in/a.json",
            (#"{"resourceType":"Bundle","type":"collection","entry":[{"resource":"#
                + Self.waiting + "}]}").utf8)
        scratch.write("in/b.ndjson", (Self.patient + "\n" + other + "\n").utf8)
        scratch.write("in/c.txt", "not ours".utf8)
        let first = try await json(["import", scratch.path + "/in"])
        #expect(first["created"]?.int == 3)
        #expect(first["skippedFiles"]?.int == 1)
        #expect(first.at("byType", "Patient")?.int == 2)
        let second = try await json(["import", scratch.path + "/in"])
        #expect(second["created"]?.int == 0)
        #expect(second["updated"]?.int == 0)
        #expect(second["unchanged"]?.int == 3)
    }

    @Test func `what cannot go in is named with file, place and cause`() async throws {
        _ = try await setUp()
        scratch.write("in/bad.ndjson", (Self.patient + "\n{\"resourceType\":\n").utf8)
        scratch.write("in/cut.json.gz", [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 3, 0x4B])
        let report = try await json(["import", scratch.path + "/in"], code: 1)
        #expect(report["created"]?.int == 1)
        let rejects = try #require(report["rejects"]).elements.map {
            "\($0.string("file") ?? "") \($0.string("place") ?? "") \($0.string("reason") ?? "")"
        }
        #expect(rejects.count == 2)
        #expect(rejects.contains { $0.contains("bad.ndjson line 2") })
        #expect(rejects.contains { $0.contains("cut.json.gz") && $0.contains("too early") })
    }

    @Test func `tokens, keys, schema and doctor answer on a stopped box`() async throws {
        _ = try await setUp()
        let token = Said()
        let words = ["token", "--user", "ada", "--scope", "user/*.rs", "--minutes", "5"]
        #expect(await token.run(words + data) == 0)
        #expect(token.out.last?.hasPrefix("teh_") == true)
        let rotated = try await json(["keys", "rotate"])
        #expect(rotated["waiting"]?.int == 0)
        let kit = try await json(["keys", "kit", "--output", scratch.path + "/kit2.txt"])
        #expect(scratch.read("kit2.txt")?.contains(kit.string("kitID") ?? "?") == true)
        let steps = try await json(["migrate", "status"])
        #expect(steps["pending"]?.count == 0)
        #expect((steps["applied"]?.count ?? 0) > 0)
        let doctor = Said()
        _ = await doctor.run(
            ["doctor", "--full", "--listen", "127.0.0.1:0", "--http-listen", "off"] + data)
        for name in ["permissions", "keys", "schema", "audit-log", "key-rotation"] {
            #expect(doctor.out.contains { $0.hasPrefix("ok") && $0.contains(name) }, "\(name)")
        }
    }
}
