import AccessControl
import Backups
import FHIRModel
import Glibc
import Kernel
import RecordStore
import SQLite
import Sealing
import TestKit
import Testing

/// A record whose commits are kept, and a machine that it is restored on.
private final class RedoStage {
    let stage: TestStore
    let tap = RedoTap()
    let ids = SeededIDs(seed: 7).ids
    private(set) var log: RedoLog

    var folder: String { stage.data.backups }

    init(limits: RedoLog.Limits = RedoLog.Limits()) async throws {
        stage = try TestStore(redo: tap)
        log = Self.log(stage, tap, limits)
        try await begin()
    }

    private static func log(
        _ stage: TestStore, _ tap: RedoTap, _ limits: RedoLog.Limits
    ) -> RedoLog {
        RedoLog(
            RedoLog.Parts(
                store: stage.store, tap: tap, folder: stage.data.backups, appVersion: "0.1.0",
                schemaStep: TestStore.ownSteps.map(\.number).max() ?? 0, limits: limits))
    }

    func begin() async throws {
        let store = stage.store
        try await log.begin { line in
            let grant = try Callers.machine.grant(.administer, area: .system, "Backup")
            try await store.changeRows(grant) { try RedoMark.begin(line: line, $0) }
        }
    }

    func put(_ id: String) async throws {
        stage.clock.advance(ms: 1_000)
        try await stage.store.put(SampleResources.patient(id))
    }

    /// Waits until the log has every commit, and ends its segment.
    func turn() async {
        // The writer hands a commit over before it comes to the next piece of work.
        _ = await stage.store.works()
        await log.settle()
        log.turn()
        await log.settle()
    }

    func make() async throws -> BackupFile {
        stage.clock.advance(ms: 1_000)
        let source = BackupSource(
            store: stage.store, clinicName: "Red Mesa Clinic", appVersion: "0.1.0",
            clock: stage.clock.clock, ids: ids)
        let made = try await BackupWriter(source).make(in: folder)
        log.noteBackup()
        return made.file
    }

    /// Closes the record as a stop does; the log is whole then.
    func close() {
        stage.close()
        log.stop()
    }

    var segments: [RedoSegment] { RedoSegment.list(in: folder) }

    /// Restores on a bare machine and says who is in it.
    func restored(
        _ file: BackupFile, _ until: RedoUntil, folders: [String]? = nil
    ) async throws -> (outcome: RedoOutcome?, ids: Set<String>) {
        let place = try TemporaryFolder()
        let data = DataFolder(path: place.path)
        try data.make()
        let parts = BackupProver.Parts(
            steps: TestStore.ownSteps,
            store: RecordStore.Parts(
                clock: stage.clock.clock, ids: SeededIDs(seed: 21).ids, onFatal: { _ in },
                onDamage: { _ in }))
        let staged = try await Restorer(data, parts: parts, appVersion: "0.1.0").stage(
            file, with: .kit(stage.recoveryCode), machineKey: nil,
            forward: Restorer.Forward(until, folders: folders ?? [folder]))
        let change = FolderSwitch(data)
        _ = try change.decide(staged: staged.name, atMs: FixedClock.mondayMs)
        try change.finish()
        let ring = try KeyRing.load(folder: data.path).open(
            with: .machine(try MachineKey.find(folder: data.path, credentialsFolder: nil)))
        let store = try RecordStore.open(
            data, keyRing: ring, steps: TestStore.ownSteps,
            parts: RecordStore.Parts(
                clock: stage.clock.clock, ids: SeededIDs(seed: 31).ids, onFatal: { _ in },
                onDamage: { _ in }))
        defer { store.close() }
        let grant = try Callers.machine.grant(.read, "Patient")
        let names = try await store.currentNames(grant)
        #expect(try await store.auditVerdict().firstBad == nil)
        return (staged.redo, Set(names.map(\.id)))
    }
}

@Suite("Redo log")
struct RedoTests {
    @Test func `every change after a backup comes back, to the last one`() async throws {
        let stage = try await RedoStage()
        try await stage.put("before")
        let file = try await stage.make()
        for index in 0..<20 { try await stage.put("after\(index)") }
        try await stage.put("before")
        stage.close()
        let found = try await stage.restored(file, .latest)
        #expect(found.ids.count == 21)
        #expect((found.outcome?.count ?? 0) >= 21)
        #expect(found.outcome?.tornBytes == 0)
    }

    @Test func `a record is brought to a time and no further`() async throws {
        let stage = try await RedoStage()
        let file = try await stage.make()
        try await stage.put("early")
        let ms = stage.stage.clock.clock.wallMs()
        try await stage.put("late")
        stage.close()
        let found = try await stage.restored(file, .time(ms: ms))
        #expect(found.ids == ["early"])
        #expect(found.outcome?.lastAtMs == ms)
        let past = await problem(of: { _ = try await stage.restored(file, .time(ms: 1)) })
        #expect(past?.code == .value)
    }

    @Test func `the database is the same row by row as the one that was lost`() async throws {
        let stage = try await RedoStage()
        try await stage.put("a")
        let file = try await stage.make()
        try await stage.put("b")
        try await stage.put("a")
        stage.close()
        let place = try TemporaryFolder()
        let open = try file.unlock(with: .box(stage.stage.keyRing))
        _ = try open.extract(into: place.path)
        let copy = try Connection(path: place.path + "/record.sqlite", mode: .readWrite)
        defer { copy.close() }
        let start = try RedoMark.of(copy)
        for segment in stage.segments where segment.header.line == start.line {
            _ = try segment.read(.box(stage.stage.keyRing)) { group in
                if group.mark.number > start.number { try copy.apply(changes: group.changes) }
                return true
            }
        }
        let lost = try stage.stage.rawConnection()
        defer { lost.close() }
        let tables = try Self.texts(
            lost, "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        #expect(tables.count > 15)
        for table in tables {
            let columns = try Self.texts(lost, "SELECT name FROM pragma_table_info('\(table)')")
            let all = columns.map { "quote(\($0))" }.joined(separator: " || ',' || ")
            let sql = "SELECT \(all) AS row FROM \(table) ORDER BY row"
            #expect(try Self.texts(copy, sql) == (try Self.texts(lost, sql)), "\(table)")
        }
    }

    @Test func `a torn end is cut at the last whole change and told`() async throws {
        let stage = try await RedoStage()
        let file = try await stage.make()
        try await stage.put("one")
        await stage.turn()
        try await stage.put("two")
        stage.close()
        let last = try #require(stage.segments.last)
        let bytes = TemporaryFolder.bytes(of: last.path)
        for cut in [1, 5, 40, 60] {
            TemporaryFolder.write(Array(bytes.dropLast(cut)), to: last.path)
            let found = try await stage.restored(file, .latest)
            #expect(found.ids.contains("one"))
        }
        let zeros = [UInt8](repeating: 0, count: 700)
        TemporaryFolder.write(Array(bytes.dropLast(90)) + zeros, to: last.path)
        let found = try await stage.restored(file, .latest)
        #expect((found.outcome?.tornBytes ?? 0) > 0)
    }

    @Test func `damage before the end is refused with the time up to which it works`()
        async throws
    {
        let stage = try await RedoStage()
        let file = try await stage.make()
        try await stage.put("one")
        let reached = stage.stage.clock.clock.wallMs()
        await stage.turn()
        try await stage.put("two")
        try await stage.put("three")
        stage.close()
        let last = try #require(stage.segments.last)
        var bytes = TemporaryFolder.bytes(of: last.path)
        bytes[bytes.count / 2] ^= 1
        TemporaryFolder.write(bytes, to: last.path)
        let refused = await problem(of: { _ = try await stage.restored(file, .latest) })
        #expect(refused?.code == .security)
        let found = try await stage.restored(file, .time(ms: reached))
        #expect(found.ids == ["one"])
    }

    @Test func `a gap is refused, and so is the log of another backup`() async throws {
        let stage = try await RedoStage()
        let file = try await stage.make()
        for name in ["one", "two", "three"] {
            try await stage.put(name)
            await stage.turn()
        }
        stage.close()
        let middle = Array(stage.segments.suffix(3))
        let taken = TemporaryFolder.bytes(of: middle[1].path)
        unlink(middle[1].path)
        let gap = await problem(of: { _ = try await stage.restored(file, .latest) })
        #expect(gap?.code == .incomplete)
        #expect(gap?.detail.contains("missing") == true)
        TemporaryFolder.write(taken, to: middle[1].path)

        let other = try await RedoStage()
        _ = try await other.make()
        try await other.put("stranger")
        other.close()
        let foreign = await problem(of: {
            _ = try await stage.restored(file, .latest, folders: [other.folder])
        })
        #expect(foreign?.code == .notFound)
        // A stranger's segment under the name of one's own says whose it is.
        let strange = try #require(other.segments.last)
        TemporaryFolder.write(TemporaryFolder.bytes(of: strange.path), to: middle[1].path)
        let swapped = await problem(of: { _ = try await stage.restored(file, .latest) })
        #expect(swapped?.code == .incomplete)
    }

    @Test func `any changed byte is refused or cut, never followed`() async throws {
        let stage = try await RedoStage()
        try await stage.put("one")
        try await stage.put("two")
        stage.close()
        let last = try #require(stage.segments.last)
        let bytes = TemporaryFolder.bytes(of: last.path)
        let whole = try Self.numbers(last.path, stage)
        var random = SeededRandom(seed: 11)
        for _ in 0..<300 {
            var changed = bytes
            let place = Int.random(in: 0..<bytes.count, using: &random)
            changed[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &random))
            TemporaryFolder.write(changed, to: last.path)
            // What throws was refused, which is right as well.
            if let numbers = try? Self.numbers(last.path, stage) {
                #expect(whole.starts(with: numbers))
            }
        }
    }

    @Test func `a restart goes on in the same line, and a gap begins another`() async throws {
        let stage = try await RedoStage()
        #expect(stage.log.stand.needsBackup)
        _ = try await stage.make()
        #expect(!stage.log.stand.needsBackup)
        try await stage.put("one")
        stage.close()
        let line = try #require(stage.segments.last?.header.line)

        let again = RedoTap()
        try stage.stage.reopen(redo: again)
        let second = RedoLog(
            RedoLog.Parts(
                store: stage.stage.store, tap: again, folder: stage.folder, appVersion: "0.1.0",
                schemaStep: 18))
        try await second.begin { _ in Issue.record("The line goes on.") }
        #expect(!second.stand.needsBackup)
        try await stage.put("two")
        stage.stage.close()
        second.stop()
        #expect(stage.segments.last?.header.line == line)

        // Commits that nobody kept.
        try stage.stage.reopen(redo: nil)
        try await stage.put("unkept")
        stage.stage.close()
        let third = RedoTap()
        try stage.stage.reopen(redo: third)
        let log = RedoLog(
            RedoLog.Parts(
                store: stage.stage.store, tap: third, folder: stage.folder, appVersion: "0.1.0",
                schemaStep: 18))
        var isAnother = false
        try await log.begin { isAnother = $0 != line }
        #expect(isAnother && log.stand.needsBackup)
        stage.stage.close()
        log.stop()
    }

    @Test func `old segments go beyond their bounds, newest last`() {
        var limits = RedoLog.Limits()
        limits.keptCountMax = 3
        limits.keptBytesMax = 100
        let files = (0..<6).map { (name: "s\($0)", bytes: 40) }
        #expect(RedoKeeping.expendable(files, limits: limits) == ["s0", "s1", "s2", "s3"])
        limits.keptBytesMax = 1_000
        #expect(RedoKeeping.expendable(files, limits: limits) == ["s0", "s1", "s2"])
    }

    private static func numbers(_ path: String, _ stage: RedoStage) throws -> [Int64] {
        var numbers: [Int64] = []
        _ = try RedoSegment.open(path).read(.box(stage.stage.keyRing)) { group in
            numbers.append(group.mark.number)
            return true
        }
        return numbers
    }

    private static func texts(_ connection: Connection, _ sql: String) throws -> [String] {
        let statement = try connection.prepare(sql)
        defer { statement.reset() }
        var found: [String] = []
        while try statement.step() { found.append(statement.text(0)) }
        return found
    }
}
