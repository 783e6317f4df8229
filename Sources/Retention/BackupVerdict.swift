import Kernel

/// How the backups of a box stand, in one colour and in words for a person who is no technician.
package struct BackupVerdict: Hashable, Sendable {
    /// How urgent it is.
    package enum Level: String, Comparable, Hashable, Sendable {
        case green, yellow, red

        private var rank: Int { self == .green ? 0 : self == .yellow ? 1 : 2 }

        package static func < (a: Level, b: Level) -> Bool { a.rank < b.rank }
    }

    /// One thing that is not as it should be.
    package struct Fault: Hashable, Sendable {
        /// The kind of notice that it becomes, such as `backup.late`.
        package let kind: String
        package let level: Level
        /// What is wrong and what to do.
        package let sentence: String
    }

    /// What is known of a place beside the box's own disk.
    package struct Place: Hashable, Sendable {
        package let id: String
        package let name: String
        /// Box time of the last copy, UTC milliseconds.
        package let lastCopyMs: Int64?
        /// Box time at which a copy was last read back as a whole.
        package let lastProofMs: Int64?
        /// Why it cannot be used; nil where it can.
        package let error: String?
        /// After how long without a copy somebody should look.
        package let copyMsMax: Int64

        /// Makes a place.
        package init(
            id: String, name: String, lastCopyMs: Int64?, lastProofMs: Int64?, error: String?,
            copyMsMax: Int64
        ) {
            self.id = id
            self.name = name
            self.lastCopyMs = lastCopyMs
            self.lastProofMs = lastProofMs
            self.error = error
            self.copyMsMax = copyMsMax
        }
    }

    /// What the verdict is made of; times are box time in UTC milliseconds.
    package struct Facts: Hashable, Sendable {
        package var nowMs: Int64
        package var startedMs: Int64
        package var everyMinutes = 60
        package var lastMadeMs: Int64?
        package var lastProvenMs: Int64?
        /// Why the last try to make or prove one failed; nil where it did not.
        package var lastFailure: String?
        package var diskUsedPercent = 0
        package var isSpaceShort = false
        package var isClockTrusted = true
        package var lastDrillMs: Int64?
        package var places: [Place] = []

        /// Facts of a box that was claimed or started at a time and has done nothing yet.
        package init(nowMs: Int64, startedMs: Int64) {
            self.nowMs = nowMs
            self.startedMs = startedMs
        }
    }

    package let level: Level
    /// One line for the head of a page.
    package let line: String
    /// Everything that is not as it should be, most urgent first.
    package let faults: [Fault]

    private static let dayMs: Int64 = 86_400_000
    private static let provenMsWarn = 2 * dayMs
    private static let provenMsMax = 7 * dayMs
    /// A copy at a place that nobody read back for so long is told of.
    package static let proofMsMax = 35 * dayMs

    /// Judges.
    package init(_ facts: Facts) {
        var faults = Self.madeFaults(facts) + Self.provenFaults(facts) + Self.diskFaults(facts)
        faults += facts.places.flatMap { Self.placeFaults($0, facts) }
        if !facts.isClockTrusted {
            faults.append(
                Fault(
                    kind: "backup.clock", level: .yellow,
                    sentence: "The clock of the box jumped. Backups go on, but no old one is "
                        + "deleted until the clock was right for a day, or until you say under "
                        + "Backups that it is right."))
        }
        if let drill = facts.lastDrillMs ?? Optional(facts.startedMs),
            facts.nowMs - drill > BackupTimes.drillMs
        {
            faults.append(
                Fault(
                    kind: "backup.drill", level: .yellow,
                    sentence: "Nobody tried the recovery kit for three months. Fetch it and do "
                        + "the drill under Backups; it takes a few minutes."))
        }
        self.faults = faults.sorted { ($1.level, $0.kind) < ($0.level, $1.kind) }
        level = faults.map(\.level).max() ?? .green
        line = Self.line(facts)
    }

    private static func line(_ facts: Facts) -> String {
        let proven =
            facts.lastProvenMs.map { "Last proven backup: \(age($0, facts.nowMs))" }
            ?? "No proven backup yet"
        let places = facts.places.map { place in
            "\(place.name): "
                + (place.lastCopyMs.map { age($0, facts.nowMs) } ?? "no copy yet")
        }
        return ([proven] + places).joined(separator: " · ")
    }

    private static func madeFaults(_ facts: Facts) -> [Fault] {
        let everyMs = Int64(facts.everyMinutes) * 60_000
        let sinceMs = facts.nowMs - (facts.lastMadeMs ?? facts.startedMs)
        guard sinceMs > 2 * everyMs else { return [] }
        let why = facts.lastFailure.map { " " + $0 } ?? " Look at the page Backups for the reason."
        let last = facts.lastMadeMs.map { "The last backup was made \(age($0, facts.nowMs))." }
        return [
            Fault(
                kind: "backup.late", level: sinceMs > 24 * everyMs ? .red : .yellow,
                sentence: (last ?? "No backup was made yet.") + why)
        ]
    }

    private static func provenFaults(_ facts: Facts) -> [Fault] {
        let sinceMs = facts.nowMs - (facts.lastProvenMs ?? facts.startedMs)
        guard sinceMs > provenMsWarn else { return [] }
        let last = facts.lastProvenMs.map {
            "The last proven backup is \(age($0, facts.nowMs, "old"))."
        }
        return [
            Fault(
                kind: "backup.unproven", level: sinceMs > provenMsMax ? .red : .yellow,
                sentence: (last ?? "No backup was proven yet.")
                    + " Press “Prove now” under Backups; if that fails, call for help.")
        ]
    }

    private static func diskFaults(_ facts: Facts) -> [Fault] {
        var faults: [Fault] = []
        if facts.diskUsedPercent >= 80 {
            let isFull = facts.diskUsedPercent >= 90
            faults.append(
                Fault(
                    kind: isFull ? "disk.full" : "disk.fills", level: isFull ? .red : .yellow,
                    sentence: "The disk of the box is \(facts.diskUsedPercent) % full. Keep fewer "
                        + "backups on it (Backups, What is kept), or have a larger disk put in."))
        }
        if facts.isSpaceShort {
            faults.append(
                Fault(
                    kind: "backup.space", level: .red,
                    sentence:
                        "There is no room on the disk of the box for the next backup, so none "
                        + "is made: the record needs what is left. Free space on the disk, or have "
                        + "a larger one put in."))
        }
        return faults
    }

    private static func placeFaults(_ place: Place, _ facts: Facts) -> [Fault] {
        let sinceMs = facts.nowMs - (place.lastCopyMs ?? facts.startedMs)
        if sinceMs > place.copyMsMax {
            let last = place.lastCopyMs.map { "got its last copy \(age($0, facts.nowMs))" }
            return [
                Fault(
                    kind: "backup.place.\(place.id)",
                    level: sinceMs > 4 * place.copyMsMax ? .red : .yellow,
                    sentence: "\(place.name) \(last ?? "has no copy yet")."
                        + (place.error.map { " \($0)" } ?? ""))
            ]
        }
        if let proofMs = place.lastProofMs, facts.nowMs - proofMs > proofMsMax {
            return [
                Fault(
                    kind: "backup.place.\(place.id)", level: .yellow,
                    sentence: "No copy at \(place.name) was read back for "
                        + "\((facts.nowMs - proofMs) / dayMs) days. Plug it in over night.")
            ]
        }
        return []
    }

    /// How long ago something was, in words.
    package static func age(_ ms: Int64, _ nowMs: Int64, _ ending: String = "ago") -> String {
        let minutes = max(0, nowMs - ms) / 60_000
        func words(_ count: Int64, _ unit: String) -> String {
            "\(count) \(unit)\(count == 1 ? "" : "s") \(ending)"
        }
        if minutes < 2 { return ending == "ago" ? "just now" : "a minute old" }
        if minutes < 120 { return words(minutes, "minute") }
        if minutes < 48 * 60 { return words(minutes / 60, "hour") }
        return words(minutes / 1_440, "day")
    }
}
