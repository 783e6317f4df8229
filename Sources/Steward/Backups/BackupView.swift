package import AccessControl
import BackupPlaces
package import FHIRModel
import Kernel
import RecordStore
package import Retention
import Synchronization

/// What pages and commands are shown of the backups.
extension BackupKeeper {
    /// Writes how the backups stand in one colour and in words; quick, from memory where possible.
    package func writeStatus(_ grant: Grant, to out: inout JSONWriter) async throws {
        if verdict == nil { try await judge(grant) }
        guard let verdict else { return }
        out.member("level", verdict.level.rawValue)
        out.member("line", verdict.line)
        out.array("faults") { list in
            for fault in verdict.faults {
                list.object { one in
                    one.member("kind", fault.kind)
                    one.member("level", fault.level.rawValue)
                    one.member("sentence", fault.sentence)
                }
            }
        }
        write(activity, to: &out)
    }

    /// Writes everything that the page shows.
    package func write(_ grant: Grant, to out: inout JSONWriter) async throws {
        try await judge(grant)
        try await writeStatus(grant, to: &out)
        let memory = try await now(grant)
        let known = try await catalogue(grant)
        let (result, waiting) = state.withLock { ($0.lastResult, $0.wishes.count) }
        if let result { out.member("lastResult", result) }
        out.member("waiting", waiting)
        out.member("isClockTrusted", memory.time.isTrusted)
        if let drill = memory.drillMs { out.member("lastDrillAt", Timestamp.text(ms: drill)) }
        writePolicy(to: &out)
        writeRedo(to: &out)
        let storage = ownStorage
        // A folder that is not there yet has no room to tell of.
        if let room = try? await blocking({ try storage.room() }) {
            out.object("disk") { write(room, to: &$0) }
        }
        let own = plan(known, at: PlaceRecord.own, isClockTrusted: memory.time.isTrusted)
        if let hold = own.hold { out.member("hold", hold.rawValue) }
        out.array("backups") { list in
            for record in known.backups {
                list.object { write(record, own.kept[record.sequence], known, to: &$0) }
            }
        }
        out.array("places") { list in
            for place in known.places {
                list.object { write(place, known, memory.time.markMs, to: &$0) }
            }
        }
    }

    /// Writes the places.
    package func writePlaces(_ grant: Grant, to out: inout JSONWriter) async throws {
        let known = try await catalogue(grant)
        let nowMs = try await now(grant).time.markMs
        out.array("places") { list in
            for place in known.places {
                list.object { write(place, known, nowMs, to: &$0) }
            }
        }
    }

    /// Writes which copies would be kept on a day; changes nothing.
    ///
    /// - Parameters:
    ///   - until: a date, `2033-05-01`; nil for a year from now.
    ///   - policy: nil for the one in force.
    /// - Throws: ``Problem`` `.value` for anything that is no date of the next twenty years.
    package func writeForecast(
        _ grant: Grant, until: String?, policy: RetentionPolicy?, to out: inout JSONWriter
    ) async throws {
        let nowMs = try await now(grant).time.markMs
        let zone = parts.zone()
        let dayMs: Int64 = 86_400_000
        var untilMs = nowMs + 365 * dayMs
        if let until {
            guard let day = Self.day(until) else {
                throw Problem(
                    .value, "Write the day as 2033-05-01.", location: "until")
            }
            // The end of that day on the clinic's clock.
            let localMs = (day + 1) * dayMs - 1
            untilMs = localMs - Int64(zone.offsetSeconds(atMs: localMs)) * 1_000
            guard untilMs >= nowMs, untilMs <= nowMs + RetentionForecast.daysMax * dayMs else {
                throw Problem(
                    .value, "Choose a day from today on, at most twenty years ahead.",
                    location: "until")
            }
        }
        let policy = policy ?? settings.policy
        let known = try await catalogue(grant)
        let forecast = RetentionForecast(
            real: known.backups(at: PlaceRecord.own).map(\.copy), nowMs: nowMs, untilMs: untilMs,
            policy: policy, zone: zone)
        let endMs = forecast.untilMs + Int64(zone.offsetSeconds(atMs: forecast.untilMs)) * 1_000
        out.member("day", String(Timestamp.text(ms: endMs).prefix(10)))
        out.member("until", Timestamp.text(ms: forecast.untilMs))
        out.member("now", Timestamp.text(ms: nowMs))
        out.member("copyBytes", Int(known.backups.first?.seal.bytes ?? 0))
        out.array("tiers") { list in
            for tier in RetentionTier.allCases {
                list.object { one in
                    one.member("tier", tier.rawValue)
                    one.member("wanted", policy.count(tier))
                    one.member("kept", forecast.countByTier[tier] ?? 0)
                }
            }
        }
        out.array("copies") { list in
            for copy in forecast.copies {
                list.object { one in
                    one.member("at", Timestamp.text(ms: copy.markMs))
                    one.member("isReal", copy.isReal)
                    one.array("tiers") { tiers in
                        for tier in copy.tiers { tiers.string(tier.rawValue) }
                        if copy.isNewest { tiers.string("newest") }
                    }
                }
            }
        }
    }

    private func write(_ activity: Activity?, to out: inout JSONWriter) {
        guard let activity else { return }
        out.object("activity") { one in
            one.member("act", activity.act)
            one.member("subject", activity.subject)
            one.member("percent", Int(max(0, min(1, activity.part)) * 100))
        }
    }

    private func writePolicy(to out: inout JSONWriter) {
        let settings = settings
        out.object("settings") { one in
            one.member("everyMinutes", settings.everyMinutes)
            one.member("nightHour", settings.nightHour)
            for tier in RetentionTier.allCases {
                one.member(tier.rawValue, settings.policy.count(tier))
            }
        }
    }

    private func write(_ room: StorageRoom, to out: inout JSONWriter) {
        out.member("freeBytes", Int(room.freeBytes))
        out.member("allBytes", Int(room.allBytes))
    }

    private func write(
        _ record: BackupRecord, _ reasons: [RetentionPlan.Reason]?, _ known: BackupCatalogue,
        to out: inout JSONWriter
    ) {
        out.member("id", record.id)
        out.member("sequence", Int(record.sequence))
        out.member("name", record.name)
        out.member("at", Timestamp.text(ms: record.markMs))
        out.member("cause", record.cause.rawValue)
        out.member("bytes", Int(record.seal.bytes))
        out.member("madeMs", Int(record.madeMs))
        out.member("state", record.state.rawValue)
        if let at = record.triedAtMs { out.member("triedAt", Timestamp.text(ms: at)) }
        if let took = record.proofMs { out.member("proofMs", Int(took)) }
        if let fault = record.fault { out.member("fault", fault) }
        let placeIDs = known.placeIDs[record.sequence] ?? []
        out.member("isOnBox", placeIDs.contains(PlaceRecord.own))
        out.array("places") { list in
            for place in known.places where placeIDs.contains(place.id) { list.string(place.name) }
        }
        out.array("keptBecause") { list in
            for reason in reasons ?? [] { list.string(reason.word) }
        }
    }

    private func write(
        _ place: PlaceRecord, _ known: BackupCatalogue, _ nowMs: Int64, to out: inout JSONWriter
    ) {
        out.member("id", place.id)
        out.member("name", place.name)
        out.member("kind", place.address.kind)
        out.member("address", place.address.text)
        out.member("everyHours", place.everyHours)
        let copies = known.backups(at: place.id)
        out.member("copies", copies.count)
        out.member("copyBytes", Int(copies.reduce(0) { $0 + $1.seal.bytes }))
        if let at = place.copiedAtMs {
            out.member("copiedAt", Timestamp.text(ms: at))
            out.member("age", BackupVerdict.age(at, nowMs))
        }
        if let at = place.readAtMs { out.member("readAt", Timestamp.text(ms: at)) }
        if let at = place.lookedAtMs { out.member("lookedAt", Timestamp.text(ms: at)) }
        if let room = place.room { write(room, to: &out) }
        let redo = state.withLock { $0.redo[place.id] }
        out.member("takesRedo", !(state.withLock { $0.memory }?.noRedo.contains(place.id) ?? false))
        if let at = redo?.atMs { out.member("redoAt", Timestamp.text(ms: at)) }
        if let fault = place.fault ?? redo?.fault { out.member("fault", fault) }
    }

    private static func day(_ text: String) -> Int64? {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 10, parts.count == 3,
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let year = Int64(parts[0]), let month = Int64(parts[1]), let day = Int64(parts[2])
        else { return nil }
        let number = Timestamp.daysSince1970(year: year, month: month, day: day)
        let back = Timestamp.civil(daysSince1970: number)
        return back == (year, month, day) ? number : nil
    }
}
