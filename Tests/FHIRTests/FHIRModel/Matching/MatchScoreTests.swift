import FHIRModel
import Testing

/// How alike two persons are.
@Suite struct `Match score` {
    private func person(
        _ family: String, _ given: String, _ date: String?, _ sex: String? = nil
    ) -> PersonLikeness {
        PersonLikeness(family: family, given: given, birthDate: date, sex: sex)
    }

    @Test func `all signs together are one hundred and five points`() {
        let score = MatchScore(
            person("Tsosie", "Nizhóní", "1980-02-25", "female"),
            person("tsosie", "NIZHONI", "1980-02-25", "female"))
        #expect(score.points == 105)
        #expect(score.points == MatchScore.pointsMax)
        #expect(score.grade == .certain)
        #expect(score.shareText == "1")
    }

    @Test(arguments: [
        ("Smith", "Ann", "1980-02-25", 100, MatchScore.Grade.certain),
        ("Smyth", "Ann", "1980-02-25", 85, .probable),
        ("Smith", "Anne", "1980-02-25", 90, .probable),
        ("Smith", "Zoe", "1980-02-25", 70, .possible),
        ("Smith", "Ann", "1980-02-26", 70, .possible),
        ("Jones", "Ann", "1980-02-25", 60, .possible),
        ("Jones", "Ann", "1970-02-25", 30, .possible),
        ("Smyth", "Zoe", "1970-02-25", 25, .certainlyNot),
        ("Jones", "Zoe", "1970-02-25", 0, .certainlyNot),
    ])
    func `points and grade follow from what is common`(
        _ family: String, _ given: String, _ date: String, _ points: Int, _ grade: MatchScore.Grade
    ) {
        let score = MatchScore(person("Smith", "Ann", "1980-02-25"), person(family, given, date))
        #expect(score.points == points)
        #expect(score.grade == grade)
    }

    @Test func `a nickname counts as much as a name that sounds alike`() {
        let score = MatchScore(
            person("Begay", "William", "1980-02-25"), person("Begay", "Bill", "1980-02-25"))
        #expect(score.signs == [.birthDate, .familySound, .family, .nickname])
        #expect(score.points == 90)
        let other = MatchScore(
            person("Begay", "Alexander", nil), person("Begay", "Alexandra", nil))
        #expect(!other.signs.contains(.nickname))
    }

    @Test func `day and month the wrong way around are seen`() {
        let score = MatchScore(
            person("Begay", "Ann", "1980-03-04"), person("Begay", "Ann", "1980-04-03"))
        #expect(score.signs.first == .swappedBirthDate)
        #expect(score.points == 90)
        let none = MatchScore(
            person("Begay", "Ann", "1980-03-25"), person("Begay", "Ann", "1980-25-03"))
        #expect(!none.signs.contains(.swappedBirthDate))
    }

    @Test func `unknown sex and partial dates count for nothing`() {
        let score = MatchScore(
            person("Begay", "Ann", "1980", "unknown"), person("Begay", "Ann", "1980", "unknown"))
        #expect(score.points == 70)
    }

    @Test func `names of other scripts are compared as they are`() {
        let score = MatchScore(person("ᎠᏓ", "ᎣᏏ", nil), person("ᎠᏓ", "ᎣᏏ", nil))
        #expect(score.points == 70)
    }
}
