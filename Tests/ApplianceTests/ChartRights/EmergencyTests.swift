import AccessControl
import Assembly
import FHIRModel
import Identity
import Kernel
import RecordStore
import Steward
import TestKit
import Testing

/// Opening a chart in an emergency, from the door to the review (SECURITY S22).
@Suite struct `Emergency access` {
    /// A box where nurses open own charts only, with a nurse who has none, and her visitor.
    private func atTheBox(
        _ body: @escaping @Sendable (TestBox, ServedBox, Visitor) async throws -> Void
    ) async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await Self.limit(test, [.nurse])
            try await test.add("nurse", [.nurse])
            try await body(test, served, try await served.signedIn("nurse"))
        }
    }

    static func limit(_ test: TestBox, _ roles: [Role]) async throws {
        let rules = AccessRules(
            byRole: Dictionary(uniqueKeysWithValues: roles.map { ($0, .relationship) }))
        let book = test.box.identity.chartRights.rules
        try await book.set(
            try await test.box.grant(
                Ask(.update, area: .system, type: "AccessRules"), test.command),
            rules, from: book.current.version)
    }

    private static func ask(
        _ patient: String = "own", parts: [String] = ["general"],
        reason: String = "Unconscious on arrival", minutes: Int = 60
    ) -> String {
        let list = parts.map { "\"\($0)\"" }.joined(separator: ",")
        return #"{"patientId":"\#(patient)","category":"emergency-treatment","compartments":"#
            + #"[\#(list)],"reason":"\#(reason)","minutes":\#(minutes)}"#
    }

    private static let chart = "/api/v1/patients/own/chart"

    @Test func `a closed chart opens with a reason, for reading, for this patient alone`()
        async throws
    {
        try await atTheBox { _, _, nurse in
            #expect(try await nurse.get(Self.chart).status == 404)
            let found = try await nurse.send("POST", "/api/v1/patients/search", #"{"q":"tso"}"#)
            let item = try #require(found.json?["items"]?.elements.first { _ in true })
            #expect(item["isClosed"]?.bool == true && item["sex"] == nil && item["mrn"] == nil)
            #expect(item.string("birthDate") == "1980-02-25")
            let opened = try await nurse.send("POST", "/api/v1/emergencies", Self.ask())
            #expect(opened.status == 201, "\(opened.text)")
            #expect(try await nurse.get(Self.chart).status == 200)
            #expect(try await nurse.get("/fhir/Condition/cough").status == 200)
            #expect(try await nurse.get("/fhir/Condition/cough-bh").status == 404)
            #expect(try await nurse.get("/api/v1/patients/other/chart").status == 404)
            let write = try await nurse.send(
                "PUT", "/fhir/Condition/cough", RouteTable.condition("cough", of: "own"))
            #expect(write.status == 403)
            let mine = try await nurse.get("/api/v1/emergencies/mine")
            #expect(mine.json?["items"]?.elements.first { _ in true }?.string("patientId") == "own")
        }
    }

    @Test func `a protected part opens when it is named, and only then`() async throws {
        try await atTheBox { test, served, _ in
            try await test.add("doctor", [.pharmacist])
            let pharmacist = try await served.signedIn("doctor")
            #expect(try await pharmacist.get("/fhir/Condition/cough-sud").status == 404)
            let body = Self.ask(parts: ["part2"])
            #expect(
                try await pharmacist.send("POST", "/api/v1/emergencies", body).status == 201)
            #expect(try await pharmacist.get("/fhir/Condition/cough-sud").status == 200)
            #expect(try await pharmacist.get("/fhir/Condition/cough-bh").status == 404)
            let list = try await pharmacist.get("/fhir/Condition?patient=own")
            #expect(list.json?["total"]?.int == 2)
        }
    }

    @Test func `what is asked wrongly opens nothing and says why`() async throws {
        try await atTheBox { _, _, nurse in
            for (body, status, place) in [
                (Self.ask(reason: "  short   "), 400, "reason"),
                (Self.ask(minutes: 241), 400, "minutes"), (Self.ask(minutes: 0), 400, "minutes"),
                (Self.ask(parts: []), 400, "compartments"),
                (Self.ask(parts: ["blood-quantum"]), 400, "compartments"),
                (Self.ask(parts: ["system"]), 400, "compartments"),
                (Self.ask("nobody"), 404, "patientId"), ("{}", 400, "patientId"),
                ("[", 400, ""),
            ] {
                let answer = try await nurse.send("POST", "/api/v1/emergencies", body)
                #expect(answer.status == status, "\(body) \(answer.text)")
                #expect(place.isEmpty || answer.text.contains(place), "\(body) \(answer.text)")
            }
            #expect(try await nurse.get(Self.chart).status == 404)
        }
    }

    @Test func `it ends by itself and is asked for anew, never made longer`() async throws {
        try await atTheBox { test, _, nurse in
            let path = "/api/v1/emergencies"
            #expect(try await nurse.send("POST", path, Self.ask(minutes: 10)).status == 201)
            #expect(try await nurse.send("POST", path, Self.ask(minutes: 240)).status == 409)
            test.clock.advance(ms: 599_000)
            #expect(try await nurse.get(Self.chart).status == 200)
            test.clock.advance(ms: 1_000)
            #expect(try await nurse.get(Self.chart).status == 404)
            #expect(try await nurse.send("POST", path, Self.ask(minutes: 10)).status == 201)
        }
    }

    @Test func `it ends by hand with the next request, by oneself or an administrator`()
        async throws
    {
        try await atTheBox { test, served, nurse in
            try await test.add("boss", [.admin])
            try await test.add("other", [.physician])
            let boss = try await served.signedIn("boss")
            let other = try await served.signedIn("other")
            for visitor in [nurse, boss] {
                let opened = try await nurse.send("POST", "/api/v1/emergencies", Self.ask())
                let end = "/api/v1/emergencies/\(opened.json?.string("id") ?? "")/end"
                #expect(try await nurse.get(Self.chart).status == 200)
                #expect(try await other.send("POST", end, "{}").status == 403)
                #expect(try await visitor.send("POST", end, "{}").status == 204)
                #expect(try await nurse.get(Self.chart).status == 404)
                #expect(try await boss.send("POST", end, "{}").status == 409)
            }
        }
    }

    @Test func `every look is marked, administrators are told, and somebody else reviews it`()
        async throws
    {
        try await atTheBox { test, served, nurse in
            try await test.add("boss", [.admin])
            let boss = try await served.signedIn("boss")
            let opened = try await nurse.send("POST", "/api/v1/emergencies", Self.ask())
            let id = try #require(opened.json?.string("id"))
            _ = try await nurse.get(Self.chart)
            _ = try await nurse.get("/fhir/Condition/cough")
            _ = try await nurse.get("/fhir/Condition?patient=own")
            _ = try await nurse.get("/fhir/Condition/cough/_history")
            _ = try await nurse.get("/fhir/Condition/cough-bh")
            let marked = try await test.audit().filter { $0.emergencyIDs == [id] }
            #expect(marked.count == 4)
            let grant = try await test.box.grant(
                Ask(.administer, area: .system, type: "Job"), test.command)
            #expect(try await NoticeBoard(store: test.box.store).deliver(grant) == 1)
            #expect(try await boss.get("/api/v1/notices").text.contains("Person nurse"))
            let path = "/api/v1/emergencies/\(id)"
            let right = #"{"finding":"appropriate"}"#
            #expect(try await boss.send("POST", path + "/review", right).status == 409)
            _ = try await nurse.send("POST", path + "/end", "{}")
            let one = try await boss.get(path)
            #expect(one.json?["accesses"]?.count == 4, "\(one.text)")
            let wrong = #"{"finding":"not-appropriate"}"#
            #expect(try await boss.send("POST", path + "/review", wrong).status == 400)
            let look = #"{"finding":"follow-up","comment":"Ask the nurse"}"#
            #expect(try await boss.send("POST", path + "/review", look).status == 204)
            #expect(try await boss.get("/api/v1/emergencies").json?["items"]?.count == 1)
            #expect(try await boss.send("POST", path + "/review", right).status == 204)
            #expect(try await boss.send("POST", path + "/review", right).status == 409)
            #expect(try await boss.get("/api/v1/emergencies").json?["items"]?.count == 0)
            let closed = try await boss.get("/api/v1/emergencies?state=closed")
            #expect(closed.json?["items"]?.count == 1)
        }
    }

    @Test func `nobody reviews what they opened themselves`() async throws {
        try await atTheBox { test, served, _ in
            try await test.add("both", [.nurse, .admin])
            let both = try await served.signedIn("both")
            let opened = try await both.send("POST", "/api/v1/emergencies", Self.ask())
            let path = "/api/v1/emergencies/\(opened.json?.string("id") ?? "")"
            _ = try await both.send("POST", path + "/end", "{}")
            let own = try await both.send(
                "POST", path + "/review", #"{"finding":"appropriate"}"#)
            #expect(own.status == 403)
        }
    }

    @Test func `a program with a token has no emergencies`() async throws {
        try await atTheBox { test, served, nurse in
            _ = try await nurse.send("POST", "/api/v1/emergencies", Self.ask())
            let program = try await served.bearer(try await test.token("nurse", "user/*.rs"))
            #expect(try await program.get("/fhir/Condition/cough").status == 404)
            #expect(
                try await program.send("POST", "/api/v1/emergencies", Self.ask()).status == 403)
        }
    }

    @Test func `it outlives a restart, its end does too, and a clock set back ends it`()
        async throws
    {
        let folder = try TemporaryFolder()
        let clock = FixedClock()
        func running(_ act: (TestBox) async throws -> Void) async throws -> Int {
            let test = try await TestBox.open(folder, clock)
            try await act(test)
            let user = try #require(test.box.identity.accounts.user(named: "nurse"))
            let count = test.box.identity.chartRights.emergencies.open(userID: user.id).count
            await test.box.close()
            return count
        }
        let begun = try await running { test in
            try await test.put(SampleResources.patient("own"))
            let user = try await test.add("nurse", [.nurse])
            let caller = Callers.person(.nurse, userID: user.id)
            _ = try await test.box.identity.chartRights.emergencies.begin(
                test.box.grant(.emergencies(.create, patientID: "own"), caller),
                EmergencyDraft(
                    patientID: "own", compartments: [.general], category: .danger,
                    reason: "Found in the snow"))
        }
        #expect(begun == 1)
        #expect(try await running { _ in } == 1)
        clock.turn(toWallMs: FixedClock.mondayMs - 60_000)
        #expect(try await running { _ in } == 0)
        clock.turn(toWallMs: FixedClock.mondayMs + 1_000)
        let ended = try await running { test in
            let user = try #require(test.box.identity.accounts.user(named: "nurse"))
            let emergencies = test.box.identity.chartRights.emergencies
            let id = try #require(emergencies.open(userID: user.id).first?.id)
            try await emergencies.end(
                test.box.grant(.emergencies(.update, id: id), test.command), id: id)
        }
        #expect(ended == 0)
        #expect(try await running { _ in } == 0)
    }
}
