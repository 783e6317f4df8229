import AccessControl
import Assembly
import FHIRModel
import Identity
import RecordStore
import TestKit
import Testing

/// Own patients only, and standing in for others (FEATURES AUTH-09, AUTH-11).
@Suite struct `Own patients and substitutes` {
    private struct Clinic: Sendable {
        let test: TestBox
        let served: ServedBox
        let hale: Visitor
        let nurse: Visitor
        let boss: Visitor
        let haleID: String
        let nurseID: String

        /// Somebody who signs in anew.
        func again(_ name: String) async throws -> Visitor { try await served.signedIn(name) }
    }

    private func atTheBox(_ body: @escaping @Sendable (Clinic) async throws -> Void) async throws {
        try await TestBox.served { test, served in
            try await MatrixRecords.store(in: test)
            try await test.put(
                MatrixRecords.json(
                    #"{"resourceType":"CareTeam","id":"t","subject":{"reference":"Patient/own"},"#
                        + #""participant":[{"member":{"reference":"Practitioner/hale"}}]}"#))
            try await `Emergency access`.limit(test, [.nurse, .physician])
            let hale = try await test.add("hale", [.physician])
            let nurse = try await test.add("nurse", [.nurse])
            try await test.add("boss", [.systemAdmin, .admin])
            let boss = try await served.signedIn("boss")
            let linked = try await boss.send(
                "PUT", "/api/v1/access-rules/people/\(hale.id)", #"{"practitionerId":"hale"}"#)
            #expect(linked.status == 204, "\(linked.text)")
            try await body(
                Clinic(
                    test: test, served: served, hale: try await served.signedIn("hale"),
                    nurse: try await served.signedIn("nurse"), boss: boss, haleID: hale.id,
                    nurseID: nurse.id))
        }
    }

    private static let chart = "/api/v1/patients/own/chart"

    @Test func `a person opens the charts of own patients and no others`() async throws {
        try await atTheBox { clinic in
            #expect(try await clinic.hale.get(Self.chart).status == 200)
            #expect(try await clinic.hale.get("/api/v1/patients/other/chart").status == 404)
            #expect(try await clinic.nurse.get(Self.chart).status == 404)
            let all = try await clinic.hale.get("/fhir/Condition")
            #expect(all.json?["total"]?.int == 3)
            let people = try await clinic.hale.get("/fhir/Patient")
            #expect(people.json?["total"]?.int == 1)
            try await clinic.test.box.store.delete("CareTeam", "t")
            #expect(try await clinic.hale.get(Self.chart).status == 404)
        }
    }

    @Test func `a substitute opens the other's charts with the own role, for those days`()
        async throws
    {
        try await atTheBox { clinic in
            let body =
                #"{"to":"\#(clinic.nurseID)","begins":"2026-03-03","until":"2026-03-04","#
                + #""isAway":true,"note":"Fishing"}"#
            let made = try await clinic.hale.send("POST", "/api/v1/delegations", body)
            #expect(made.status == 201, "\(made.text)")
            #expect(try await clinic.hale.send("POST", "/api/v1/delegations", body).status == 409)
            #expect(try await clinic.nurse.get(Self.chart).status == 404)
            clinic.test.clock.advance(ms: 9 * 3_600_000)
            let nurse = try await clinic.again("nurse")
            #expect(try await nurse.get(Self.chart).status == 200)
            #expect(try await nurse.get("/fhir/Condition/cough-sud").status == 404)
            #expect(try await nurse.get("/fhir/Condition/cough-bh").status == 200)
            let list = try await nurse.get("/api/v1/delegations")
            #expect(list.json?["away"]?.count == 1)
            let id = made.json?.string("id") ?? ""
            #expect(try await nurse.send("DELETE", "/api/v1/delegations/\(id)").status == 204)
            #expect(try await nurse.get(Self.chart).status == 404)
        }
    }

    @Test func `nobody names a substitute for another, but an administrator may`() async throws {
        try await atTheBox { clinic in
            let body =
                #"{"from":"\#(clinic.haleID)","to":"\#(clinic.nurseID)","begins":"2026-03-02","#
                + #""until":"2026-03-04"}"#
            let own = try await clinic.nurse.send("POST", "/api/v1/delegations", body)
            #expect(own.status == 403)
            #expect(try await clinic.boss.send("POST", "/api/v1/delegations", body).status == 201)
            #expect(try await clinic.nurse.get(Self.chart).status == 200)
            let hale = clinic.test.box.identity.accounts
            try await hale.disable(
                clinic.test.box.grant(.users(.update, id: clinic.haleID), clinic.test.command),
                id: clinic.haleID)
            #expect(try await clinic.nurse.get(Self.chart).status == 404)
        }
    }

    @Test func `a substitute for somebody without patients gets none, and it is not handed on`()
        async throws
    {
        try await atTheBox { clinic in
            let test = clinic.test
            let third = try await test.add("third", [.nurse])
            let delegations = test.box.identity.chartRights.delegations
            for (from, to) in [(clinic.haleID, clinic.nurseID), (clinic.nurseID, third.id)] {
                _ = try await delegations.make(
                    test.box.grant(.delegations(.administer), test.command),
                    DelegationDraft(
                        from: from, to: to, beginsMs: FixedClock.mondayMs - 1_000,
                        endsMs: FixedClock.mondayMs + 86_400_000))
            }
            #expect(try await clinic.nurse.get(Self.chart).status == 200)
            let visitor = try await clinic.again("third")
            #expect(try await visitor.get(Self.chart).status == 404)
        }
    }

    @Test func `two administrators who set rules at once are told`() async throws {
        try await atTheBox { clinic in
            let read = try await clinic.boss.get("/api/v1/access-rules")
            let version = read.json?["version"]?.int ?? -1
            let body = #"{"version":\#(version),"visitDays":30,"rules":{"NURSE":"clinic"}}"#
            let first = try await clinic.boss.send("PUT", "/api/v1/access-rules", body)
            #expect(first.status == 204, "\(first.text)")
            let second = try await clinic.boss.send("PUT", "/api/v1/access-rules", body)
            #expect(second.status == 412)
            #expect(try await clinic.nurse.get(Self.chart).status == 200)
            for wrong in [
                #"{"version":2,"rules":{"PATIENT":"clinic"}}"#,
                #"{"version":2,"rules":{"X":"clinic"}}"#,
                #"{"version":2,"visitDays":0,"rules":{}}"#, #"{"version":2}"#,
            ] {
                let answer = try await clinic.boss.send("PUT", "/api/v1/access-rules", wrong)
                #expect(answer.status == 400, "\(wrong)")
            }
        }
    }
}
