import Kernel
import Synchronization

/// With whom somebody who treats patients has to do, as the records say it at a moment.
package struct Relations: Sendable {
    /// Nobody.
    package static let none = Relations(patientIDs: [], references: [])

    /// The patients.
    package let patientIDs: Set<String>
    /// The references that name the person: `Practitioner/…` and each of the roles.
    package let references: Set<String>
}

/// The relations that were found lately.
///
/// What was found holds until a record changes that makes or ends relations, and for a minute at
/// most, since visits move out of their days by themselves.
final class RelationMemory: Sendable {
    /// How long relations are remembered, in milliseconds of the steady clock.
    private static let msMax: Int64 = 60_000
    /// Of how many people.
    private static let countMax = 500

    /// Whose relations, under which setting.
    struct Key: Hashable, Sendable {
        let practitionerID: String
        let visitDaysMax: Int
    }

    private struct Known {
        let generation: Int
        let steadyMs: Int64
        let relations: Relations
    }

    private struct State {
        var generation = 0
        var byKey: [Key: Known] = [:]
    }

    private let state = Mutex(State())

    /// Types of records whose change can make or end a relation.
    static let types: Set<String> = [
        "Patient", "CareTeam", "Encounter", "Appointment", "PractitionerRole", "Organization",
    ]

    /// Forgets everything; called after the commit and before its caller is answered.
    func forget() {
        state.withLock { state in
            state.generation += 1
            state.byKey = [:]
        }
    }

    /// What is known, and the generation to remember something new under.
    func find(_ key: Key, steadyMs: Int64) -> (relations: Relations?, generation: Int) {
        state.withLock { state in
            guard let known = state.byKey[key], known.generation == state.generation,
                steadyMs - known.steadyMs < Self.msMax
            else { return (nil, state.generation) }
            return (known.relations, state.generation)
        }
    }

    /// Remembers relations, unless something changed while they were looked up.
    func keep(_ relations: Relations, _ key: Key, generation: Int, steadyMs: Int64) {
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.byKey.count >= Self.countMax { state.byKey = [:] }
            state.byKey[key] = Known(
                generation: generation, steadyMs: steadyMs, relations: relations)
        }
    }
}
