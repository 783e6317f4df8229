/// What two records of persons are compared by to find out whether they are of the same one.
///
/// Spec: FEATURES CHT-04.
package struct PersonLikeness: Sendable, Hashable {
    /// Folded family name; empty where there is none.
    package let family: [UInt8]
    /// Folded first given name; empty where there is none.
    package let given: [UInt8]
    /// `yyyymmdd`; 0 unless the day is known.
    package let birthDay: Int32
    /// Administrative gender; nil where it is not known.
    package let sex: String?
    /// How the family name sounds; 0 where that cannot be said.
    package let familySound: UInt32
    /// How the given name sounds; 0 where that cannot be said.
    package let givenSound: UInt32

    /// Compares by what is given, however it is written.
    ///
    /// - Parameter birthDate: `YYYY-MM-DD`; another precision is not compared.
    package init(family: String?, given: String?, birthDate: String?, sex: String?) {
        let words = given.map { SearchText.words($0) } ?? []
        self.init(
            family: SearchText.fold(family ?? ""), given: words.first ?? [],
            birthDay: Self.day(birthDate), sex: sex)
    }

    /// Compares by a patient's official name.
    package init(_ facts: Demographics) {
        let name = facts.officialName
        self.init(
            family: name?.family ?? name?.text?.split(separator: " ").last.map(String.init),
            given: name?.given.first ?? name?.text?.split(separator: " ").first.map(String.init),
            birthDate: facts.birthDate, sex: facts.gender)
    }

    /// Compares by folded names.
    package init(family: [UInt8], given: [UInt8], birthDay: Int32, sex: String?) {
        self.family = family
        self.given = given
        self.birthDay = birthDay % 100 == 0 ? 0 : birthDay
        self.sex = sex == "unknown" ? nil : sex
        familySound = Self.sound(family)
        givenSound = Self.sound(given)
    }

    /// How the given names sound that stand for this one: its own sound and those of its forms.
    package var givenSounds: Set<UInt32> {
        Set(Nicknames.relatives(of: given).map(Self.sound) + [givenSound]).subtracting([0])
    }

    /// Day and month of the date of birth the other way around; 0 where that is no date.
    package var swappedBirthDay: Int32 {
        let (day, month) = (birthDay % 100, birthDay / 100 % 100)
        guard (1...12).contains(day), day != month else { return 0 }
        return birthDay / 10_000 * 10_000 + day * 100 + month
    }

    /// How a folded name sounds, as a number; 0 where that cannot be said.
    package static func sound(_ folded: [UInt8]) -> UInt32 {
        Phonetic.key(String(decoding: folded, as: UTF8.self))?.utf8
            .reduce(0) { $0 << 8 | UInt32($1) } ?? 0
    }

    private static func day(_ text: String?) -> Int32 {
        // A date that cannot be read is not compared.
        guard let text, let date = try? FHIRDateTime(text, as: .date), date.precision >= .day
        else { return 0 }
        return Int32(date.year * 10_000 + date.month * 100 + date.day)
    }
}

/// How alike two persons are.
///
/// Spec: FEATURES CHT-04.
package struct MatchScore: Sendable, Hashable {
    /// What two records have in common.
    package enum Sign: String, Sendable, Hashable, CaseIterable {
        case birthDate = "birth-date"
        case swappedBirthDate = "birth-date-swapped"
        case familySound = "family-sound"
        case family
        case givenSound = "given-sound"
        case nickname
        case given
        case sex

        /// What the sign adds to the points.
        package var points: Int {
            switch self {
            case .birthDate: 30
            case .swappedBirthDate: 20
            case .familySound: 25
            case .family: 15
            case .givenSound, .nickname: 20
            case .given: 10
            case .sex: 5
            }
        }
    }

    /// The grades of the standard.
    ///
    /// Spec: FHIR R4 MatchGrade, https://hl7.org/fhir/R4/codesystem-match-grade.html
    package enum Grade: String, Sendable, Hashable, Comparable, CaseIterable {
        case certainlyNot = "certainly-not"
        case possible, probable, certain

        package static func < (a: Grade, b: Grade) -> Bool { a.pointsMin < b.pointsMin }

        /// The fewest points that have this grade.
        package var pointsMin: Int {
            switch self {
            case .certainlyNot: 0
            case .possible: MatchScore.shownPointsMin
            case .probable: 80
            case .certain: 100
            }
        }
    }

    /// The points of two records that have all in common.
    package static let pointsMax = 105
    /// The fewest points that are shown.
    package static let shownPointsMin = 30
    /// The most persons that are shown.
    package static let shownCountMax = 20

    /// What the records have in common, in the order of the declaration.
    package let signs: [Sign]

    /// Compares two persons; it does not matter which comes first.
    package init(_ a: PersonLikeness, _ b: PersonLikeness) {
        var signs: [Sign] = []
        if a.birthDay != 0, a.birthDay == b.birthDay {
            signs.append(.birthDate)
        } else if a.swappedBirthDay != 0, a.swappedBirthDay == b.birthDay {
            signs.append(.swappedBirthDate)
        }
        let isFamily = !a.family.isEmpty && a.family == b.family
        if isFamily || (a.familySound != 0 && a.familySound == b.familySound) {
            signs.append(.familySound)
        }
        if isFamily { signs.append(.family) }
        let isGiven = !a.given.isEmpty && a.given == b.given
        if isGiven || (a.givenSound != 0 && a.givenSound == b.givenSound) {
            signs.append(.givenSound)
        } else if Nicknames.areRelated(a.given, b.given) {
            signs.append(.nickname)
        }
        if isGiven { signs.append(.given) }
        if let sex = a.sex, sex == b.sex { signs.append(.sex) }
        self.signs = signs
    }

    /// From 0 to ``pointsMax``.
    package var points: Int { signs.reduce(0) { $0 + $1.points } }

    /// The grade that follows from the points.
    package var grade: Grade {
        Grade.allCases.last { points >= $0.pointsMin } ?? .certainlyNot
    }

    /// The points as a share of all, with two places, such as `0.86`.
    package var shareText: String {
        let hundredths = points * 100 / Self.pointsMax
        return hundredths == 100 ? "1" : "0.\(hundredths < 10 ? "0" : "")\(hundredths)"
    }
}
