import AccessControl
import Assembly
import FHIRModel
import Identity
import ServerKit
import TestKit
import Testing

/// Every route against every role and everybody else who may come to the door.
@Suite struct `Route matrix` {
    @Test func `every route of the product stands in the table`() async throws {
        try await TestBox.with { test in
            let known = Set(RouteTable.probes.map(\.route) + [RouteTable.goodbye.route])
            let real = Set(ServedBox.book(test).list.map { "\($0.method) \($0.template)" })
            #expect(real.subtracting(known).sorted() == [])
            #expect(known.subtracting(real).sorted() == [])
        }
    }

    @Test(arguments: Array(RouteTable.columns.indices))
    func `every role gets what the table says`(_ column: Int) async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            let role = try #require(Role(rawValue: RouteTable.columns[column]))
            try await test.add("somebody", [role], ownPatientID: role == .patient ? "own" : nil)
            let somebody = try await served.signedIn("somebody")
            for probe in RouteTable.probes + [RouteTable.goodbye] {
                let letter = Array(probe.letters)[column]
                let answer = try await somebody.send(
                    String(probe.route.prefix { $0 != " " }), probe.path, probe.body,
                    ["Content-Type": probe.type])
                let expected = letter == "+" ? probe.status : letter == "?" ? 404 : 403
                #expect(
                    answer.status == expected,
                    "\(role.rawValue) \(probe.route) \(probe.path): \(answer.status) instead")
            }
        }
    }

    @Test func `nobody gets through a door that needs a sign-in`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("gone", [.physician])
            let gone = try await served.signedIn("gone")
            let user = try #require(test.box.identity.accounts.user(named: "gone"))
            try await test.box.identity.accounts.disable(
                test.box.grant(.users(.update, id: user.id), test.command), id: user.id)
            for headers in [[:], gone.headers] {
                // A connection of its own: one that waits too long for its turn is closed.
                let visitor = Visitor(
                    client: try await BoxClient(port: served.port), headers: headers,
                    pageToken: headers.isEmpty ? nil : gone.pageToken)
                for probe in RouteTable.probes where probe.door != .open {
                    let answer = try await visitor.send(
                        String(probe.route.prefix { $0 != " " }), probe.path, probe.body)
                    #expect(answer.status == 401, "\(probe.route) \(probe.path)")
                }
            }
        }
    }

    @Test func `whoever must change the password may do nothing else`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("fresh", [.physician, .admin], mustChangePassword: true)
            let fresh = try await served.signedIn("fresh")
            for probe in RouteTable.probes where probe.door != .open {
                let answer = try await fresh.send(
                    String(probe.route.prefix { $0 != " " }), probe.path, probe.body)
                let isAccount = ["me", "password", "logout", "unlock"]
                    .contains { probe.path == "/api/v1/auth/" + $0 }
                #expect(
                    answer.status == (isAccount ? probe.status : 403),
                    "\(probe.route) \(probe.path)")
            }
        }
    }

    @Test func `a token reaches nothing outside of its scopes`() async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.add("doctor", [.physician, .admin])
            let narrow = try await served.bearer(try await test.token("doctor", "user/Goal.r"))
            let wide = try await served.bearer(try await test.token("doctor", "user/*.cruds"))
            for probe in RouteTable.probes where probe.door != .open && probe.door != .nothing {
                let method = String(probe.route.prefix { $0 != " " })
                let answer = try await narrow.send(
                    method, probe.path, probe.body, ["Content-Type": probe.type])
                #expect(answer.status == 403, "\(probe.route) \(probe.path)")
                guard probe.door == .account else { continue }
                let other = try await wide.send(method, probe.path, probe.body)
                // One's own sessions are no records either.
                #expect(other.status == 403, "\(probe.route) \(probe.path)")
            }
        }
    }
}

/// The records that the table speaks of.
enum MatrixRecords {
    static func store(in test: TestBox) async throws {
        try await test.put(
            SampleResources.patient("own"),
            SampleResources.patient("other", given: "Ada", family: "Yazzie"),
            SampleResources.practitioner("hale"),
            SampleResources.condition("cough", of: "own"),
            SampleResources.condition("cough-bh", of: "own", labels: ["BH"]),
            SampleResources.condition("cough-sud", of: "own", labels: ["42CFRPart2"]),
            SampleResources.condition("cough-other", of: "other"),
            SampleResources.observation("weight", of: "own"),
            note("note", labels: ""),
            note("note-bh", labels: #""meta":{"security":[{"code":"BH"}]},"#),
            json(
                """
                {"resourceType":"MedicationRequest","id":"pills","status":"active","intent":\
                "order","medicationCodeableConcept":{"text":"Pills"},\
                "subject":{"reference":"Patient/own"}}
                """))
    }

    static func json(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }

    private static func note(_ id: String, labels: String) throws -> JSON {
        try json(
            """
            {"resourceType":"DocumentReference","id":"\(id)",\(labels)"status":"current",\
            "subject":{"reference":"Patient/own"},"content":[{"attachment":{\
            "contentType":"text/plain","data":"V2VsbC4="}}]}
            """)
    }
}
