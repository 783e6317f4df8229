import AccessControl
import CDemoClinic
import Deflate
import FHIRAPI
import FHIRModel
import Kernel
import RecordStore
import Steward

/// The invented clinic that `demo load` brings and `demo remove` takes away.
struct DemoClinic {
    private static let linesCount = 500
    /// The most bytes that the packed records may come to.
    private static let contentBytesMax = 8 << 20
    let box: Box

    /// What was brought or taken away.
    struct Count: Sendable {
        var patients = 0
        var resources = 0
    }

    /// The invented resources, one a line.
    private static var lines: [[UInt8]] {
        var count = 0
        guard let start = demo_clinic(&count),
            // Bytes of our own that a test has unpacked; ones that do not unpack hold nothing.
            let bytes = try? Gzip.decompress(
                Array(UnsafeBufferPointer(start: start, count: count)), bytesMax: contentBytesMax)
        else { return [] }
        return bytes.split(separator: 0x0A).map { Array($0) }
    }

    /// Type and id of every invented resource.
    private static let names: [(type: String, id: String)] = lines.compactMap { line in
        // Lines of our own that a test has parsed; one that does not parse names nothing.
        guard let json = try? JSON.parse(line), let type = json.string("resourceType"),
            let id = json.string("id")
        else { return nil }
        return (type, id)
    }

    /// The ids of the invented patients.
    static let patientIDs: Set<String> = Set(
        names.lazy.filter { $0.type == "Patient" }.map(\.id))

    /// Brings the invented clinic; what is there already stays as it is.
    ///
    /// - Throws: ``Problem`` `.conflict` on a box that holds other patients, unless forced.
    func load(force: Bool, caller: Caller) async throws -> Count {
        try refuseRealPatients(force: force, act: "load")
        var count = Count()
        let lines = Self.lines
        for start in stride(from: 0, to: lines.count, by: Self.linesCount) {
            let piece = Array(lines[start..<min(start + Self.linesCount, lines.count)])
            let report = try await box.importer.importLines(
                piece, firstLine: start + 1, caller: caller)
            if let reject = report.rejects.first {
                throw Problem(.unexpected, "Demo \(reject.place): \(reject.reason)")
            }
            count.resources += report.count
            count.patients += report.byType["Patient"] ?? 0
        }
        try await box.refreshFacts()
        return count
    }

    /// Makes a practice clinic as it was in the beginning: what people entered is deleted, what they
    /// changed or deleted of the invented clinic comes back.
    ///
    /// - Throws: ``Problem`` `.conflict` on a box that is no practice clinic.
    func reset(caller: Caller) async throws -> Count {
        guard box.clinic?.isPractice == true else {
            throw Problem(
                .conflict,
                "This is not a practice clinic, so nothing was changed. Only a box that was set up "
                    + "for practice can begin anew.")
        }
        let entered = try await deleteEntered(caller)
        let loaded = try await load(force: true, caller: caller)
        try await box.keepOwnRecords()
        try await note("practice clinic begun anew", caller)
        return Count(
            patients: loaded.patients, resources: entered.resources + loaded.resources)
    }

    /// Takes the invented clinic away: every record of it becomes a deletion.
    ///
    /// A practice clinic loses every record, because all of them are invented, and is one no more.
    func remove(force: Bool, caller: Caller) async throws -> Count {
        guard var clinic = box.clinic, clinic.isPractice else {
            return try await removeInvented(caller)
        }
        var count = try await deleteEntered(caller)
        let invented = try await removeInvented(caller)
        count.patients += invented.patients
        count.resources += invented.resources
        clinic.isPractice = false
        let system = try await box.grant(
            Ask(.administer, area: .system, type: "Clinic"), box.machine("job"))
        try await box.clinicRecord.write(system, clinic)
        try await note("practice clinic ended", caller)
        try await box.refreshFacts()
        return count
    }

    /// Whether every invented patient is there.
    var isWhole: Bool { Self.patientIDs.allSatisfy { box.store.people.person($0) != nil } }

    private func note(_ detail: String, _ caller: Caller) async throws {
        let ask = Ask(.administer, area: .system, type: "Practice")
        try await box.store.note(AuditNote(ask, detail: detail), by: caller)
    }

    /// Deletes every record that is not of the invented clinic, newest first.
    private func deleteEntered(_ caller: Caller) async throws -> Count {
        let system = try await box.grant(
            Ask(.administer, area: .system, type: "Practice"), caller)
        let known = Set(Self.names.map { "\($0.type)/\($0.id)" })
        let entered = try await box.store.currentNames(system)
            .filter { !known.contains("\($0.type)/\($0.id)") }
        var count = Count()
        for start in stride(from: 0, to: entered.count, by: Self.linesCount) {
            let piece = Array(entered.reversed().dropFirst(start).prefix(Self.linesCount))
            let removed = try await removePiece(piece, caller)
            count.resources += removed.count
            count.patients += removed.count { $0.type == "Patient" }
        }
        return count
    }

    private func removeInvented(_ caller: Caller) async throws -> Count {
        var count = Count()
        let names = Self.names.reversed()
        for chunk in stride(from: 0, to: names.count, by: Self.linesCount) {
            let piece = Array(names.dropFirst(chunk).prefix(Self.linesCount))
            let removed = try await removePiece(piece, caller)
            count.resources += removed.count
            count.patients += removed.count { $0.type == "Patient" }
        }
        try await box.refreshFacts()
        return count
    }

    private func removePiece(
        _ piece: [(type: String, id: String)], _ caller: Caller
    ) async throws -> [Changed] {
        var changes: [Change] = []
        for name in piece {
            var query = RecordQuery(type: name.type)
            query.ids = [name.id]
            query.isCountOnly = true
            let search = try await box.grant(Ask(.search, name.type), caller)
            guard try await box.store.search(search, query).total > 0 else { continue }
            let grant = try await box.grant(Ask(.delete, name.type, id: name.id), caller)
            changes.append(Change(grant, .delete, type: name.type, id: name.id, json: nil))
        }
        return try await box.store.change(changes)
    }

    private func refuseRealPatients(force: Bool, act: String) throws(Problem) {
        let known = Self.patientIDs.count { box.store.people.person($0) != nil }
        let others = box.store.people.count - known
        guard others == 0 || force else {
            throw Problem(
                .conflict,
                """
                This box holds \(others) patients that are not invented. Nothing was changed. \
                Use a box of its own for the demo clinic, or add --force.
                """)
        }
    }
}
