import AccessControl
import FHIRModel
import RecordStore
import TestKit
import Testing

/// With whom a practitioner has to do, as the records say it.
@Suite struct `Relations of a practitioner` {
    private func json(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }

    private func relations(_ test: TestStore, days: Int = 30) async throws -> Set<String> {
        try await test.store.relations(
            Callers.machine.grant(.read, "Patient"), of: "hale", visitDaysMax: days
        ).patientIDs
    }

    private func clinic() async throws -> TestStore {
        let test = try TestStore()
        try await test.store.put(SampleResources.practitioner("hale"))
        for id in ["gp", "role", "team", "dept", "visit", "booked", "none"] {
            try await test.store.put(SampleResources.patient(id))
        }
        return test
    }

    private func put(_ test: TestStore, _ text: String) async throws {
        try await test.store.put(json(text))
    }

    private func team(_ id: String, _ member: String, _ more: String = "") -> String {
        #"{"resourceType":"CareTeam","id":"\#(id)"\#(more),"subject":{"reference":"Patient/\#(id)"}"#
            + #","participant":[{"member":{"reference":"\#(member)"}}]}"#
    }

    private func visit(_ id: String, _ day: String, status: String = "finished") -> String {
        #"{"resourceType":"Encounter","id":"\#(id)","status":"\#(status)","class":{"code":"AMB"},"#
            + #""subject":{"reference":"Patient/\#(id)"},"participant":[{"individual":"#
            + #"{"reference":"Practitioner/hale"}}],"period":{"start":"\#(day)"}}"#
    }

    @Test func `each way to have to do with a patient counts, at once`() async throws {
        let test = try await clinic()
        #expect(try await relations(test) == [])
        try await put(
            test,
            #"{"resourceType":"Patient","id":"gp","generalPractitioner":"#
                + #"[{"reference":"Practitioner/hale"}]}"#)
        #expect(try await relations(test) == ["gp"])
        try await put(
            test,
            #"{"resourceType":"Organization","id":"d","type":[{"coding":[{"code":"dept"}]}]}"#)
        try await put(
            test,
            #"{"resourceType":"PractitionerRole","id":"r","practitioner":"#
                + #"{"reference":"Practitioner/hale"},"organization":{"reference":"Organization/d"}}"#
        )
        try await put(
            test,
            #"{"resourceType":"Patient","id":"role","generalPractitioner":"#
                + #"[{"reference":"PractitionerRole/r"}]}"#)
        try await put(test, team("team", "Practitioner/hale"))
        try await put(test, team("dept", "Organization/d"))
        try await put(test, visit("visit", "2026-02-20"))
        try await put(
            test,
            #"{"resourceType":"Appointment","id":"a","status":"booked","start":"#
                + #""2026-03-10T09:00:00Z","end":"2026-03-10T09:20:00Z","participant":[{"actor":"#
                + #"{"reference":"Patient/booked"},"status":"accepted"},{"actor":{"reference":"#
                + #""Practitioner/hale"},"status":"accepted"}]}"#)
        #expect(
            try await relations(test) == ["gp", "role", "team", "dept", "visit", "booked"])
    }

    @Test func `what has ended, was cancelled or lies too far back counts no more`() async throws {
        let test = try await clinic()
        try await put(test, visit("visit", "2025-12-01"))
        #expect(try await relations(test) == [])
        #expect(try await relations(test, days: 200) == ["visit"])
        try await put(test, visit("none", "2026-02-20", status: "entered-in-error"))
        try await put(test, team("team", "Practitioner/hale", #","status":"inactive""#))
        try await put(
            test, team("dept", "Practitioner/hale", #","period":{"end":"2026-01-01"}"#))
        #expect(try await relations(test) == [])
        try await put(test, team("team", "Practitioner/hale", #","status":"active""#))
        #expect(try await relations(test) == ["team"])
        try await test.store.delete("CareTeam", "team")
        #expect(try await relations(test) == [])
    }

    @Test func `the clinic to which everybody belongs makes no relation`() async throws {
        let test = try await clinic()
        try await put(
            test,
            #"{"resourceType":"Organization","id":"c","type":[{"coding":[{"code":"prov"}]}]}"#)
        try await put(
            test,
            #"{"resourceType":"PractitionerRole","id":"r","practitioner":"#
                + #"{"reference":"Practitioner/hale"},"organization":{"reference":"Organization/c"}}"#
        )
        try await put(test, team("team", "Organization/c"))
        #expect(try await relations(test) == [])
    }

    @Test func `relations outlive a restart, since the records do`() async throws {
        let test = try await clinic()
        try await put(test, team("team", "Practitioner/hale"))
        try test.reopen()
        #expect(try await relations(test) == ["team"])
    }
}
