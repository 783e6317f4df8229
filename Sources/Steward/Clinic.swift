package import AccessControl
package import FHIRModel
package import Kernel
package import RecordStore
import ServerKit

/// What the box knows of the clinic that it belongs to.
package struct Clinic: Sendable, Hashable {
    package let name: String
    /// An IANA name, such as `America/Denver`.
    package let timeZone: String
    /// The name under which browsers find the box, without a domain.
    package let boxName: String
    package let facilityCode: String?
    /// Whether all its people are invented, and everything may be thrown away at night.
    package var isPractice: Bool
    package let contact: ClinicContact

    /// Reads the facts that somebody answered.
    ///
    /// - Throws: ``Problem`` that names the answer at fault.
    package init(answers json: JSON) throws(Problem) {
        name = try Self.text(json, "clinicName", charactersMax: 120)
        timeZone = try Self.text(json, "timeZone", charactersMax: 64)
        boxName = try Self.text(json, "boxName", charactersMax: 63).lowercased()
        facilityCode = json.string("facilityCode")
        isPractice = json["practice"]?.bool ?? false
        contact = try json["contact"].map(ClinicContact.init) ?? ClinicContact()
        guard Self.isZone(timeZone) else {
            throw Problem(
                .value, "Write an IANA name such as America/Denver.", location: "timeZone")
        }
        guard Self.isHostLabel(boxName) else {
            throw Problem(
                .value,
                "A box name has 1 to 63 letters, digits or hyphens and does not begin or end with "
                    + "a hyphen.", location: "boxName")
        }
        if let facilityCode, facilityCode.isEmpty || facilityCode.count > 32 {
            throw Problem(
                .value, "A facility code has 1 to 32 characters.", location: "facilityCode")
        }
    }

    /// The form in which the facts are kept.
    func encode() -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("clinicName", name)
        writer.member("timeZone", timeZone)
        writer.member("boxName", boxName)
        if let facilityCode { writer.member("facilityCode", facilityCode) }
        if isPractice { writer.member("practice", true) }
        if contact != ClinicContact() { writer.object("contact") { contact.write(to: &$0) } }
        writer.endObject()
        return writer.bytes
    }

    /// The same clinic with another name, time zone and contact, checked as at the setup.
    func with(name: String, timeZone: String, contact: ClinicContact) throws -> Clinic {
        var writer = JSONWriter()
        writer.object { one in
            one.member("clinicName", name)
            one.member("timeZone", timeZone)
            one.member("boxName", boxName)
            if let facilityCode { one.member("facilityCode", facilityCode) }
            one.object("contact") { contact.write(to: &$0) }
        }
        return try Clinic(answers: try JSON.parse(writer.bytes))
    }

    private static func text(
        _ json: JSON, _ name: String, charactersMax: Int
    ) throws(Problem) -> String {
        let text = (json.string(name) ?? "").split(whereSeparator: \.isWhitespace)
            .joined(separator: " ")
        guard !text.isEmpty else {
            throw Problem(.required, "The answer \(name) is missing.", location: name)
        }
        guard
            text.unicodeScalars.allSatisfy({
                $0.properties.generalCategory != .control
                    && $0.properties.generalCategory != .format
            })
        else {
            throw Problem(
                .value, "The answer \(name) holds characters that cannot be seen.", location: name)
        }
        guard text.count <= charactersMax else {
            throw Problem(
                .tooLong, "The answer \(name) has at most \(charactersMax) characters.",
                location: name)
        }
        return text
    }

    private static func isZone(_ text: String) -> Bool {
        let isWord = text.utf8.allSatisfy {
            ($0 >= 0x41 && $0 <= 0x5A) || ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39)
                || [0x2F, 0x5F, 0x2B, 0x2D].contains($0)
        }
        return isWord && (text == "UTC" || text.split(separator: "/").count >= 2)
    }

    private static func isHostLabel(_ text: String) -> Bool {
        let isWord = text.utf8.allSatisfy {
            ($0 >= 0x61 && $0 <= 0x7A) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2D
        }
        return isWord && text.first != "-" && text.last != "-"
    }
}

/// Keeps what the box knows of its clinic.
package struct ClinicRecord: Sendable {
    private static let setting = "clinic"
    private let store: RecordStore

    /// Makes the keeper over a store.
    package init(store: RecordStore) { self.store = store }

    /// The clinic, or nil while the box belongs to none.
    package func read(_ grant: Grant) async throws -> Clinic? {
        let bytes = try await store.rows(grant) { try SettingRows.value(grant, Self.setting, $0) }
        guard let bytes else { return nil }
        return try Clinic(answers: try JSON.parse(bytes))
    }

    /// Keeps the facts, put on record.
    package func write(_ grant: Grant, _ clinic: Clinic) async throws {
        try await store.changeRows(grant, note: AuditNote(grant.ask, detail: "clinic")) {
            try Self.put(grant, clinic, $0)
        }
    }

    /// Whether the box belongs to a clinic, as the transaction sees it.
    static func isKept(_ grant: Grant, in rows: RowWriter) throws -> Bool {
        try SettingRows.value(grant, setting, in: rows) != nil
    }

    /// The facts with their versions, newest first; put on record.
    func look(_ grant: Grant) async throws -> (clinic: Clinic?, versions: [FactVersion]) {
        try await store.rowsAudited(grant, note: AuditNote(grant.ask)) { rows in
            let bytes = try SettingRows.value(grant, Self.setting, rows)
            let clinic = try bytes.map { try Clinic(answers: try JSON.parse($0)) }
            return (clinic, try FactRows.history(grant, Self.setting, rows))
        }
    }

    /// Writes what `edit` makes of the facts, if they are in the version that it was made from.
    ///
    /// - Throws: ``Problem`` `.lockError` for another version, `.notFound` while the box belongs to
    ///   no clinic.
    func change(
        _ grant: Grant, ifVersion: String, detail: String,
        _ edit: @escaping @Sendable (Clinic, [FactVersion]) throws -> Clinic
    ) async throws {
        let note = AuditNote(grant.ask, detail: detail)
        try await store.changeRows(grant, note: note) { rows in
            let earlier = try FactRows.history(grant, Self.setting, in: rows)
            try VersionTag.check(ifVersion, is: "\(earlier.first?.version ?? 0)")
            guard let bytes = try SettingRows.value(grant, Self.setting, in: rows) else {
                throw Problem(.notFound, "The box is not set up yet.")
            }
            let clinic = try Clinic(answers: try JSON.parse(bytes))
            var next = try edit(clinic, earlier)
            // Undoing must not bring a practice clinic back, which throws its records away at night.
            next.isPractice = clinic.isPractice
            try Self.put(grant, next, rows)
        }
    }

    /// Puts the facts in place, with a version of their own; the first time also of those before.
    static func put(_ grant: Grant, _ clinic: Clinic, _ rows: RowWriter) throws {
        let bytes = clinic.encode()
        if try FactRows.newest(grant, setting, in: rows) == nil,
            let before = try SettingRows.value(grant, setting, in: rows)
        {
            try FactRows.append(grant, setting, before, author: "setup", rows)
        }
        try FactRows.append(grant, setting, bytes, author: grant.caller.name, rows)
        try SettingRows.put(grant, setting, bytes, rows)
    }
}
