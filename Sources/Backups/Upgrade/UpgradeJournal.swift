package import FHIRModel
package import Kernel
package import RecordStore

/// How far the record of a data folder is on its way to another release.
///
/// One small file, replaced in one step, so that after a power cut it says the state before or the
/// state after, and every start goes on from there.
package struct UpgradeJournal: Hashable, Sendable {
    /// Where it stands.
    package enum Phase: String, CaseIterable, Sendable {
        /// Nothing is under way.
        case settled
        /// A copy is made, brought up and checked; the record is as it was.
        case preparing
        /// The copy took the place of the record; nothing was acknowledged to anybody since.
        case trial
        /// The copy did not pass; the record is as it was.
        case failed
        /// The record of before is back.
        case rolledBack = "rolled-back"
    }

    /// How the names of folders with the record before an upgrade begin.
    package static let asidePrefix = "data.before-upgrade-"
    /// How the names of folders with a record that was taken back begin.
    package static let discardedPrefix = "data.after-upgrade-"
    private static let bytesMax = 16_384
    private static let reasonBytesMax = 2_000

    package var phase: Phase
    /// The release that the record belongs to, or is on its way to.
    package var version: String
    /// The release before.
    package var fromVersion: String?
    /// The last step of the schema before and after.
    package var fromStep: Int
    package var toStep: Int
    /// The folder that is prepared.
    package var staged: String?
    /// The folder with the record of before, as long as it is kept.
    package var aside: String?
    /// UTC milliseconds of the beginning, and of the end where there was one.
    package var startedAtMs: Int64
    package var endedAtMs: Int64?
    /// Why it failed, in a sentence.
    package var reason: String?

    /// The state of a record that no upgrade touched.
    package init(settled version: String, step: Int, atMs: Int64) {
        phase = .settled
        self.version = version
        fromStep = step
        toStep = step
        startedAtMs = atMs
    }

    /// Reads the journal of a folder; nil where there is none.
    ///
    /// - Throws: ``Problem`` `.security` where it was changed outside of the program.
    package static func read(_ folder: DataFolder) throws(Problem) -> UpgradeJournal? {
        guard let bytes = try FileBytes.read(folder.upgradeJournal, bytesMax: bytesMax) else {
            return nil
        }
        // Bytes that are no JSON are no journal.
        guard let json = try? JSON.parse(bytes), let journal = UpgradeJournal(json) else {
            throw Problem(
                .security,
                "\(folder.upgradeJournal) was changed outside of the program. Nothing was moved. "
                    + "Ask for help before you remove it.")
        }
        return journal
    }

    /// Replaces the journal of a folder.
    package func write(_ folder: DataFolder) throws(Problem) {
        try FileBytes.replace(folder.upgradeJournal, with: bytes)
    }

    /// The journal as JSON.
    package var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.object { write(to: &$0) }
        return writer.bytes
    }

    /// Writes its members.
    package func write(to out: inout JSONWriter) {
        out.member("phase", phase.rawValue)
        out.member("version", version)
        if let fromVersion { out.member("fromVersion", fromVersion) }
        out.member("fromStep", fromStep)
        out.member("toStep", toStep)
        if let staged { out.member("staged", staged) }
        if let aside { out.member("aside", aside) }
        out.member("startedAtMs", Int(startedAtMs))
        if let endedAtMs { out.member("endedAtMs", Int(endedAtMs)) }
        if let reason { out.member("reason", reason) }
    }

    /// Reads it from JSON; nil for what no release writes.
    package init?(_ json: JSON) {
        guard let phase = json.string("phase").flatMap(Phase.init(rawValue:)),
            let version = json.string("version"), version.utf8.count <= 64,
            let fromStep = json["fromStep"]?.int, let toStep = json["toStep"]?.int,
            let startedAtMs = json["startedAtMs"]?.int
        else { return nil }
        let staged = json.string("staged")
        let aside = json.string("aside")
        guard staged.map({ $0.hasPrefix(FolderSwitch.stagedPrefix) }) ?? true,
            aside.map({ $0.hasPrefix(Self.asidePrefix) }) ?? true,
            [staged, aside].allSatisfy({ $0.map(Manifest.isAllowed) ?? true })
        else { return nil }
        self.phase = phase
        self.version = version
        fromVersion = json.string("fromVersion")
        self.fromStep = fromStep
        self.toStep = toStep
        self.staged = staged
        self.aside = aside
        self.startedAtMs = Int64(startedAtMs)
        endedAtMs = json["endedAtMs"]?.int.map(Int64.init)
        reason = json.string("reason").map { String($0.prefix(Self.reasonBytesMax)) }
    }
}

extension DataFolder {
    /// How far an upgrade of the record is.
    package var upgradeJournal: String { path + "/upgrade.json" }
}
