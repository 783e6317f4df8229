import AccessControl
import Assembly
import BackupPlaces
import Glibc
import Kernel
import RecordStore
import Retention
import Steward
import Synchronization
import TestKit

/// Makes files that are no backups, and says of them what a test wants to hear, so that a year of
/// backups takes no longer than a second.
final class FakeEngine: Sendable {
    struct Plan {
        var count = 0
        var recordBytes: Int64 = 1_000
        var fileBytes = 2_000
        var damaged: Set<String> = []
        var makeProblem: Problem?
        var proven: [String] = []
    }

    let plan = Mutex(Plan())

    var engine: BackupEngine {
        BackupEngine(
            make: { folder, goesOn in try self.make(folder, goesOn) },
            prove: { path, _ in try self.prove(path) },
            drill: { path, code, _ in
                guard code.value == "the right kit" else {
                    throw Problem(.forbidden, "This is the code of another kit.")
                }
                try self.prove(path)
            },
            ownHead: { path in
                let text = String(decoding: TemporaryFolder.bytes(of: path), as: UTF8.self)
                guard text.hasPrefix("own "), let id = text.split(separator: " ").dropFirst().first
                else { return nil }
                return BackupEngine.Head(id: String(id), atMs: FixedClock.mondayMs)
            },
            recordBytes: { self.plan.withLock { $0.recordBytes } })
    }

    private func make(
        _ folder: String, _ goesOn: BackupEngine.Progress
    ) throws -> BackupEngine.Made {
        let (number, bytes, problem) = plan.withLock { plan in
            plan.count += 1
            return (plan.count, plan.fileBytes, plan.makeProblem)
        }
        if let problem { throw problem }
        let name = "made-\(number).tribal-ehr-backup"
        var content = Array("own id-\(number) ".utf8)
        content += [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: bytes)
        TemporaryFolder.write(content, to: folder + "/" + name)
        guard goesOn(1) else { throw Problem(.transient, "Stopped.") }
        return BackupEngine.Made(id: "id-\(number)", name: name)
    }

    private func prove(_ path: String) throws {
        let name = String(path.split(separator: "/").last ?? "")
        let isDamaged = plan.withLock { plan in
            plan.proven.append(name)
            return plan.damaged.contains(name)
        }
        if isDamaged { throw Problem(.security, "The file is not as it was written.") }
    }
}

/// A keeper over a box's store, with an engine that is made up.
struct KeeperFixture: Sendable {
    let test: TestBox
    let fake: FakeEngine
    let keeper: BackupKeeper
    let folder: String
    let settings: SettingsHold

    final class SettingsHold: Sendable {
        let value = Mutex(BackupSettings())
    }

    final class NoticeList: Sendable {
        let kinds = Mutex<[String]>([])
    }

    let notices: NoticeList

    init(
        _ test: TestBox, fake: FakeEngine = FakeEngine(), mounts: Mounts = .system,
        withRedo: Bool = false
    ) {
        self.test = test
        self.fake = fake
        let settings = SettingsHold()
        let notices = NoticeList()
        self.settings = settings
        self.notices = notices
        folder = test.folder.path + "/backups"
        var surroundings = BackupKeeper.Surroundings(
            bootID: "boot", plausibleFromMs: 1_700_000_000_000, mounts: mounts,
            settings: { settings.value.withLock { $0 } }, zone: { .utc })
        surroundings.diskUsedPercent = { _ in 40 }
        keeper = BackupKeeper(
            BackupKeeper.Parts(
                store: test.box.store, engine: fake.engine, folder: folder,
                dataFolder: test.folder.path,
                surroundings: surroundings, redo: withRedo ? test.box.redo : nil,
                keepNotice: { _, kind, text in
                    notices.kinds.withLock { $0.append(text == nil ? "-\(kind)" : "+\(kind)") }
                }))
    }

    func grant() async throws -> Grant {
        try await test.box.grant(BackupKeeper.ask(.administer), test.command)
    }

    /// Lets time pass and does what is due.
    func round(afterMs: Int64 = 0) async throws {
        test.clock.advance(ms: afterMs)
        await keeper.round(try await grant(), isOwed: true)
    }

    /// The names of the backups on the disk of the box.
    var names: [String] {
        TemporaryFolder.names(in: folder).filter { !$0.hasPrefix(".") }.sorted()
    }
}
