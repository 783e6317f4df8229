import AccessControl
import Kernel
import RecordStore
import TestKit
import Testing

@Suite struct `Speed of the audit check` {
    #if FAULT_CONTROLS
    private static let count = 5_000
    private static let rowsPerSecondMin = 0.0
    #else
    private static let count = 300_000
    private static let rowsPerSecondMin = 200_000.0
    #endif

    @Test func `a release build checks two hundred thousand entries in a second`() async throws {
        let test = try TestStore()
        let store = test.store
        let grant = try Callers.machine.grant(.administer, area: .system, "Rows")
        let writing = ContinuousClock().now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<50 {
                group.addTask {
                    for number in 0..<Self.count / 50 / 100 {
                        try await store.changeRows(grant) { rows in
                            for place in 0..<100 {
                                try rows.append(
                                    AuditNote(grant.ask, id: "\(writer)-\(number)-\(place)"),
                                    by: grant.caller)
                            }
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
        let written = ContinuousClock().now
        let verdict = try await store.auditVerdict()
        let checked = written.duration(to: .now) / .seconds(1)
        let rate = Double(verdict.entries) / checked
        print(
            "audit: \(verdict.entries) entries written in \(writing.duration(to: written)),",
            "checked at \(Int(rate)) a second")
        #expect(verdict.firstBad == nil)
        #expect(verdict.entries == Int64(Self.count))
        #expect(rate > Self.rowsPerSecondMin)
    }
}
