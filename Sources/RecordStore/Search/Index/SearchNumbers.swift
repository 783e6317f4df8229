import Kernel
import SQLite
import Synchronization

/// The small numbers that stand for types, parameters and patients in the rows of the search index.
///
/// Given out in memory and written with the first row that needs them, so that a change can be made
/// ready off the writer's thread.
final class SearchNumbers: Sendable {
    /// A number that no parameter and no patient has.
    static let none: Int64 = 0

    private struct Name: Hashable {
        let type: String
        let code: String
    }

    private struct State {
        var parameters: [Name: Int64] = [:]
        var patients: [String: Int64] = [:]
        var types: [Int64: String] = [:]
        var nextParameter: Int64 = 1
        var nextPatient: Int64 = 1
        var unsavedParameters: [Int64: Name] = [:]
        var unsavedPatients: [Int64: String] = [:]
    }

    private let state = Mutex(State())

    /// Reads what was given out already.
    func load(_ connection: Connection) throws {
        let loaded = try NumberRows.all(connection)
        state.withLock { state in
            for (number, type, code) in loaded.parameters {
                state.parameters[Name(type: type, code: code)] = number
                if code.isEmpty { state.types[number] = type }
                state.nextParameter = max(state.nextParameter, number + 1)
            }
            for (number, patientID) in loaded.patients {
                state.patients[patientID] = number
                state.nextPatient = max(state.nextPatient, number + 1)
            }
        }
    }

    /// The number of a parameter of a type, given out if it has none yet; `code` is empty for the
    /// type itself.
    func parameter(_ type: String, _ code: String) -> Int64 {
        let name = Name(type: type, code: code)
        return state.withLock { state in
            if let known = state.parameters[name] { return known }
            let number = state.nextParameter
            state.nextParameter += 1
            state.parameters[name] = number
            state.unsavedParameters[number] = name
            if code.isEmpty { state.types[number] = type }
            return number
        }
    }

    /// The number of a patient, given out if there is none yet; 0 for no patient.
    func patient(_ id: String) -> Int64 {
        guard !id.isEmpty else { return Self.none }
        return state.withLock { state in
            if let known = state.patients[id] { return known }
            let number = state.nextPatient
            state.nextPatient += 1
            state.patients[id] = number
            state.unsavedPatients[number] = id
            return number
        }
    }

    /// The number of a parameter, or nil where no row can have it.
    func known(_ type: String, _ code: String) -> Int64? {
        state.withLock { $0.parameters[Name(type: type, code: code)] }
    }

    /// The number of a patient, or nil where no row can have it.
    func knownPatient(_ id: String) -> Int64? { state.withLock { $0.patients[id] } }

    /// The numbers of those patients that rows can have.
    func known(patients ids: Set<String>) -> [Int64] {
        state.withLock { state in ids.compactMap { state.patients[$0] } }
    }

    /// The type that a number stands for.
    func type(_ number: Int64) -> String? { state.withLock { $0.types[number] } }

    /// Writes what was given out and has no row yet; belongs into every transaction that uses
    /// numbers, since the one that was to write them may have failed.
    func save(in scope: WriteScope) throws {
        let (parameters, patients) = state.withLock {
            ($0.unsavedParameters, $0.unsavedPatients)
        }
        guard !(parameters.isEmpty && patients.isEmpty) else { return }
        for (number, name) in parameters {
            try NumberRows.putParameter(number, type: name.type, code: name.code, scope.connection)
        }
        for (number, id) in patients {
            try NumberRows.putPatient(number, id: id, scope.connection)
        }
        scope.afterCommit { [self] in
            state.withLock { state in
                for number in parameters.keys { state.unsavedParameters[number] = nil }
                for number in patients.keys { state.unsavedPatients[number] = nil }
            }
        }
    }
}
