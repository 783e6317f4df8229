import AccessControl
import Backups
import FHIRModel
import Kernel
import RecordStore
import Sealing
import Synchronization
import TestKit
import Testing

@Suite("Restore")
struct RestoreTests {
    /// A data folder of another machine, and what restores into it.
    private struct Target {
        let folder: TemporaryFolder
        let data: DataFolder
        let restorer: Restorer
        let parts: BackupProver.Parts

        init(steps: [SchemaStep] = TestStore.ownSteps) throws {
            folder = try TemporaryFolder()
            data = DataFolder(path: folder.path)
            try data.make()
            let clock = FixedClock()
            parts = BackupProver.Parts(
                steps: steps,
                store: RecordStore.Parts(
                    clock: clock.clock, ids: SeededIDs(seed: 21).ids, onFatal: { _ in },
                    onDamage: { _ in }))
            restorer = Restorer(data, parts: parts, appVersion: "0.1.0")
        }

        func restore(_ file: BackupFile, _ unlock: BackupUnlock) async throws {
            let staged = try await restorer.stage(file, with: unlock, machineKey: nil)
            let change = FolderSwitch(data)
            _ = try change.decide(staged: staged.name, atMs: FixedClock.mondayMs)
            try change.finish()
        }

        /// Opens the folder as the next start does, with the key of its machine.
        func open() throws -> RecordStore {
            let ring = try KeyRing.load(folder: data.path).open(
                with: .machine(try MachineKey.find(folder: data.path, credentialsFolder: nil)))
            return try RecordStore.open(
                data, keyRing: ring, steps: TestStore.ownSteps,
                parts: RecordStore.Parts(
                    clock: FixedClock().clock, ids: SeededIDs(seed: 31).ids, onFatal: { _ in },
                    onDamage: { _ in }))
        }
    }

    @Test func `a bare machine becomes the box with one file and the kit`() async throws {
        let stage = try await BackupStage()
        let made = try await stage.make()
        let target = try Target()
        try await target.restore(made.file, .kit(stage.stage.recoveryCode))
        let store = try target.open()
        defer { store.close() }
        #expect(try await store.read("Patient", "p1").id == "p1")
        #expect(try await store.auditVerdict().firstBad == nil)
        #expect(try store.instanceID() == stage.stage.store.instanceID())
        let entries = try await store.auditTail(10)
        let gap = entries.first { $0.type == "Backup" }
        let seq = made.manifest.auditSeq
        #expect(gap?.detail?.hasPrefix("restored from sequence \(seq) of ") == true)
        #expect(
            TemporaryFolder.names(in: target.data.path).allSatisfy { !$0.hasPrefix("restore-") })
    }

    @Test func `restoring an older state keeps the newer one aside and says what is missing`()
        async throws
    {
        let stage = try await BackupStage()
        let made = try await stage.make()
        try await stage.stage.store.put(SampleResources.patient("later"))
        stage.stage.close()
        let anchors = TemporaryFolder.bytes(of: stage.stage.data.anchors)
        let newest = try JSON.parse(Array(try #require(anchors.split(separator: 0x0A).last)))
        let reached = try #require(newest["seq"]?.int)
        #expect(reached > Int(made.manifest.auditSeq))
        let clock = stage.stage.clock.clock
        let restorer = Restorer(
            stage.stage.data,
            parts: BackupProver.Parts(
                steps: TestStore.ownSteps,
                store: RecordStore.Parts(
                    clock: clock, ids: SeededIDs(seed: 22).ids, onFatal: { _ in },
                    onDamage: { _ in })), appVersion: "0.1.0")
        let staged = try await restorer.stage(
            made.file, with: .box(stage.stage.keyRing), machineKey: stage.stage.machineKey)
        let change = FolderSwitch(stage.stage.data)
        let aside = try change.decide(staged: staged.name, atMs: clock.wallMs())
        try change.finish()
        try stage.stage.reopen()
        let store = stage.stage.store
        #expect(try await store.read("Patient", "p0").id == "p0")
        let missing = await problem { _ = try await store.read("Patient", "later") }
        #expect(missing?.code == .notFound)
        let gap = try await store.auditTail(20).first { $0.type == "Backup" }
        #expect(gap?.detail?.contains("had reached \(reached) before") == true)
        let old = stage.stage.data.path + "/" + aside
        #expect(Folders.exists(old + "/record.sqlite"))
        #expect(Folders.exists(old + "/keyring.json"))
        #expect(try await store.auditVerdict().firstBad == nil)
    }

    @Test func `a newer schema is refused with the release to install before anything is written`()
        async throws
    {
        let stage = try await BackupStage()
        let made = try await stage.make()
        let target = try Target(steps: [.records, .audit, .queues])
        let refusal = await problem {
            try await target.restore(made.file, .kit(stage.stage.recoveryCode))
        }
        #expect(refusal?.code == .notSupported)
        #expect(refusal?.detail.contains("Install 0.1.0") == true)
        #expect(!target.data.hasRecord)
        #expect(TemporaryFolder.names(in: target.data.path) == ["tls"])
    }

    @Test func `an older schema is brought forward`() async throws {
        let stage = try await BackupStage()
        let made = try await stage.make()
        let more = TestStore.ownSteps + [TestStore.history]
        let target = try Target(steps: more)
        try await target.restore(made.file, .kit(stage.stage.recoveryCode))
        let refusal = await problem { try target.open().close() }
        #expect(refusal?.code == .notSupported)
    }

    @Test func `a wrong code, a damaged file and a stop leave nothing behind`() async throws {
        let stage = try await BackupStage()
        let made = try await stage.make()
        let target = try Target()
        let other = try await BackupStage(patients: 0)
        let wrong = await problem {
            try await target.restore(made.file, .kit(other.stage.recoveryCode))
        }
        #expect(wrong?.detail.contains("needs kit \(made.file.header.kitIDs[0])") == true)
        var bytes = TemporaryFolder.bytes(of: made.file.path)
        bytes[bytes.count - 100] ^= 1
        let bad = target.folder.file("bad")
        TemporaryFolder.write(bytes, to: bad)
        let damaged = await problem {
            try await target.restore(
                try BackupFile.open(bad), .kit(stage.stage.recoveryCode))
        }
        #expect(damaged?.code == .security)
        let stopped = await problem {
            _ = try await target.restorer.stage(
                made.file, with: .kit(stage.stage.recoveryCode), machineKey: nil
            ) { part in if part > 0.8 { throw Problem(.transient, "Stopped.") } }
        }
        #expect(stopped?.code == .transient)
        #expect(Set(TemporaryFolder.names(in: target.data.path)) == ["bad", "tls"])
    }

    @Test func `a switch that is cut off at any step ends with the restored data whole`()
        async throws
    {
        let old = [
            "record.sqlite", "record.sqlite-wal", "keyring.json", "machine.key", "tls/ca.pem",
        ]
        let restored = ["record.sqlite", "keyring.json", "machine.key", "tls/ca.pem"]
        var stops = 0
        var isWhole = false
        while !isWhole {
            stops += 1
            let folder = try TemporaryFolder()
            let data = DataFolder(path: folder.path)
            try Folders.make(folder.file("tls"))
            try Folders.make(folder.file("restore-1/tls"))
            for name in old { TemporaryFolder.write([1], to: folder.file(name)) }
            for name in restored {
                TemporaryFolder.write([2], to: folder.file("restore-1/" + name))
            }
            let left = StepCount(stops)
            do {
                let change = FolderSwitch(data) { _ in try left.take() }
                _ = try change.decide(staged: "restore-1", atMs: 0)
                try change.finish()
                isWhole = true
            } catch is StepCount.Over {
                // As the next start does first.
                try data.make()
                let isDecided = FolderSwitch(data).isPending
                try FolderSwitch(data).finish()
                if !isDecided {
                    #expect(old.allSatisfy { TemporaryFolder.bytes(of: folder.file($0)) == [1] })
                    FolderSwitch(data).removeUndecided()
                    #expect(!Folders.exists(folder.file("restore-1")))
                    continue
                }
            }
            let names = Set(TemporaryFolder.names(in: folder.path))
            let aside = try #require(names.first { $0.hasPrefix("data.before-restore-") })
            #expect(restored.allSatisfy { TemporaryFolder.bytes(of: folder.file($0)) == [2] })
            #expect(
                old.allSatisfy { TemporaryFolder.bytes(of: folder.file(aside + "/" + $0)) == [1] })
            #expect(!names.contains("record.sqlite-wal") && !names.contains("restore-1"))
            #expect(!FolderSwitch(data).isPending)
        }
        #expect(stops > 10)
    }
}

/// Lets so many steps pass, less one.
private final class StepCount: Sendable {
    struct Over: Error {}

    private let left: Mutex<Int>

    init(_ count: Int) { left = Mutex(count) }

    func take() throws {
        let isOver = left.withLock { left in
            left -= 1
            return left == 0
        }
        if isOver { throw Over() }
    }
}
