import AccessControl
import Assembly
import FHIRModel
import Identity
import RecordStore
import TestKit
import Testing

/// What administrators do to accounts (FEATURES AUTH-12; SECURITY S20, S21).
@Suite struct `User routes` {
    /// Runs `body` with a system administrator who is signed in.
    private func asBoss(
        _ body: @escaping @Sendable (TestBox, ServedBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await test.add("boss", [.systemAdmin, .admin])
            try await body(test, served, try await served.signedIn("boss"))
        }
    }

    private static func user(_ name: String, in test: TestBox) throws -> User {
        try #require(test.box.identity.accounts.user(named: name))
    }

    @Test func `a user who was added signs in with the password that was told once`() async throws {
        try await asBoss { test, served, boss in
            let added = try await boss.send(
                "POST", "/api/v1/users",
                #"{"username":"ana","displayName":"Ana Begay","roles":["NURSE"]}"#)
            #expect(added.status == 201)
            let password = try #require(added.json?.string("temporaryPassword"))
            #expect(added["etag"] == "\"1\"")
            let id = try #require(added.json?.string("id"))
            let again = try await boss.get("/api/v1/users/\(id)")
            #expect(again.json?.string("temporaryPassword") == nil)
            #expect(again.json?["mustChangePassword"]?.bool == true)
            #expect(again.json?.string("lastUsedAt") == nil)
            let login = try await served.nobody().send(
                "POST", "/api/v1/auth/login", #"{"username":"ana","password":"\#(password)"}"#)
            #expect(login.status == 200)
            #expect(login.json?.at("user", "mustChangePassword")?.bool == true)
            let listed = try await boss.get("/api/v1/users").json?["items"]?.elements
                .first { $0.string("username") == "ana" }
            #expect(listed?.string("lastUsedAt") != nil)
            #expect(listed?["sessions"]?.int == 1)
        }
    }

    @Test(arguments: [
        #"{"username":"ana","displayName":"Ana","roles":["NURSE"],"id":"mine"}"#,
        #"{"username":"ana","displayName":"Ana","roles":["NURSE"],"password":"a good one of mine"}"#,
        #"{"username":"ana","displayName":"Ana","roles":["NURSE"],"isDisabled":true}"#,
        #"{"username":"ana","displayName":"Ana","roles":["NURSE"],"version":"7"}"#,
    ])
    func `a field that belongs to the box is refused by its name`(_ body: String) async throws {
        try await asBoss { test, _, boss in
            let answer = try await boss.send("POST", "/api/v1/users", body)
            #expect(answer.status == 400)
            let named = answer.json?.at("error", "details", 0, "location")?.string
            #expect(["id", "password", "isDisabled", "version"].contains(named))
            #expect(test.box.identity.accounts.user(named: "ana") == nil)
        }
    }

    @Test func `the second of two administrators is told, and the first change stays`() async throws
    {
        try await asBoss { test, served, boss in
            let ana = try await test.add("ana", [.nurse])
            let path = "/api/v1/users/\(ana.id)"
            let seen = try #require(try await boss.get(path).json?.string("version"))
            let first = try await boss.send(
                "PUT", path, #"{"displayName":"Ana One","roles":["NURSE"]}"#,
                ["If-Match": "\"\(seen)\""])
            #expect(first.status == 200)
            let second = try await boss.send(
                "PUT", path, #"{"displayName":"Ana Two","roles":["BILLING"]}"#,
                ["If-Match": "\"\(seen)\""])
            #expect(second.status == 412)
            let none = try await boss.send(
                "PUT", path, #"{"displayName":"Ana Two","roles":["BILLING"]}"#)
            #expect(none.status == 400)
            let now = try Self.user("ana", in: test)
            #expect(now.displayName == "Ana One" && now.roles == [.nurse])
            let version = first.json?.string("version") ?? ""
            let third = try await boss.send(
                "PUT", path, #"{"displayName":"Ana Two","roles":["BILLING"]}"#,
                ["If-Match": "\"\(version)\""])
            #expect(third.status == 200)
            #expect(try Self.user("ana", in: test).roles == [.billing])
        }
    }

    @Test func `of many changes side by side from one version exactly one is kept`() async throws {
        try await asBoss { test, _, boss in
            let ana = try await test.add("ana", [.nurse])
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for number in 0..<20 {
                    group.addTask {
                        let grant = try await test.box.grant(
                            .users(.update, id: ana.id), test.command)
                        do {
                            try await test.box.identity.accounts.edit(
                                grant, id: ana.id,
                                UserEdit(displayName: "Ana \(number)", roles: [.nurse]),
                                ifVersion: "1")
                            return 1
                        } catch {
                            return 0
                        }
                    }
                }
                return try await group.reduce(0, +)
            }
            #expect(statuses == 1)
            #expect(try Self.user("ana", in: test).version == 2)
            _ = boss
        }
    }

    @Test func `closing an account ends its sessions with the next request`() async throws {
        try await asBoss { test, served, boss in
            let ana = try await test.add("ana", [.nurse])
            let session = try await served.signedIn("ana")
            #expect(try await session.get("/api/v1/auth/me").status == 200)
            let path = "/api/v1/users/\(ana.id)"
            #expect(try await boss.send("POST", path + "/disable").status == 200)
            #expect(try await session.get("/api/v1/auth/me").status == 401)
            #expect(try await boss.send("POST", path + "/enable").status == 200)
            #expect(try await session.get("/api/v1/auth/me").status == 401)
        }
    }

    @Test func `the last administrator can be neither closed nor made something else`() async throws
    {
        try await asBoss { test, _, boss in
            let own = try Self.user("boss", in: test)
            #expect(
                try await boss.send("POST", "/api/v1/users/\(own.id)/disable").status == 403)
            let grant = try await test.box.grant(.users(.update, id: own.id), test.command)
            await #expect(throws: (any Error).self) {
                try await test.box.identity.accounts.disable(grant, id: own.id)
            }
            let roles = try await boss.send(
                "PUT", "/api/v1/users/\(own.id)", #"{"displayName":"Boss","roles":["NURSE"]}"#,
                ["If-Match": "\"\(own.version)\""])
            #expect(roles.status == 403)
            #expect(try Self.user("boss", in: test).roles == own.roles)
        }
    }

    @Test func `an ADMIN makes no SYSTEM_ADMIN and resets the password of none`() async throws {
        try await asBoss { test, served, _ in
            try await test.add("office", [.admin])
            let office = try await served.signedIn("office")
            let boss = try Self.user("boss", in: test)
            let made = try await office.send(
                "POST", "/api/v1/users",
                #"{"username":"eve","displayName":"Eve","roles":["SYSTEM_ADMIN"]}"#)
            #expect(made.status == 403)
            let reset = try await office.send(
                "POST", "/api/v1/users/\(boss.id)/reset-password")
            #expect(reset.status == 403)
            let raised = try await office.send(
                "PUT", "/api/v1/users/\(try Self.user("office", in: test).id)",
                #"{"displayName":"Office","roles":["SYSTEM_ADMIN","ADMIN"]}"#,
                ["If-Match": "\"1\""])
            #expect(raised.status == 403)
            let refused = try await test.audit().filter {
                $0.name == "office" && $0.outcome == "refused"
            }
            #expect(refused.count == 3)
        }
    }

    @Test func `a lock after wrong passwords is shown and can be ended`() async throws {
        try await asBoss { test, served, boss in
            let ana = try await test.add("ana", [.nurse])
            for _ in 0..<5 {
                _ = try await served.nobody().send(
                    "POST", "/api/v1/auth/login", #"{"username":"ana","password":"not this"}"#)
            }
            let path = "/api/v1/users/\(ana.id)"
            #expect(try await boss.get(path).json?.string("lockedUntil") != nil)
            #expect(try await boss.send("POST", path + "/unlock").status == 200)
            #expect(try await boss.get(path).json?.string("lockedUntil") == nil)
            _ = try await served.signedIn("ana")
        }
    }

    @Test func `a provider belongs to one account, and has to be there`() async throws {
        try await asBoss { test, _, boss in
            try await test.put(SampleResources.practitioner("hale"))
            let none = try await boss.send(
                "POST", "/api/v1/users",
                #"{"username":"eve","displayName":"Eve","roles":["NURSE"],"practitionerId":"no"}"#)
            #expect(none.status == 400)
            for (name, status) in [("ana", 201), ("eve", 409)] {
                let answer = try await boss.send(
                    "POST", "/api/v1/users",
                    """
                    {"username":"\(name)","displayName":"\(name) Hale","roles":["PHYSICIAN"],\
                    "practitionerId":"hale"}
                    """)
                #expect(answer.status == status)
            }
            let shown = try await boss.get("/api/v1/admin/providers/hale")
            #expect(shown.json?.at("user", "username")?.string == "ana")
        }
    }

    @Test func `all sessions of a person end at once`() async throws {
        try await asBoss { test, served, boss in
            let ana = try await test.add("ana", [.nurse])
            let two = [try await served.signedIn("ana"), try await served.signedIn("ana")]
            let ended = try await boss.send("DELETE", "/api/v1/users/\(ana.id)/sessions")
            #expect(ended.status == 204)
            for session in two { #expect(try await session.get("/api/v1/sessions").status == 401) }
            #expect(try await boss.get("/api/v1/sessions").status == 200)
        }
    }

    @Test func `the table of roles says what the policy does`() async throws {
        try await asBoss { _, _, boss in
            let items = try #require(try await boss.get("/api/v1/admin/roles").json?["items"])
            #expect(items.count == Role.allCases.count)
            for item in items.elements {
                let role = try #require(item.string("role").flatMap(Role.init))
                for area in Area.allCases {
                    let told =
                        item.at("areas", .key(area.rawValue), "verbs")?.elements
                        .compactMap(\.string) ?? []
                    let verbs = RoleMatrix.cell(role, area).verbs.map(\.rawValue)
                    #expect(Set(told) == Set(verbs), "\(role) \(area)")
                }
            }
            let users = items.elements.first { $0.string("role") == "ADMIN" }?["users"]
            #expect(users?.at(0, "username")?.string == "boss")
        }
    }
}
