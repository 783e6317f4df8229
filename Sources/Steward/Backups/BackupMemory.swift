import FHIRModel
import Retention

/// What the box keeps of its backups between two starts, beside the catalogue.
struct BackupMemory: Hashable, Sendable {
    var time: BoxTime
    /// Box time from which on backups were owed.
    var startedMs: Int64
    /// The night whose work is done; nil before the first one.
    var nightDone: Int64?
    /// Box time of the last drill that went well.
    var drillMs: Int64?
    /// The kinds of faults that administrators were told of and that are still there.
    var told: Set<String> = []
    /// The ids of places that do not get the redo log.
    var noRedo: Set<String> = []
    /// Box time of the backup that the present line of the redo log follows.
    var redoBaseMs: Int64?

    /// The name of the setting that it is kept in.
    static let setting = "backups.memory"

    init(time: BoxTime) {
        self.time = time
        startedMs = time.markMs
    }

    /// Reads what ``encoded`` wrote; nil for anything else.
    init?(_ bytes: [UInt8]) {
        // What cannot be read is begun anew: the catalogue itself is elsewhere.
        guard let json = try? JSON.parse(bytes), let wall = json["wallMs"]?.int,
            let steady = json["steadyMs"]?.int, let boot = json.string("bootID"),
            let mark = json["markMs"]?.int, let started = json["startedMs"]?.int
        else { return nil }
        time = BoxTime(
            last: BoxTime.Reading(
                wallMs: Int64(wall), steadyMs: Int64(steady), bootID: boot),
            markMs: Int64(mark), doubtSinceMs: json["doubtSinceMs"]?.int.map(Int64.init))
        startedMs = Int64(started)
        nightDone = json["nightDone"]?.int.map(Int64.init)
        drillMs = json["drillMs"]?.int.map(Int64.init)
        told = Set(json["told"]?.elements.compactMap(\.string) ?? [])
        redoBaseMs = json["redoBaseMs"]?.int.map(Int64.init)
        noRedo = Set(json["noRedo"]?.elements.compactMap(\.string) ?? [])
    }

    var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.object { one in
            one.member("wallMs", Int(time.last.wallMs))
            one.member("steadyMs", Int(time.last.steadyMs))
            one.member("bootID", time.last.bootID)
            one.member("markMs", Int(time.markMs))
            if let since = time.doubtSinceMs { one.member("doubtSinceMs", Int(since)) }
            one.member("startedMs", Int(startedMs))
            if let nightDone { one.member("nightDone", Int(nightDone)) }
            if let drillMs { one.member("drillMs", Int(drillMs)) }
            one.array("told") { list in
                for kind in told.sorted() { list.string(kind) }
            }
            if let redoBaseMs { one.member("redoBaseMs", Int(redoBaseMs)) }
            one.array("noRedo") { list in
                for id in noRedo.sorted() { list.string(id) }
            }
        }
        return writer.bytes
    }
}
