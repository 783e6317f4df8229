package import AccessControl
import FHIRModel
import Kernel
package import RecordStore
import ServerKit

/// Keeps what administrators set while the box runs, and puts it into use.
package struct SettingsRecord: Sendable {
    private let store: RecordStore
    let source: SettingsSource

    /// Makes the keeper over a store.
    package init(store: RecordStore, source: SettingsSource) {
        self.store = store
        self.source = source
    }

    /// Puts what was set in earlier runs into use.
    ///
    /// A value that this release does not take any more counts as not set.
    package func load(_ grant: Grant) async throws {
        let source = source
        let values = try await store.rows(grant) { rows in
            var values: [String: String] = [:]
            for fact in source.facts where fact.isOpen {
                values[fact.key] = source.valid(
                    try FactRows.newest(grant, Self.subject(fact.key), rows), of: fact)
            }
            return values
        }
        try await source.use(values)
    }

    /// A setting with what was set, newest first.
    struct View: Sendable {
        let fact: SettingFact
        let versions: [FactVersion]
        /// What was set here; nil where nothing is, or the start was given another value.
        let setText: String?
    }

    /// Every setting; put on record.
    func list(_ grant: Grant) async throws -> [View] {
        let source = source
        return try await store.rowsAudited(grant, note: AuditNote(grant.ask)) { rows in
            try source.facts.map { fact in
                let versions =
                    fact.isLive
                    ? try FactRows.history(grant, Self.subject(fact.key), rows) : []
                return View(
                    fact: fact, versions: versions,
                    setText: fact.isOpen ? source.valid(versions.first, of: fact) : nil)
            }
        }
    }

    /// Sets a setting, or back to its default for nil, if it is in the version that the change was
    /// made from.
    ///
    /// - Parameter ifVersion: nil for a command, which changes whatever is there.
    /// - Throws: ``Problem`` `.lockError` for another version, `.value` with the bound, `.forbidden`
    ///   for a setting that is not for pages, `.notFound`.
    package func set(
        _ grant: Grant, key: String, to text: String?, ifVersion: String?
    ) async throws {
        guard let fact = source.facts.first(where: { $0.key == key }) else {
            throw Problem(.notFound, "There is no setting of this name.")
        }
        guard fact.isLive else {
            throw Problem(
                .forbidden,
                "\(key) is set in the configuration file and takes effect at the next start.")
        }
        if let place = fact.givenPlace {
            throw Problem(
                .forbidden, "\(key) is set by \(place). Take it out there to set it here.")
        }
        if let text, !source.takes(key, text) {
            throw Problem(.value, "\(key) takes \(fact.bound).", location: "value")
        }
        let note = AuditNote(
            grant.ask, id: key, detail: text.map { "set to \($0)" } ?? "set to its default")
        // One after the other, so that what was committed last is what is put into use last.
        try await store.inTurn(["setting"]) {
            try await store.changeRows(grant, note: note) { rows in
                let subject = Self.subject(key)
                let version = try FactRows.newest(grant, subject, in: rows)?.version ?? 0
                if let ifVersion { try VersionTag.check(ifVersion, is: "\(version)") }
                try FactRows.append(
                    grant, subject, text.map(Self.json), author: grant.caller.name, rows)
            }
            try await load(grant)
        }
    }

    private static func subject(_ key: String) -> String { "setting/\(key)" }

    private static func json(_ text: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.string(text)
        return writer.bytes
    }
}

extension SettingsSource {
    /// The value of a version, if it is one.
    fileprivate func valid(_ version: FactVersion?, of fact: SettingFact) -> String? {
        guard let text = version?.value?.string, takes(fact.key, text) else { return nil }
        return text
    }
}
