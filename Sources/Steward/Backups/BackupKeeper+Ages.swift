package import AccessControl
import BackupPlaces
import Backups
package import FHIRModel
import Kernel
import RecordStore
import Retention
import Synchronization

/// How old everything is, for probes and for what watches over several boxes.
extension BackupKeeper {
    /// Whether the backups are well, as far as anybody has looked since the start.
    package var isWell: Bool { verdict?.level != .red }

    /// Writes what a probe shows to somebody who is signed in.
    package func writeHealth(_ grant: Grant, to out: inout JSONWriter) async throws {
        if verdict == nil { try await judge(grant) }
        let gauges = try await gauges(grant)
        out.member("level", verdict?.level.rawValue ?? "")
        out.member("line", verdict?.line ?? "")
        for gauge in gauges where gauge.place == nil {
            out.member(gauge.member, gauge.value)
        }
        out.array("places") { list in
            for name in Set(gauges.compactMap(\.place)).sorted() {
                list.object { one in
                    one.member("name", name)
                    for gauge in gauges where gauge.place == name {
                        one.member(gauge.member, gauge.value)
                    }
                }
            }
        }
    }

    /// The same as lines that collectors of figures read.
    ///
    /// Spec: Prometheus text format, https://prometheus.io/docs/instrumenting/exposition_formats/
    package func metrics(_ grant: Grant) async throws -> String {
        if verdict == nil { try await judge(grant) }
        var text = ""
        var told: Set<String> = []
        let level = verdict?.level
        let value = level == .green ? 0 : level == .yellow ? 1 : 2
        var gauges = try await gauges(grant)
        gauges.append(
            Gauge("level", "backup_level", "0 green, 1 yellow, 2 red.", value))
        // The lines of one figure stand together.
        for gauge in gauges.sorted(by: { $0.metric < $1.metric }) {
            let name = "tribal_ehr_" + gauge.metric
            if told.insert(name).inserted {
                text += "# HELP \(name) \(gauge.help)\n# TYPE \(name) gauge\n"
            }
            let label = gauge.place.map { "{place=\"\(Self.escaped($0))\"}" } ?? ""
            text += "\(name)\(label) \(gauge.value)\n"
        }
        return text
    }

    /// One figure.
    private struct Gauge {
        let member: String
        let metric: String
        let help: String
        let value: Int
        let place: String?

        init(
            _ member: String, _ metric: String, _ help: String, _ value: Int, place: String? = nil
        ) {
            self.member = member
            self.metric = metric
            self.help = help
            self.value = value
            self.place = place
        }
    }

    private func gauges(_ grant: Grant) async throws -> [Gauge] {
        let nowMs = try await now(grant).time.markMs
        let known = try await catalogue(grant)
        var found: [Gauge] = []
        func add(
            _ member: String, _ metric: String, _ help: String, _ atMs: Int64?,
            place: String? = nil
        ) {
            guard let atMs else { return }
            let seconds = Int(max(0, nowMs - atMs) / 1_000)
            found.append(Gauge(member, metric, help, seconds, place: place))
        }
        add(
            "madeSecondsAgo", "backup_made_age_seconds", "Since the newest backup was made.",
            known.backups.first?.markMs)
        add(
            "provenSecondsAgo", "backup_proven_age_seconds",
            "Since the newest backup that was restored for a try was made.",
            known.newestProven?.markMs)
        add(
            "lastProofSecondsAgo", "backup_proof_age_seconds",
            "Since a backup was last restored for a try and was right.",
            known.backups.filter { $0.state == .proven }.compactMap(\.triedAtMs).max())
        if let stand = parts.redo?.stand, stand.fault == nil {
            let wallMs = store.parts.clock.wallMs()
            add(
                "redoSecondsAgo", "redo_age_seconds",
                "Since the last change that the redo log on the box holds.",
                stand.atMs.map { nowMs - (wallMs - $0) })
        }
        found.append(
            Gauge(
                "diskUsedPercent", "disk_used_percent", "How full the disk of the record is.",
                parts.diskUsedPercent(parts.dataFolder)))
        for place in known.places {
            add(
                "copiedSecondsAgo", "backup_copy_age_seconds", "Since the last copy to a place.",
                place.copiedAtMs, place: place.name)
            add(
                "readSecondsAgo", "backup_read_age_seconds",
                "Since a copy at a place was read back whole.", place.readAtMs, place: place.name)
            found.append(
                Gauge(
                    "isUsable", "backup_place_usable", "1 where the place can be used, else 0.",
                    place.fault == nil && state.withLock { $0.redo[place.id]?.fault } == nil
                        ? 1 : 0, place: place.name))
            if let room = place.room {
                found.append(
                    Gauge(
                        "freeBytes", "backup_place_free_bytes", "Room at a place.",
                        Int(room.freeBytes), place: place.name))
            }
        }
        return found
    }

    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { out, one in
            if one == "\\" || one == "\"" { out += "\\" }
            out.append(one.isNewline ? " " : one)
        }
    }

    /// Reads the whole database file, once a night.
    ///
    /// - Throws: ``Problem`` `.security` where it is damaged.
    func checkRecord(_ grant: Grant) async throws {
        let store = store
        let faults = try await alone("check") { _ in
            try await QuietThread.run { try store.checkFile() }
        }
        try await store.changeRows(
            grant,
            note: AuditNote(
                grant.ask, detail: "database file: \(faults.isEmpty ? "sound" : "damaged")")
        ) { _ in }
        if let first = faults.first {
            throw Problem(
                .security,
                "The database file is damaged: \(first). Keep the folder as it is, and restore the "
                    + "newest proven backup.")
        }
    }
}
