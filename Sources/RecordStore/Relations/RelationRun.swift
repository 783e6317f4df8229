import FHIRModel
import Kernel
import SQLite

/// One look for the relations of a person, in the search index and in the records that it names.
struct RelationRun {
    let run: SearchRun
    /// UTC milliseconds.
    let nowMs: Int64
    /// When a visit or an appointment counts, UTC milliseconds.
    let visits: ClosedRange<Int64>

    /// What the person is called in references, with their tags.
    private struct Names {
        /// The person and the roles.
        var own: Set<String>
        /// Those, and the departments.
        var all: Set<String>
    }

    func relations(of practitionerID: String) throws -> Relations {
        let names = try names(of: practitionerID)
        var patients = try panel(names)
        for row in try rows("CareTeam", "participant", names.all) where !row.patientID.isEmpty {
            let team = try JSON.parse(row.opened(with: run.keys).json)
            if isAtWork(team, names.all) { patients.insert(row.patientID) }
        }
        for (type, parameter) in [("Encounter", "participant"), ("Appointment", "actor")] {
            for row in try recent(type, parameter, names.own) where !row.patientID.isEmpty {
                let visit = try JSON.parse(row.opened(with: run.keys).json)
                if !Self.isVoid(visit) { patients.insert(row.patientID) }
            }
        }
        return Relations(patientIDs: patients, references: names.own)
    }

    private func names(of practitionerID: String) throws -> Names {
        let person = "Practitioner/\(practitionerID)"
        var names = Names(own: [person], all: [person])
        for row in try rows("PractitionerRole", "practitioner", [person]) {
            let role = try JSON.parse(row.opened(with: run.keys).json)
            guard role["active"]?.bool != false, isNow(role["period"]) else { continue }
            names.own.insert("PractitionerRole/\(row.id)")
            if let place = role.at("organization", "reference")?.string,
                try isDepartment(place)
            {
                names.all.insert(place)
            }
        }
        names.all.formUnion(names.own)
        return names
    }

    /// Whether an organization is a part of the clinic rather than the clinic, to which everybody
    /// belongs.
    private func isDepartment(_ reference: String) throws -> Bool {
        guard case .local(type: "Organization", let id, _)? = Reference(reference),
            let scope = run.scope("Organization"),
            let origin = try run.identified([id], scope).first,
            let row = try SearchRows.version(origin, run.connection)
        else { return false }
        let organization = try JSON.parse(row.opened(with: run.keys).json)
        return organization["type"]?.elements.contains { type in
            type["coding"]?.elements.contains {
                $0["code"]?.equals("dept") == true || $0["code"]?.equals("team") == true
            } ?? false
        } ?? false
    }

    /// The patients whose general practitioner the person is.
    private func panel(_ names: Names) throws -> Set<String> {
        var ids: Set<String> = []
        for origin in try origins("Patient", "general-practitioner", names.all) {
            if let id = try SearchRows.name(origin, run.connection) { ids.insert(id) }
        }
        return ids
    }

    // MARK: Looking up

    private func origins(
        _ type: String, _ parameter: String, _ names: Set<String>
    ) throws -> [Int64] {
        guard let scope = run.scope(type), let number = run.maker.numbers.known(type, parameter)
        else { return [] }
        return try names.reduce([]) { found, name in
            let tag = run.maker.tags.resource(name)
            return OriginList.either(
                found, try SearchRows.linked(number, to: tag, scope, run.connection))
        }
    }

    private func rows(
        _ type: String, _ parameter: String, _ names: Set<String>
    ) throws -> [ResourceRow] {
        try origins(type, parameter, names).compactMap {
            try SearchRows.version($0, run.connection)
        }
    }

    /// The visits of the days that count.
    private func recent(
        _ type: String, _ parameter: String, _ names: Set<String>
    ) throws -> [ResourceRow] {
        let all = try origins(type, parameter, names)
        guard !all.isEmpty, let scope = run.scope(type),
            let date = run.maker.numbers.known(type, "date")
        else { return [] }
        let days = try SearchValueRows.times(
            date, from: visits.lowerBound, to: visits.upperBound, scope, run.connection
        ) { _, _ in true }
        return try OriginList.both(all, days).compactMap {
            try SearchRows.version($0, run.connection)
        }
    }

    // MARK: What a record says

    private static func isVoid(_ visit: JSON) -> Bool {
        ["cancelled", "entered-in-error"].contains(visit.string("status") ?? "")
    }

    /// Whether a care team is at work with one of some members.
    private func isAtWork(_ team: JSON, _ names: Set<String>) -> Bool {
        guard !["inactive", "entered-in-error"].contains(team.string("status") ?? ""),
            isNow(team["period"])
        else { return false }
        return team["participant"]?.elements.contains { one in
            guard let member = one.at("member", "reference")?.string else { return false }
            return names.contains(member) && isNow(one["period"])
        } ?? false
    }

    private func isNow(_ period: JSON?) -> Bool {
        if let start = Self.day(period, "start"), start.lowerBoundMs() > nowMs { return false }
        if let end = Self.day(period, "end"), end.upperBoundMs() <= nowMs { return false }
        return true
    }

    private static func day(_ period: JSON?, _ name: String) -> FHIRDateTime? {
        // A date that cannot be read bounds nothing.
        period?.string(name).flatMap { try? FHIRDateTime($0, as: .search) }
    }
}
