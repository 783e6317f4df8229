import AccessControl
import FHIRModel
import FHIRSearch
import Glibc
import Kernel
import RecordStore
import Synchronization
import TestKit
import Testing

/// A search that goes on and on is stopped, and nobody waits for it (SECURITY S45).
@Suite struct `Long searches` {
    /// Lets an hour pass each time somebody looks, as long as it is there.
    private final class Hurry: Sendable {
        private let isOn: HurryFlag
        private let thread: OwnedThread

        init(_ clock: FixedClock) {
            let flag = HurryFlag()
            isOn = flag
            let before = clock.wallMs
            thread = OwnedThread {
                while flag.isOn.withLock({ $0 }) { clock.advance(ms: 3_600_000) }
            }
            while clock.wallMs == before { sched_yield() }
        }

        func stop() {
            isOn.isOn.withLock { $0 = false }
            thread.join()
        }
    }

    private final class HurryFlag: Sendable {
        let isOn = Mutex(true)
    }

    /// Opens every record, since nothing of a protected one is in the index.
    private var heavy: SearchQuery {
        var query = SearchQuery(types: ["Observation"])
        query.criteria = [
            .not(.of("Observation", "value-string", nil, .string("nowhere"))),
            .of("Observation", "code", .text, .string("nothing like it")),
        ]
        return query
    }

    private func clinic() async throws -> TestStore {
        let test = try TestStore()
        try await test.store.put(SampleResources.patient("a"))
        try await test.store.putAll(
            (0..<2_000).map { number in
                try JSON.parse(
                    Array(
                        #"""
                        {"resourceType":"Observation","id":"o\#(number)","status":"final",
                         "meta":{"security":[{"code":"BH"}]},"code":{"text":"weight"},
                         "subject":{"reference":"Patient/a"}}
                        """#.utf8))
            })
        return test
    }

    @Test func `a search over its time is stopped and says how to narrow it`() async throws {
        let test = try await clinic()
        let (store, clock) = (test.store, test.clock)
        let grants = try Callers.machine.searchGrants("Observation")
        let whole = try await store.search(grants, heavy)
        #expect(whole.total == 0)
        let hurry = Hurry(clock)
        let problem = await #expect(throws: Problem.self) {
            try await store.search(grants, heavy)
        }
        hurry.stop()
        #expect(problem?.code == .tooCostly)
        #expect(problem?.detail.contains("10 seconds") == true)
        #expect(try await store.search(grants, heavy).total == 0)
    }
}
