import Kernel
import RecordStore
import TestKit
import Testing

@Suite struct `Words typed to find a patient` {
    @Test(arguments: [
        ("1980-02-25", 1_980, 2, 25), ("1980-2-5", 1_980, 2, 5), ("1980-02", 1_980, 2, 0),
        ("1980-2", 1_980, 2, 0), ("02/25/1980", 1_980, 2, 25), ("2/5/1980", 1_980, 2, 5),
        ("2/25/80", 1_980, 2, 25), ("2/25/05", 2_005, 2, 25), ("25-Feb-1980", 1_980, 2, 25),
        ("5-feb-1980", 1_980, 2, 5), ("25-FEBRUARY-1980", 1_980, 2, 25),
        ("31-Dec-99", 1_999, 12, 31),
        ("1980/02/25", 1_980, 2, 25),
    ])
    func `a date in one of the usual forms is a date of birth`(
        text: String, year: Int, month: Int, day: Int
    ) throws {
        let query = try PersonQuery(text)
        #expect(query.words.isEmpty)
        #expect(query.births.count == 1)
        let birth = try #require(query.births.first)
        #expect(birth.year == year && birth.month == month && birth.day == day)
    }

    @Test(arguments: [
        "1980", "19800225", "Smith-Jones", "Ta-Lai", "13/45/1980", "1980-13-01", "1980-00-10",
        "25-Foo-1980", "a/b/c", "--", "1/2/3/4", "12-34", "Mary-Jo-Ann", "1980-02-32", "O/Dell",
        "99999-1-1", "-1980-02", "1980-",
    ])
    func `anything else is words`(text: String) throws {
        #expect(try PersonQuery(text).births.isEmpty)
    }

    @Test func `words, dates and commas may come in any order`() throws {
        let query = try PersonQuery("  Tsosie,Nizhóní 1980-02-25  M10001 ")
        #expect(query.words.count == 3)
        #expect(query.births.count == 1)
        #expect(try PersonQuery("TSOSIE") == PersonQuery("tsosie"))
        #expect(try PersonQuery("Nizhóní") == PersonQuery("nizhoni"))
        #expect(try PersonQuery("").isEmpty)
        #expect(try PersonQuery(" ,, ").isEmpty)
    }

    @Test func `a text that is too long is refused`() {
        #expect(throws: Problem(.tooLong, "")) {
            try PersonQuery(String(repeating: "a", count: 201))
        }
    }

    @Test func `no more than eight words and two dates are looked at`() throws {
        let query = try PersonQuery("a b c d e f g h i j 1980-01-01 1981-01-01 1982-01-01")
        #expect(query.words.count == 8)
        #expect(query.births.count == 2)
    }
}
