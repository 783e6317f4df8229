import Backups
import Kernel
import RecordStore
import SQLite
import Sealing
import Synchronization
import TestKit
import Testing

/// A record whose schema goes forward and back, cut off anywhere.
@Suite("Bringing a record to another release")
struct DataUpgradeTests {
    private struct PowerCut: Error {}

    private static let own = TestStore.ownSteps
    private static let table = "CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;"

    private static func next(_ more: String = "") -> [SchemaStep] {
        own + [SchemaStep((own.map(\.number).max() ?? 0) + 1, "later", sql: table + more)]
    }

    private static func stage() async throws -> TestStore {
        let stage = try TestStore()
        for index in 0..<3 {
            try await stage.store.put(SampleResources.patient("p\(index)"))
            try await stage.store.put(
                SampleResources.observation("o\(index)", of: "p\(index)", value: "\(index)"))
        }
        stage.close()
        return stage
    }

    /// What a start of a release does with the folder.
    private static func start(
        _ stage: TestStore, _ steps: [SchemaStep], version: String, isOrdered: Bool = false,
        step: @escaping @Sendable (String) throws -> Void = { _ in }
    ) async throws -> DataUpgrade.Outcome {
        let parts = BackupProver.Parts(
            steps: steps,
            store: RecordStore.Parts(
                clock: stage.clock.clock, ids: SeededIDs(seed: 5).ids, onFatal: { _ in },
                onDamage: { _ in }))
        let change = FolderSwitch(stage.data, step: step)
        try change.finish()
        change.removeUndecided()
        let path = stage.data.path
        let key = stage.machineKey
        return try await DataUpgrade(
            stage.data, parts: parts, version: version, isOrdered: isOrdered, step: step
        ).settle { try KeyRing.load(folder: path).open(with: .machine(key)) }
    }

    /// Whose schema the record in the folder has, and that all is in it.
    private static func patients(
        _ stage: TestStore, isNext: Bool
    ) async throws -> Int {
        let steps = isNext ? Array(next().dropFirst(own.count)) : []
        try stage.reopen(steps: steps)
        defer { stage.close() }
        for index in 0..<3 { _ = try await stage.store.read("Patient", "p\(index)") }
        #expect(try await stage.store.auditVerdict().firstBad == nil)
        return stage.store.people.count
    }

    private static func asides(_ stage: TestStore, _ prefix: String) -> [String] {
        TemporaryFolder.names(in: stage.data.path).filter { $0.hasPrefix(prefix) }
    }

    @Test
    func `a record is brought up on a copy, and the one of before is kept until the next time`()
        async throws
    {
        let stage = try await Self.stage()
        #expect(try await Self.start(stage, Self.own, version: "1") == .open)
        #expect(try await Self.start(stage, Self.next(), version: "2") == .trial)
        let journal = try #require(try UpgradeJournal.read(stage.data))
        #expect(journal.phase == .trial && journal.fromVersion == "1" && journal.version == "2")
        #expect(Self.asides(stage, UpgradeJournal.asidePrefix) == [journal.aside])
        try DataUpgrade.confirm(stage.data, nowMs: 77)
        #expect(try UpgradeJournal.read(stage.data)?.phase == .settled)
        #expect(try await Self.start(stage, Self.next(), version: "2") == .open)
        #expect(try await Self.patients(stage, isNext: true) == 3)
    }

    @Test func `a step that fails, and one that loses a record, leave the record as it was`()
        async throws
    {
        for (more, word) in [
            ("INSERT INTO nowhere VALUES (1);", "failed"),
            ("DELETE FROM resource_version WHERE seq = 1;", "resource_version has"),
            ("UPDATE audit_head SET seq = seq + 1;", "audit log ends at"),
        ] {
            let stage = try await Self.stage()
            _ = try await Self.start(stage, Self.own, version: "1")
            let failure = await problem {
                _ = try await Self.start(stage, Self.next(more), version: "2")
            }
            #expect(failure?.detail.contains(word) == true, "\(failure?.detail ?? "nothing")")
            #expect(failure?.detail.contains("Nothing of the record was changed") == true)
            #expect(try UpgradeJournal.read(stage.data)?.phase == .failed)
            #expect(Self.asides(stage, FolderSwitch.stagedPrefix).isEmpty)
            #expect(try await Self.start(stage, Self.own, version: "1") == .open)
            #expect(try await Self.patients(stage, isNext: false) == 3)
        }
    }

    @Test func `a sealed value that does not open any more stops the upgrade`() async throws {
        let stage = try await Self.stage()
        _ = try await Self.start(stage, Self.own, version: "1")
        let swap =
            "UPDATE resource_version SET sealed_body = zeroblob(length(sealed_body)) WHERE seq = 2;"
        let failure = await problem {
            _ = try await Self.start(stage, Self.next(swap), version: "2")
        }
        #expect(failure?.detail.contains("not as the record was") == true)
        #expect(try await Self.patients(stage, isNext: false) == 3)
    }

    @Test func `during the trial the release of before takes its own record back by itself`()
        async throws
    {
        let stage = try await Self.stage()
        _ = try await Self.start(stage, Self.own, version: "1")
        _ = try await Self.start(stage, Self.next(), version: "2")
        let outcome = try await Self.start(stage, Self.own, version: "1")
        guard case .putBack(let later) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(Self.asides(stage, UpgradeJournal.discardedPrefix) == [later])
        #expect(try await Self.patients(stage, isNext: false) == 3)
        #expect(try await Self.start(stage, Self.next(), version: "2") == .trial)
        #expect(try await Self.patients(stage, isNext: true) == 3)
    }

    @Test func `after the trial it refuses, names the release, and goes back by an order only`()
        async throws
    {
        let stage = try await Self.stage()
        _ = try await Self.start(stage, Self.own, version: "1")
        _ = try await Self.start(stage, Self.next(), version: "2")
        try DataUpgrade.confirm(stage.data, nowMs: 5)
        let refusal = await problem { _ = try await Self.start(stage, Self.own, version: "1") }
        #expect(refusal?.code == .notSupported)
        #expect(refusal?.detail.contains("release 2") == true)
        #expect(refusal?.detail.contains("upgrade roll-back --confirm") == true)
        #expect(try await Self.patients(stage, isNext: true) == 3)
        let outcome = try await Self.start(stage, Self.own, version: "1", isOrdered: true)
        #expect(outcome != .open && outcome != .trial)
        #expect(try await Self.patients(stage, isNext: false) == 3)
    }

    @Test
    func `cut off before every step, forward and back, it is one record or the other and goes on`()
        async throws
    {
        for isBack in [false, true] {
            var cuts = 0
            while cuts < 60 {
                cuts += 1
                let stage = try await Self.stage()
                _ = try await Self.start(stage, Self.own, version: "1")
                if isBack { _ = try await Self.start(stage, Self.next(), version: "2") }
                let counter = Counter()
                let steps = isBack ? Self.own : Self.next()
                let stop = cuts
                do {
                    _ = try await Self.start(stage, steps, version: isBack ? "1" : "2") { _ in
                        if counter.next() == stop { throw PowerCut() }
                    }
                } catch {
                    #expect(counter.count == stop)
                }
                let wasCut = counter.count >= stop
                // Whichever release starts next settles it.
                let isNext = cuts % 2 == 0
                let after = isNext ? Self.next() : Self.own
                let outcome = try await Self.start(stage, after, version: isNext ? "2" : "1")
                #expect(outcome != .open || !isNext || !wasCut || !isBack)
                #expect(try await Self.patients(stage, isNext: isNext) == 3, "cut \(cuts)")
                #expect(Self.asides(stage, FolderSwitch.stagedPrefix).isEmpty)
                if !wasCut { break }
            }
            #expect(cuts > 6 && cuts < 60, "\(cuts) cuts")
        }
    }

    private final class Counter: Sendable {
        private let value = Mutex(0)

        var count: Int { value.withLock { $0 } }

        func next() -> Int {
            value.withLock { count in
                count += 1
                return count
            }
        }
    }
}
