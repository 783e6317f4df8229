import FHIRModel
import FHIRPath
import Testing

@Suite("FHIRPath language")
struct FHIRPathLanguageTests {
    @Test(arguments: [
        ("name.given", ["Ann", "Lee", "Annie"]),
        ("Patient.name[1].given", ["Annie"]),
        ("name.where(use = 'usual').given", ["Annie"]),
        ("name.select(given.first() & '!')", ["Ann!", "Annie!"]),
        ("name.given.where($index > 0)", ["Lee", "Annie"]),
        ("name[5]", []),
        ("1 | 2 | 2 | 1", ["1", "2"]),
        ("(1).combine(1)", ["1", "1"]),
        ("1 + 2 * 3", ["7"]),
        ("-(2)", ["-2"]),
        ("7 div 2", ["3"]),
        ("7 mod 2", ["1"]),
        ("7 / 2", ["3.5"]),
        ("1 / 0", []),
        ("'a' + 'b'", ["ab"]),
        ("{} & 'b'", ["b"]),
        ("2147483647 + 1", []),
        ("3000000000L + 1", ["3000000001"]),
        ("true and {}", []),
        ("false and {}", ["false"]),
        ("{} or true", ["true"]),
        ("{} implies true", ["true"]),
        ("false implies {}", ["true"]),
        ("true xor {}", []),
        ("'Ann' in name.given", ["true"]),
        ("name.given contains 'Bob'", ["false"]),
        ("`id`", ["p1"]),
        ("deceased", ["2020-03"]),
        ("(1 | 2 | 3).aggregate($total + $this, 0)", ["6"]),
        ("(3 | 1 | 2).sort()", ["1", "2", "3"]),
        ("(3 | 1 | 2).sort(-$this)", ["3", "2", "1"]),
        ("iif(active, 'yes', 1 / 0)", ["yes"]),
        ("defineVariable('n', name.first()).select(%n.family)", ["Begay"]),
        ("coalesce({}, name.suffix, 'one')", ["one"]),
        ("iif('yes', 1, 2)", ["1"]),
        ("name.given.sort(length(), $this desc)", ["Lee", "Ann", "Annie"]),
        ("name.sort(family).use", ["usual", "official"]),
        ("$index", ["0"]),
        ("(1 | 2).combine(2, true)", ["1", "2", "2"]),
        ("%context.id = %resource.id", ["true"]),
        ("%`vs-gender`", ["http://hl7.org/fhir/ValueSet/gender"]),
    ])
    func `an expression has these values`(text: String, expected: [String]) throws {
        #expect(try Evaluating.values(text) == expected)
    }

    @Test(arguments: [
        ("name.given.first(", FHIRPathError.Kind.syntax), ("1 +", .syntax), ("'open", .syntax),
        ("name..given", .syntax), ("@2014-13", .syntax), ("$that", .syntax), ("1 /* open", .syntax),
        ("'open\\", .syntax), ("99999999999", .syntax), ("(1", .syntax), ("name given", .syntax),
        ("", .syntax), ("nothing()", .semantic), ("name.count(1)", .semantic),
        ("name.is(Nothing)", .semantic), ("1 is Other.Thing", .semantic),
        ("name.single()", .execution), ("%unknown", .execution), ("1 < 'a'", .execution),
        ("-name", .execution), ("name.length()", .execution), ("@2014 + 1", .execution),
        ("defineVariable('context')", .execution),
        ("defineVariable('a').defineVariable('a')", .execution),
        ("defineVariable('a', 1) | %a", .execution), ("1.encode('rot13')", .execution),
        ("'a'.encode('rot13')", .execution), ("gender.memberOf('http://x')", .execution),
        ("@9999-12-31 + 1 day", .execution), ("@0001-01-01 - 1 day", .execution),
        ("@T10:00 + 1 day", .execution), ("'a'.matches('a', 'x')", .execution),
        ("(1 | 2).trim()", .execution), ("iif(name, 1, 2)", .semantic),
    ])
    func `an expression that cannot be right is refused`(
        text: String, kind: FHIRPathError.Kind
    ) {
        #expect(Evaluating.failure(text) == kind, "\(text)")
    }

    @Test func `an error names the byte where the fault is`() throws {
        let error = #expect(throws: FHIRPathError.self) {
            try FHIRPathExpression("name.given.nothing()")
        }
        #expect(error?.offset == 11)
        #expect(error?.description.contains("check its spelling") == true)
    }

    @Test func `a variable is seen only behind its definition in the same path`() throws {
        let text = "name.select(defineVariable('g', given).select(%g.count())) | 7"
        #expect(try Evaluating.values(text) == ["2", "1", "7"])
        #expect(Evaluating.failure("name.select(defineVariable('g', 1)).select(%g)") == .execution)
    }

    @Test func `trace hands on what it is called on and shows it`() throws {
        let seen = Seen()
        var environment = Evaluating.environment
        environment.trace = { name, values in seen.add(name, values.count) }
        let values = try Evaluating.values(
            "name.trace('names', given).given.trace('given').count()", on: Evaluating.patient,
            environment)
        #expect(values == ["3"])
        #expect(seen.all == ["names 3", "given 3"])
    }

    @Test func `now is the time that was handed in, in the zone that was handed in`() throws {
        var environment = Evaluating.environment
        environment.offsetMinutes = -420
        #expect(
            try Evaluating.values("now()", on: Evaluating.patient, environment) == [
                "2026-11-21T02:30:00.000-07:00"
            ])
        #expect(
            try Evaluating.values("today()", on: Evaluating.patient, environment) == ["2026-11-21"])
        #expect(
            try Evaluating.values("timeOfDay()", on: Evaluating.patient, environment) == [
                "02:30:00.000"
            ])
        environment.nowMs = nil
        #expect(Evaluating.failure("now()", on: Evaluating.patient, environment) == .execution)
    }
}

/// What `trace` was called with.
private final class Seen: @unchecked Sendable {  // because a test reads it after the evaluation
    private(set) var all: [String] = []

    func add(_ name: String, _ count: Int) { all.append("\(name) \(count)") }
}
