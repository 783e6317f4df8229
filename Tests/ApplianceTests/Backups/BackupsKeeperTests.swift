import AccessControl
import Assembly
import BackupPlaces
import FHIRModel
import Glibc
import Kernel
import RecordStore
import Retention
import Steward
import Synchronization
import TestKit
import Testing

/// What the box does about its backups by itself.
@Suite struct `Backup keeper` {
    private static let hourMs: Int64 = 3_600_000
    private static let dayMs: Int64 = 86_400_000

    private static func view(_ fixture: KeeperFixture) async throws -> JSON {
        var writer = JSONWriter()
        writer.beginObject()
        try await fixture.keeper.write(try await fixture.grant(), to: &writer)
        writer.endObject()
        return try JSON.parse(writer.bytes)
    }

    @Test func `a backup is made every hour, proven at once, and nothing twice`() async throws {
        try await TestBox.with { test in
            let fixture = KeeperFixture(test)
            try await fixture.round()
            try await fixture.round(afterMs: 60_000)
            #expect(fixture.names == ["made-1.tribal-ehr-backup"])
            try await fixture.round(afterMs: Self.hourMs)
            #expect(fixture.names.count == 2)
            let view = try await Self.view(fixture)
            #expect(view.string("level") == "green")
            #expect(view["backups"]?.at(0, "state")?.string == "proven")
            #expect(view["backups"]?.at(1, "cause")?.string == "schedule")
        }
    }

    @Test func `a month of hours leaves what the policy promises, and foreign files alone`()
        async throws
    {
        try await TestBox.with { test in
            let fixture = KeeperFixture(test)
            fixture.settings.value.withLock {
                $0.policy = RetentionPolicy(hourly: 4, daily: 3, weekly: 2, monthly: 2)
                $0.everyMinutes = 360
            }
            mkdir(fixture.folder, 0o700)
            let foreign = fixture.folder + "/holiday.tribal-ehr-backup"
            TemporaryFolder.write(Array("not ours".utf8), to: foreign)
            for _ in 0..<4 * 30 { try await fixture.round(afterMs: 6 * Self.hourMs) }
            let view = try await Self.view(fixture)
            let count = view["backups"]?.count ?? 0
            #expect(count >= 6 && count <= 11)
            #expect(fixture.names.count == count + 1)
            #expect(TemporaryFolder.bytes(of: foreign) == Array("not ours".utf8))
            // Every copy says why it is kept.
            for one in view["backups"].map({ Array($0.elements) }) ?? [] {
                #expect((one["keptBecause"]?.count ?? 0) > 0)
            }
        }
    }

    @Test func `nothing is deleted after the clock jumped, until somebody says that it is right`()
        async throws
    {
        try await TestBox.with { test in
            let fixture = KeeperFixture(test)
            fixture.settings.value.withLock {
                $0.policy = RetentionPolicy(hourly: 1, daily: 1, weekly: 0, monthly: 0)
            }
            for _ in 0..<4 { try await fixture.round(afterMs: Self.hourMs) }
            #expect(fixture.names.count == 3)
            test.clock.turn(toWallMs: test.clock.wallMs + 400 * Self.dayMs)
            for _ in 0..<5 { try await fixture.round(afterMs: Self.hourMs) }
            #expect(fixture.names.count == 8)
            var view = try await Self.view(fixture)
            #expect(view.string("hold") == "clock")
            #expect(fixture.notices.kinds.withLock { $0 }.contains("+backup.clock"))
            try await fixture.keeper.confirmClock(try await fixture.grant())
            try await fixture.round(afterMs: 2 * Self.hourMs)
            #expect(fixture.names.count == 3)
            view = try await Self.view(fixture)
            #expect(view.string("hold") == nil)
            #expect(fixture.notices.kinds.withLock { $0 }.contains("-backup.clock"))
        }
    }

    @Test func `a damaged backup turns the light, and never counts`() async throws {
        try await TestBox.with { test in
            let fixture = KeeperFixture(test)
            fixture.fake.plan.withLock { $0.damaged = ["made-2.tribal-ehr-backup"] }
            for _ in 0..<3 { try await fixture.round(afterMs: Self.hourMs) }
            let view = try await Self.view(fixture)
            #expect(view["backups"]?.at(1, "state")?.string == "failed")
            #expect(
                view["backups"]?.at(1, "fault")?.string == "The file is not as it was written.")
            #expect(view["backups"]?.at(0, "state")?.string == "proven")
            fixture.fake.plan.withLock {
                $0.damaged = Set((0..<500).map { "made-\($0).tribal-ehr-backup" })
            }
            for _ in 0..<9 { try await fixture.round(afterMs: 8 * Self.hourMs) }
            let late = try await Self.view(fixture)
            #expect(late.string("level") == "yellow")
            #expect(fixture.notices.kinds.withLock { $0 }.contains("+backup.unproven"))
            #expect(fixture.names.count == 12)
        }
    }

    @Test func `a try that fails is made again after ten minutes, and told of when it is late`()
        async throws
    {
        try await TestBox.with { test in
            let fixture = KeeperFixture(test)
            fixture.fake.plan.withLock { $0.makeProblem = Problem(.incomplete, "The disk broke.") }
            try await fixture.round()
            try await fixture.round(afterMs: 60_000)
            #expect(fixture.fake.plan.withLock { $0.count } == 1)
            try await fixture.round(afterMs: 600_000)
            #expect(fixture.fake.plan.withLock { $0.count } == 2)
            for _ in 0..<3 { try await fixture.round(afterMs: Self.hourMs) }
            let view = try await Self.view(fixture)
            #expect(
                view["faults"]?.at(0, "sentence")?.string
                    == "No backup was made yet. The disk broke.")
            #expect(fixture.notices.kinds.withLock { $0 } == ["+backup.late"])
            fixture.fake.plan.withLock { $0.makeProblem = nil }
            try await fixture.round(afterMs: Self.hourMs)
            #expect(fixture.notices.kinds.withLock { $0 } == ["+backup.late", "-backup.late"])
        }
    }

    @Test func `a disk that has no room for the record as well gets no backup`() async throws {
        try await TestBox.with { test in
            let fixture = KeeperFixture(test)
            try await fixture.round()
            fixture.fake.plan.withLock { $0.recordBytes = 1 << 50 }
            try await fixture.round(afterMs: Self.hourMs)
            #expect(fixture.names.count == 1)
            let view = try await Self.view(fixture)
            #expect(view.string("level") == "red")
            #expect(view["faults"]?.at(0, "kind")?.string == "backup.space")
        }
    }

    @Test func `a file that a power cut kept out of the catalogue is taken in`() async throws {
        try await TestBox.with { test in
            let fixture = KeeperFixture(test)
            try await fixture.round()
            TemporaryFolder.write(
                Array("own id-99 ".utf8), to: fixture.folder + "/late.tribal-ehr-backup")
            TemporaryFolder.write(
                Array("foreign".utf8), to: fixture.folder + "/foreign.tribal-ehr-backup")
            await fixture.keeper.begin(try await fixture.grant())
            await fixture.keeper.begin(try await fixture.grant())
            let view = try await Self.view(fixture)
            #expect(view["backups"]?.elements.compactMap { $0.string("id") } == ["id-99", "id-1"])
            #expect(view["backups"]?.at(0, "cause")?.string == "found")
        }
    }

    @Test func `the night proves what waits, also when the box was off at its hour`() async throws {
        try await TestBox.with { test in
            let fixture = KeeperFixture(test)
            try await fixture.round()
            let count = fixture.fake.plan.withLock { $0.proven.count }
            try await fixture.round(afterMs: 60_000)
            #expect(fixture.fake.plan.withLock { $0.proven.count } == count)
            // Three days in the dark.
            try await fixture.round(afterMs: 3 * Self.dayMs)
            let proven = fixture.fake.plan.withLock { $0.proven }
            #expect(proven.suffix(2) == ["made-2.tribal-ehr-backup", "made-2.tribal-ehr-backup"])
        }
    }

    @Test func `copies go to a place once a night, with their own age, policy and faults`()
        async throws
    {
        try await TestBox.with { test in
            let fixture = KeeperFixture(test)
            let disk = try TemporaryFolder()
            try await fixture.round()
            let id = try await fixture.keeper.add(
                try await fixture.grant(),
                BackupKeeper.PlaceDraft(
                    name: "Second disk", kind: "folder", address: disk.path, everyHours: 24,
                    adopts: false))
            try await fixture.round(afterMs: 1_000)
            #expect(
                disk.files == [
                    disk.file(FolderStorage.tagName), disk.file("made-1.tribal-ehr-backup"),
                ])
            for _ in 0..<23 { try await fixture.round(afterMs: Self.hourMs) }
            #expect(disk.files.count == 2)
            for _ in 0..<2 { try await fixture.round(afterMs: Self.hourMs) }
            #expect(disk.files.count == 3)
            let good = try await Self.view(fixture)
            #expect(good["places"]?.at(0, "copies")?.int == 2)
            #expect(good["places"]?.at(0, "fault") == nil)
            unlink(disk.file(FolderStorage.tagName))
            for _ in 0..<50 { try await fixture.round(afterMs: Self.hourMs) }
            let gone = try await Self.view(fixture)
            #expect(gone["places"]?.at(0, "fault")?.string?.contains("not marked") == true)
            #expect(fixture.notices.kinds.withLock { $0 }.contains("+backup.place.\(id)"))
            #expect(disk.files.count == 2)
            #expect(gone.string("line")?.contains("Second disk: 2 days ago") == true)
        }
    }

    @Test func `a place is added once, not inside the box, and taken over only when asked for`()
        async throws
    {
        try await TestBox.with { test in
            let fixture = KeeperFixture(test)
            let disk = try TemporaryFolder()
            func add(_ name: String, _ path: String, _ adopts: Bool = false) async throws -> String
            {
                try await fixture.keeper.add(
                    try await fixture.grant(),
                    BackupKeeper.PlaceDraft(
                        name: name, kind: "folder", address: path, everyHours: 24, adopts: adopts))
            }
            let id = try await add("One", disk.path)
            await #expect(throws: Problem(.duplicate, "")) { try await add("one", "/mnt/x") }
            await #expect(throws: Problem(.duplicate, "")) { try await add("Two", disk.path) }
            await #expect(throws: Problem(.value, "")) {
                try await add("Three", fixture.folder)
            }
            await #expect(throws: Problem(.value, "")) { try await add(" ", disk.path) }
            try await fixture.keeper.removePlace(try await fixture.grant(), id: id)
            await #expect(throws: Problem(.conflict, "")) { try await add("Again", disk.path) }
            _ = try await add("Again", disk.path, true)
            await #expect(throws: Problem(.notFound, "")) {
                try await fixture.keeper.removePlace(try await fixture.grant(), id: id)
            }
        }
    }

    @Test func `a drill with the right kit counts for a quarter, one with the wrong kit does not`()
        async throws
    {
        try await TestBox.with { test in
            let fixture = KeeperFixture(test)
            try await fixture.round()
            await #expect(throws: Problem(.forbidden, "")) {
                try await fixture.keeper.drill(
                    try await fixture.grant(), id: "id-1", code: Hidden("wrong"))
            }
            #expect(try await Self.view(fixture).string("lastDrillAt") == nil)
            try await fixture.keeper.drill(
                try await fixture.grant(), id: "id-1", code: Hidden("the right kit"))
            #expect(try await Self.view(fixture).string("lastDrillAt") != nil)
        }
    }

    @Test func `what is remembered outlives a start, and a fault is told once`() async throws {
        try await TestBox.with { test in
            let fake = FakeEngine()
            fake.plan.withLock { $0.makeProblem = Problem(.incomplete, "The disk broke.") }
            let first = KeeperFixture(test, fake: fake)
            try await first.round()
            for _ in 0..<3 { try await first.round(afterMs: Self.hourMs) }
            #expect(first.notices.kinds.withLock { $0 } == ["+backup.late"])
            let second = KeeperFixture(test, fake: fake)
            try await second.round(afterMs: Self.hourMs)
            #expect(second.notices.kinds.withLock { $0 } == [])
        }
    }
}
