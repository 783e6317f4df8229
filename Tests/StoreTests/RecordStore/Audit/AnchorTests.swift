import AccessControl
import FHIRModel
import Kernel
import RecordStore
import TestKit
import Testing

@Suite struct `Anchors of the audit chain` {
    private func lines(_ test: TestStore) throws -> [JSON] {
        try TemporaryFolder.bytes(of: test.data.anchors).split(separator: 0x0A).map {
            try JSON.parse(Array($0))
        }
    }

    @Test func `at most one line a minute is written while the box runs`() async throws {
        let test = try TestStore()
        for _ in 0..<30 {
            try await test.store.put(SampleResources.patient("a"))
            test.clock.advance(ms: 10_000)
        }
        // The line follows the answer; a further act is answered after it.
        _ = try await test.store.read("Patient", "a")
        let count = try lines(test).count
        #expect((4...6).contains(count))
        try await test.store.anchorAudit()
        try await test.store.anchorAudit()
        #expect(try lines(test).last?["seq"]?.int == 31)
    }

    @Test func `a line that a power cut left half-written disturbs nothing`() async throws {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("a"))
        test.close()
        let whole = TemporaryFolder.bytes(of: test.data.anchors)
        for count in [1, 40, 150] {
            TemporaryFolder.write(whole + Array(whole.prefix(count)), to: test.data.anchors)
            try test.reopen()
            _ = try await test.store.read("Patient", "a")
            #expect(try await test.store.auditVerdict().firstBad == nil)
            test.close()
        }
    }

    @Test func `lines that somebody wrote without the key count for nothing`() async throws {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("a"))
        test.close()
        let whole = TemporaryFolder.bytes(of: test.data.anchors)
        let forged = String(decoding: whole, as: UTF8.self)
            .replacing("\"seq\":1,", with: "\"seq\":900,")
        TemporaryFolder.write(whole + Array(forged.utf8), to: test.data.anchors)
        try test.reopen()
        let verdict = try await test.store.auditVerdict()
        #expect(verdict.firstBad == nil)
        #expect(verdict.anchored?.seq == 1)
    }

    @Test func `a file of many years opens fast and is read whole by the check`() async throws {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("a"))
        test.close()
        let line = TemporaryFolder.bytes(of: test.data.anchors)
        let years = [UInt8]((0..<20_000).map { _ in line }.joined())
        TemporaryFolder.write(years, to: test.data.anchors)
        try test.reopen()
        let verdict = try await test.store.auditVerdict()
        #expect(verdict.firstBad == nil)
        #expect(verdict.anchored?.seq == 1)
    }
}
