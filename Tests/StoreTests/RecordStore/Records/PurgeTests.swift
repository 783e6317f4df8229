import AccessControl
import FHIRModel
import Kernel
import RecordStore
import SQLite
import TestKit
import Testing

/// Destroying a record with its history.
@Suite struct `Purges` {
    private static let reason = "Imported into the wrong box"

    private static func clinic() async throws -> TestStore {
        let test = try TestStore()
        for id in ["a", "b"] { try await test.store.put(SampleResources.patient(id)) }
        for text in ["Cough", "Bad cough"] {
            try await test.store.put(SampleResources.condition("c", of: "a", text: text))
        }
        try await test.store.put(SampleResources.condition("other", of: "b"))
        try await test.store.put(SampleResources.observation("o", of: "a"))
        return test
    }

    private static func grant(_ verb: Verb = .administer) throws -> Grant {
        try Callers.machine.grant(verb, area: .system, "Purge")
    }

    private static func rows(_ test: TestStore, _ type: String, _ id: String) throws -> [Int64] {
        let raw = try test.rawConnection()
        defer { raw.close() }
        let statement = try raw.statement(
            "SELECT seq FROM resource_version WHERE type = ? AND id = ? ORDER BY seq")
        defer { statement.reset() }
        statement.bind(1, type)
        statement.bind(2, id)
        var found: [Int64] = []
        while try statement.step() { found.append(statement.int(0)) }
        return found
    }

    private static func body(_ test: TestStore, _ seq: Int64) throws -> [UInt8] {
        let raw = try test.rawConnection()
        defer { raw.close() }
        let statement = try raw.statement("SELECT sealed_body FROM resource_version WHERE seq = ?")
        defer { statement.reset() }
        statement.bind(1, seq)
        return try statement.step() ? statement.bytes(0) : []
    }

    @Test func `a record is gone with its versions, and nothing else is`() async throws {
        let test = try await Self.clinic()
        let looked = try await test.store.purgeReport(Self.grant(), type: "Condition", id: "c")
        #expect(looked.records.count == 1)
        #expect(looked.versionCount == 2)
        let done = try await test.store.purge(
            Self.grant(), type: "Condition", id: "c", reason: Self.reason)
        #expect(done.versionCount == 2)
        for version in [nil, 1, 2] as [Int?] {
            await #expect(throws: Problem(.notFound, "")) {
                _ = try await test.store.read("Condition", "c", version: version)
            }
        }
        _ = try await test.store.read("Condition", "other")
        _ = try await test.store.read("Observation", "o")
        await #expect(throws: Problem(.notFound, "")) {
            _ = try await test.store.purge(
                Self.grant(), type: "Condition", id: "c", reason: Self.reason)
        }
    }

    @Test func `its bytes are in no file, and no row leads to it`() async throws {
        let test = try await Self.clinic()
        let places = try Self.rows(test, "Condition", "c")
        let bodies = try places.map { try Self.body(test, $0) }
        #expect(bodies.count == 2)
        func isInFiles(_ bytes: [UInt8]) throws -> Bool {
            for name in [test.data.database, test.data.database + "-wal"] {
                guard let content = try FileBytes.read(name, bytesMax: 1 << 26) else { continue }
                if content.firstRange(of: bytes) != nil { return true }
            }
            return false
        }
        let isThere = try bodies.contains { try isInFiles($0) }
        #expect(isThere)
        _ = try await test.store.purge(
            Self.grant(), type: "Condition", id: "c", reason: Self.reason)
        for body in bodies { #expect(try !isInFiles(body)) }
        let raw = try test.rawConnection()
        defer { raw.close() }
        let origin = places[0]
        for sql: StaticString in [
            "SELECT count(*) FROM search_resource WHERE origin = ?",
            "SELECT count(*) FROM search_tag WHERE origin = ?",
            "SELECT count(*) FROM search_link WHERE origin = ?",
            "SELECT count(*) FROM search_range WHERE origin = ?",
            "SELECT count(*) FROM search_quantity WHERE origin = ?",
            "SELECT count(*) FROM search_text WHERE origin = ?",
        ] {
            #expect(try raw.int(sql, .int(origin)) == 0)
        }
    }

    @Test func `with a patient the whole chart goes`() async throws {
        let test = try await Self.clinic()
        let done = try await test.store.purge(
            Self.grant(), type: "Patient", id: "a", reason: Self.reason)
        #expect(
            done.records.map { "\($0.type)/\($0.id)" } == [
                "Condition/c", "Observation/o", "Patient/a",
            ])
        #expect(test.store.people.person("a") == nil)
        #expect(test.store.people.person("b") != nil)
        try test.reopen()
        #expect(test.store.people.person("a") == nil)
        _ = try await test.store.read("Condition", "other")
    }

    @Test func `the audit log stays sound and keeps why, also after a restart`() async throws {
        let test = try await Self.clinic()
        _ = try await test.store.purge(
            Self.grant(), type: "Observation", id: "o", reason: Self.reason)
        let entry = try #require(try await test.store.auditTail(1).first)
        #expect(entry.detail?.contains(Self.reason) == true)
        #expect(entry.id == "Observation/o")
        #expect(try await test.store.auditVerdict().firstBad == nil)
        // The newest place was freed; the next version must not get it again.
        try await test.store.put(SampleResources.observation("o", of: "a", value: "2"))
        #expect(try await test.store.auditVerdict().firstBad == nil)
        try test.reopen()
        try await test.store.put(SampleResources.observation("o", of: "a", value: "3"))
        #expect(try await test.store.auditVerdict().firstBad == nil)
        #expect(try await test.store.read("Observation", "o").version == 2)
    }

    @Test func `a version that somebody else took out is still missed`() async throws {
        let test = try await Self.clinic()
        _ = try await test.store.purge(
            Self.grant(), type: "Observation", id: "o", reason: Self.reason)
        let place = try #require(try Self.rows(test, "Condition", "other").first)
        test.close()
        let raw = try test.rawConnection()
        try raw.run("DELETE FROM resource_version WHERE seq = ?", .int(place))
        try raw.run(
            """
            INSERT INTO purged_version (seq, key_version, mac)
            SELECT ?, key_version, mac FROM purged_version LIMIT 1
            """, .int(place))
        raw.close()
        try test.reopen()
        #expect(try await test.store.auditVerdict().firstBad != nil)
    }

    @Test func `it takes a reason and somebody who administers the box`() async throws {
        let test = try await Self.clinic()
        for reason in ["", "too short", "1234567890123"] {
            await #expect(throws: Problem(.required, "")) {
                _ = try await test.store.purge(
                    Self.grant(), type: "Condition", id: "c", reason: reason)
            }
        }
        await #expect(throws: Problem(.forbidden, "")) {
            _ = try await test.store.purge(
                Callers.physician.grant(.delete, "Condition", id: "c"), type: "Condition", id: "c",
                reason: Self.reason)
        }
        #expect(throws: Problem.self) {
            _ = try Callers.admin.grant(.administer, area: .system, "Purge")
        }
        _ = try await test.store.read("Condition", "c")
    }
}
