import Kernel
import SQLite

/// The tables of numbers.
enum NumberRows {
    /// Every number that has a row.
    static func all(_ connection: Connection) throws -> (
        parameters: [(Int64, String, String)], patients: [(Int64, String)]
    ) {
        var parameters: [(Int64, String, String)] = []
        let named = try connection.statement("SELECT number, type, code FROM search_parameter")
        defer { named.reset() }
        while try named.step() { parameters.append((named.int(0), named.text(1), named.text(2))) }
        var patients: [(Int64, String)] = []
        let people = try connection.statement("SELECT number, patient_id FROM search_patient")
        defer { people.reset() }
        while try people.step() { patients.append((people.int(0), people.text(1))) }
        return (parameters, patients)
    }

    static func putParameter(
        _ number: Int64, type: String, code: String, _ connection: Connection
    ) throws {
        try connection.run(
            "INSERT OR IGNORE INTO search_parameter (number, type, code) VALUES (?, ?, ?)",
            .int(number), .text(type), .text(code))
    }

    static func putPatient(_ number: Int64, id: String, _ connection: Connection) throws {
        try connection.run(
            "INSERT OR IGNORE INTO search_patient (number, patient_id) VALUES (?, ?)",
            .int(number), .text(id))
    }
}
