package import AccessControl
package import FHIRModel
import Kernel

/// How a person's names sound; 0 for what cannot be said.
struct NameSounds: Sendable {
    let family: UInt32
    let given: UInt32
}

/// A patient who may be the same person as another one.
package struct SimilarPerson: Sendable {
    package let person: Person
    package let score: MatchScore
}

extension PersonIndex {
    /// Who is like a person, the most alike first.
    ///
    /// - Parameters:
    ///   - pointsMin: the fewest points that count.
    ///   - isFindable: which ids the caller may find, where that is not every one.
    func similar(
        to wanted: PersonLikeness, pointsMin: Int, countMax: Int,
        where isFindable: ((String) -> Bool)? = nil
    ) -> [SimilarPerson] {
        let givenSounds = wanted.givenSounds
        let swapped = wanted.swappedBirthDay
        var found: [SimilarPerson] = []
        forEach { birthDay, sounds in
            // Without a date or a sound in common there are no points worth a closer look; names
            // without a sound are compared as they are.
            (birthDay != 0 && (birthDay == wanted.birthDay || birthDay == swapped))
                || sounds.family == wanted.familySound || givenSounds.contains(sounds.given)
                || wanted.givenSound == 0
        } _: { person in
            // Whoever was merged into another record is found by that one.
            guard person.mergedIntoID == nil else { return }
            let score = MatchScore(wanted, person.likeness)
            guard score.points >= pointsMin, isFindable?(person.id) ?? true else { return }
            found.append(SimilarPerson(person: person, score: score))
            if found.count >= countMax * 16 { found = Self.best(found, countMax) }
        }
        return Self.best(found, countMax)
    }

    private static func best(_ found: [SimilarPerson], _ countMax: Int) -> [SimilarPerson] {
        Array(
            found.sorted {
                ($1.score.points, $0.person.id) < ($0.score.points, $1.person.id)
            }.prefix(countMax))
    }
}

extension RecordStore {
    /// The patients who may be the same person as another one, the most alike first; one audit
    /// entry that names whom it showed.
    ///
    /// Takes about 1 ms for 10,000 patients.
    /// - Parameter pointsMin: the fewest points that count.
    package func similarPeople(
        _ grant: Grant, to wanted: PersonLikeness,
        pointsMin: Int = MatchScore.shownPointsMin, countMax: Int = MatchScore.shownCountMax
    ) async throws -> [SimilarPerson] {
        let found = people.similar(
            to: wanted, pointsMin: pointsMin, countMax: countMax, where: Self.findable(grant))
        let ids = found.map(\.person.id)
        try await note(
            AuditNote(
                grant.ask, detail: "similar; shown \(ids.joined(separator: ","))",
                patientIDs: Set(ids)),
            by: grant.caller)
        return found
    }
}
