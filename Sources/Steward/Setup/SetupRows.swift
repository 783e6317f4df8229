import AccessControl
import FHIRModel
import RecordStore

/// What the setup keeps between its steps, among the settings.
enum SetupRows {
    private static let stateName = "setup"
    private static let triesName = "setup.tries"

    /// How far the setup has come.
    static func state(_ grant: Grant, _ rows: RowReader) throws -> SetupState {
        try SettingRows.value(grant, stateName, rows).map { try SetupState($0) } ?? SetupState()
    }

    /// How far the setup has come, as the transaction sees it.
    static func state(_ grant: Grant, in rows: RowWriter) throws -> SetupState {
        try SettingRows.value(grant, stateName, in: rows).map { try SetupState($0) } ?? SetupState()
    }

    /// Keeps how far the setup has come.
    static func put(_ grant: Grant, _ value: SetupState, _ rows: RowWriter) throws {
        try SettingRows.put(grant, stateName, value.encoded, rows)
    }

    /// Forgets everything about the setup.
    static func clear(_ grant: Grant, _ rows: RowWriter) throws {
        try SettingRows.remove(grant, stateName, rows)
        try SettingRows.remove(grant, triesName, rows)
    }

    /// The wrong codes so far, as the transaction sees them.
    static func tries(_ grant: Grant, in rows: RowWriter) throws -> SetupTries {
        guard let bytes = try SettingRows.value(grant, triesName, in: rows) else {
            return SetupTries()
        }
        let json = try JSON.parse(bytes)
        return SetupTries(
            wrongCount: json["wrong"]?.int ?? 0,
            pausedUntilMs: json["pausedUntilMs"]?.int.map(Int64.init))
    }

    /// Keeps the wrong codes so far.
    static func put(_ grant: Grant, _ value: SetupTries, _ rows: RowWriter) throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("wrong", value.wrongCount)
        if let until = value.pausedUntilMs { writer.member("pausedUntilMs", Int(until)) }
        writer.endObject()
        try SettingRows.put(grant, triesName, writer.bytes, rows)
    }
}
