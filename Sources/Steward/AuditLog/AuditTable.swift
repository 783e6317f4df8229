import Kernel
package import RecordStore

/// The audit log as a table for spreadsheets.
package enum AuditTable {
    /// The names of the columns.
    package static let header =
        "seq,at,kind,name,user_id,roles,action,area,type,id,patient_id,outcome,code,address,"
        + "request_id,session,detail"

    /// One entry as a line, without its end.
    ///
    /// Spec: RFC 4180, https://www.rfc-editor.org/rfc/rfc4180
    package static func line(_ entry: AuditEntry) -> String {
        let cells: [String] = [
            "\(entry.seq)", Timestamp.text(ms: entry.atMs), entry.kind, entry.name,
            entry.userID ?? "", entry.roles.joined(separator: " "), entry.verb, entry.area,
            entry.type, entry.id ?? "", entry.patientID ?? "", entry.outcome, entry.code ?? "",
            entry.address, entry.requestID, entry.sessionTag ?? "", entry.detail ?? "",
        ]
        return cells.map(cell).joined(separator: ",")
    }

    /// A cell that no spreadsheet takes for a formula.
    private static func cell(_ text: String) -> String {
        var safe = text
        if let first = text.unicodeScalars.first, "=+-@\t\r\n".unicodeScalars.contains(first) {
            safe = "'" + text
        }
        guard safe.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return safe }
        return "\""
            + safe.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }
}
