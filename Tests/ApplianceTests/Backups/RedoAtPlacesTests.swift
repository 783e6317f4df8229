import Assembly
import BackupPlaces
import Backups
import Kernel
import RecordStore
import SQLite
import Steward
import Synchronization
import TestKit
import Testing

/// The redo log at places, and places that hang.
@Suite struct `Redo log at places` {
    private static let name =
        "tribal-ehr-redo-2026-03-02T09-30-00Z-abcdefgh-000000000001"
        + ".tribal-ehr-redo"

    @Test func `what is new is appended, and a torn end is written anew`() throws {
        let folder = try TemporaryFolder()
        let target = try TemporaryFolder()
        let place = FolderStorage(.folder(target.path), tag: nil)
        let source = folder.file("source")
        var random = SeededRandom(seed: 4)
        let whole = random.bytes(3_000_000)
        TemporaryFolder.write(Array(whole.prefix(1_000_000)), to: source)
        var known = try place.extend(source, as: Self.name, known: 0) {}
        #expect(known == 1_000_000)
        TemporaryFolder.write(whole, to: source)
        known = try place.extend(source, as: Self.name, known: known) {}
        #expect(TemporaryFolder.bytes(of: target.file(Self.name)) == whole)
        // What a power cut of the other machine leaves: the length without the bytes.
        TemporaryFolder.write(
            Array(whole.prefix(900_000)) + [UInt8](repeating: 0, count: 200_000),
            to: target.file(Self.name))
        #expect(try place.extend(source, as: Self.name, known: known) {} == 3_000_000)
        #expect(TemporaryFolder.bytes(of: target.file(Self.name)) == whole)
        // A place that came back as it was is left alone.
        #expect(try place.extend(source, as: Self.name, known: 0) {} == 3_000_000)
    }

    @Test func `a stranger's stick gets nothing`() throws {
        let folder = try TemporaryFolder()
        let target = try TemporaryFolder()
        TemporaryFolder.write([1, 2, 3], to: folder.file("source"))
        try FolderStorage(.folder(target.path), tag: nil).adopt(id: "other")
        let place = FolderStorage(.folder(target.path), tag: "mine")
        #expect(throws: Problem(.conflict, "")) {
            try place.extend(folder.file("source"), as: Self.name, known: 0) {}
        }
        #expect(!target.files.contains(target.file(Self.name)))
    }

    @Test func `a place that hangs is told of, and holds nobody up`() async throws {
        let threads = PlaceThreads(silentSecondsMax: 1)
        let gate = BlockingQueue<Int>(countMax: 1)
        let isOver = BlockingQueue<Int>(countMax: 1)
        await #expect(throws: Problem(.incomplete, "")) {
            try await threads.run("nas", "NAS") { _ in
                while gate.take(limit: 1, waitMs: 1_000)?.isEmpty == true {}
                try isOver.put(1)
            }
        }
        // While the call of the system hangs, no second one is begun.
        let begun = Atomic<Int>(0)
        await #expect(throws: Problem(.incomplete, "")) {
            try await threads.run("nas", "NAS") { _ in
                _ = begun.add(1, ordering: .relaxed)
            }
        }
        #expect(begun.load(ordering: .relaxed) == 0)
        let other = try await threads.run("usb", "USB blue") { _ in 7 }
        #expect(other == 7)
        try gate.put(1)
        _ = isOver.take(limit: 1, waitMs: 5_000)
        var answer: Int?
        for _ in 0..<2_000 where answer == nil {
            // Until the thread that hung has ended, the place is refused.
            answer = try? await threads.run("nas", "NAS") { _ in 8 }
        }
        #expect(answer == 8)
    }

    @Test func `work that goes on is not taken for one that hangs`() async throws {
        let threads = PlaceThreads(silentSecondsMax: 2)
        let queue = BlockingQueue<Int>(countMax: 1)
        let answer = try await threads.run("usb", "USB blue") { pulse in
            for _ in 0..<6 {
                _ = queue.take(limit: 1, waitMs: 500)
                pulse.beat()
            }
            return 9
        }
        #expect(answer == 9)
    }

    @Test func `every change reaches the places that are to have it`() async throws {
        try await TestBox.with { test in
            let fixture = KeeperFixture(test, withRedo: true)
            let target = try TemporaryFolder()
            let grant = try await fixture.grant()
            let id = try await fixture.keeper.add(
                grant,
                BackupKeeper.PlaceDraft(
                    name: "Disk", kind: "folder", address: target.path, everyHours: 24,
                    adopts: false))
            let log = try #require(test.box.redo)
            try await log.begin { line in
                try await test.box.store.changeRows(grant) { try RedoMark.begin(line: line, $0) }
            }
            #expect(log.stand.needsBackup)
            try await fixture.round()
            #expect(!log.stand.needsBackup)
            try await test.box.store.put(SampleResources.patient("kept"))
            _ = await test.box.store.works()
            await log.settle()
            await fixture.keeper.carryRedo(grant)
            let here = RedoSegment.list(in: fixture.folder)
            let there = RedoSegment.list(in: target.path)
            #expect(!here.isEmpty && here.map(\.header) == there.map(\.header))
            for (one, other) in zip(here, there) {
                #expect(
                    TemporaryFolder.bytes(of: one.path) == TemporaryFolder.bytes(of: other.path))
            }
            try await fixture.keeper.setRedo(grant, placeID: id, isOn: false)
            log.turn()
            try await test.box.store.put(SampleResources.patient("later"))
            await fixture.keeper.carryRedo(grant)
            #expect(RedoSegment.list(in: target.path).count == there.count)
        }
    }

    @Test func `figures tell the age of backups and places, and no address`() async throws {
        try await TestBox.with { test in
            let fixture = KeeperFixture(test)
            let target = try TemporaryFolder()
            let grant = try await fixture.grant()
            try await fixture.round()
            _ = try await fixture.keeper.add(
                grant,
                BackupKeeper.PlaceDraft(
                    name: "Disk \"two\"", kind: "folder", address: target.path, everyHours: 24,
                    adopts: false))
            try await fixture.round()
            test.clock.advance(ms: 600_000)
            let text = try await fixture.keeper.metrics(grant)
            #expect(text.contains("tribal_ehr_backup_made_age_seconds 600\n"))
            #expect(
                text.contains(
                    "tribal_ehr_backup_copy_age_seconds{place=\"Disk \\\"two\\\"\"} 600\n"))
            #expect(text.contains("tribal_ehr_disk_used_percent 40\n"))
            #expect(!text.contains(target.path))
        }
    }
}
