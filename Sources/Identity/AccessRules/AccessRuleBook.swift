package import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Synchronization

/// The rules by which roles open charts, as the clinic has set them.
package final class AccessRuleBook: Sendable {
    /// The rules with the number of their version.
    package struct Current: Sendable {
        package let rules: AccessRules
        /// From 0, for rules that nobody set.
        package let version: Int
        /// When they were set, UTC milliseconds; 0 where nobody did.
        package let changedMs: Int64
    }

    private static let name = "access-rules"
    private let store: RecordStore
    private let state: Mutex<Current>

    init(store: RecordStore) async throws {
        self.store = store
        let grant = try Grant.ofBox(Ask(.read, area: .system, type: "AccessRules"))
        let kept = try await store.rows(grant) { try SettingRows.value(grant, Self.name, $0) }
        state = Mutex(
            try kept.map(Self.decoded) ?? Current(rules: AccessRules(), version: 0, changedMs: 0))
    }

    /// The rules that hold now.
    package var current: Current { state.withLock { $0 } }

    /// Sets other rules, from the next request on.
    ///
    /// - Parameter version: that of the rules that they were made from.
    /// - Throws: ``Problem`` `.value` for days out of bounds or a role without charts,
    ///   `.lockError` where somebody else set rules in between.
    package func set(_ grant: Grant, _ rules: AccessRules, from version: Int) async throws {
        try grant.require(.update, area: .system)
        try Self.check(rules)
        let note = AuditNote(grant.ask, detail: Self.words(rules))
        try await store.changeRows(grant, note: note) { [self] rows in
            // Inside the writer's turn, so that of two who change at once one is told.
            guard current.version == version else {
                throw Problem(
                    .lockError,
                    "Somebody else changed the rules since you opened them. Look at them again.")
            }
            let next = Current(rules: rules, version: version + 1, changedMs: rows.nowMs)
            try SettingRows.put(grant, Self.name, Self.encoded(next), rows)
            rows.afterCommit { [self] in state.withLock { $0 = next } }
        }
    }

    private static func check(_ rules: AccessRules) throws(Problem) {
        guard AccessRules.visitDays.contains(rules.visitDaysMax) else {
            throw Problem(
                .value,
                "A visit can count \(AccessRules.visitDays.lowerBound) to "
                    + "\(AccessRules.visitDays.upperBound) days.", location: "visitDays")
        }
        if let role = rules.byRole.keys.first(where: { !AccessRule.roles.contains($0) }) {
            throw Problem(
                .value, "The role \(role.rawValue) opens no charts of others.", location: "rules")
        }
    }

    private static func words(_ rules: AccessRules) -> String {
        let limited = AccessRule.roles.filter { rules.rule($0) == .relationship }
        return "by relationship: \(limited.map(\.rawValue).joined(separator: " ")); "
            + "visit days \(rules.visitDaysMax)"
    }

    private static func encoded(_ current: Current) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { out in
            out.member("version", current.version)
            out.member("changedMs", Int(current.changedMs))
            out.member("visitDays", current.rules.visitDaysMax)
            out.array("byRelationship") { list in
                for role in AccessRule.roles where current.rules.rule(role) == .relationship {
                    list.string(role.rawValue)
                }
            }
        }
        return writer.bytes
    }

    private static func decoded(_ bytes: [UInt8]) throws -> Current {
        let json = try JSON.parse(bytes)
        var rules = AccessRules()
        rules.visitDaysMax = json["visitDays"]?.int ?? rules.visitDaysMax
        for role in json["byRelationship"]?.elements.compactMap({ $0.string.flatMap(Role.init) })
            ?? []
        {
            rules.byRole[role] = .relationship
        }
        return Current(
            rules: rules, version: json["version"]?.int ?? 0,
            changedMs: Int64(json["changedMs"]?.int ?? 0))
    }
}
