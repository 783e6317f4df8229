import AccessControl
package import FHIRModel
import Hummingbird
package import Kernel
package import RecordStore
package import ServerKit

/// What the features of the front desk work with.
package struct FrontDesk: Sendable {
    /// The most records of one type that belong to a patient's registration.
    private static let recordsCountMax = 500

    let gate: Gate
    let store: RecordStore
    let clock: Clock
    let ids: IDs
    /// Refuses a resource that breaks the rules that all writes are held to.
    let check: @Sendable (JSON) throws(Problem) -> Void
    /// The name of a user, by id.
    let displayName: @Sendable (String) -> String?

    /// Collects the parts.
    ///
    /// - Parameters:
    ///   - check: the rules of every write.
    ///   - displayName: the name of a user, by id; answered from memory.
    package init(
        gate: Gate, store: RecordStore, clock: Clock, ids: IDs,
        check: @escaping @Sendable (JSON) throws(Problem) -> Void,
        displayName: @escaping @Sendable (String) -> String?
    ) {
        self.gate = gate
        self.store = store
        self.clock = clock
        self.ids = ids
        self.check = check
        self.displayName = displayName
    }

    /// What removes a draft in the transaction that makes its patient.
    package static let follower = RecordFollower(
        type: "Patient", check: { _ in },
        follow: { change, _, rows in
            guard change.act == .create else { return }
            try RegistrationRows.finished(change.grant, id: change.id, rows)
        })

    func moment(_ caller: Caller) -> FormMoment {
        let nowMs = clock.wallMs()
        return FormMoment(
            today: CalendarDay(ms: nowMs), instant: Timestamp.text(ms: nowMs),
            authorName: caller.userID.flatMap(displayName) ?? caller.name)
    }

    /// The change that makes a resource of a chart.
    func creating(
        _ type: String, id: String, patientID: String, _ bytes: [UInt8], _ caller: Caller
    ) async throws -> Change {
        let json = try JSON.parse(bytes)
        let grant = try await gate.grant(
            Ask(.create, type, id: id, patientID: patientID), to: caller)
        try check(json)
        return Change(grant, .create, type: type, id: id, json: json)
    }

    /// The change that writes the next version of a resource of a chart.
    func updating(
        _ before: ChartRecord, patientID: String, _ bytes: [UInt8], _ caller: Caller
    ) async throws -> Change {
        let json = try JSON.parse(bytes)
        let grant = try await gate.grant(
            Ask(.update, before.type, id: before.id, patientID: patientID), to: caller)
        try check(json)
        var change = Change(
            grant, .update, type: before.type, id: before.id, json: json, ifVersion: before.version)
        change.mayCreate = false
        return change
    }

    /// A Patient whose chart the caller may read.
    func patient(_ id: String, _ caller: Caller) async throws -> ChartRecord {
        guard FHIRID.isValid(id) else { throw Problem(.notFound, "There is no such patient.") }
        let stored = try await store.read(
            try await gate.grant(Ask(.read, "Patient", id: id, patientID: id), to: caller))
        return ChartRecord(
            type: "Patient", id: id, version: stored.version, json: try JSON.parse(stored.json))
    }

    /// The records of one type in a patient's chart; nil where the caller's roles do not read them.
    func records(
        _ type: String, of patientID: String, _ caller: Caller
    ) async throws -> [ChartRecord]? {
        // A part that the caller may not read is left out, which is no refusal.
        guard let grant = try? Policy().grant(Ask(.search, type, patientID: patientID), to: caller)
        else { return nil }
        var query = RecordQuery(type: type)
        query.patientID = patientID
        query.limit = Self.recordsCountMax
        return try await store.search(grant, query).resources.map {
            ChartRecord(
                type: type, id: $0.id, version: $0.version, json: try JSON.parse($0.json))
        }
    }

    /// A record number that nobody has.
    func freeRecordNumber(_ grant: Grant) async throws -> String {
        // Numbers that came with an import may lie in the series.
        for _ in 0..<1_000 {
            let number = try await store.changeRows(grant) {
                try RegistrationRows.nextNumber(grant, series: "mrn", $0)
            }
            guard number <= RecordNumber.numberMax else { break }
            let text = RecordNumber.text(number)
            let key = IdentifierKey(type: "Patient", system: RecordNumber.system, value: text)
            if try await store.identify(grant, [key])[key]?.isEmpty ?? true { return text }
        }
        throw Problem(
            .conflict, "There is no free record number. Tell the administrator of this box.")
    }

    /// Refuses chart numbers that another patient has; to be asked in the turn of Patient.
    func checkFree(
        _ numbers: [IdentityForm.ChartNumber], except patientID: String, _ grant: Grant
    ) async throws {
        for number in numbers {
            let key = IdentifierKey(
                type: "Patient", system: number.system, value: number.number)
            let holders = try await store.identify(grant, [key])[key] ?? []
            guard holders.allSatisfy({ $0 == patientID }) else {
                throw Problem(
                    .duplicate,
                    "Another patient has this chart number at \(number.facilityName).",
                    location: number.place)
            }
        }
    }
}
