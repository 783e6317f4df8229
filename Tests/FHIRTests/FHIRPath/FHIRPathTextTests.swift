import FHIRModel
import FHIRPath
import Testing

@Suite("FHIRPath texts")
struct FHIRPathTextTests {
    @Test(arguments: [
        ("'Ángel'.upper()", ["ÁNGEL"]),
        ("'日本語'.length()", ["3"]),
        ("'abc'.substring(1, 1)", ["b"]),
        ("'abc'.substring(3)", []),
        ("'abc'.substring(-1)", []),
        ("'abcabc'.indexOf('ca')", ["2"]),
        ("'abcabc'.lastIndexOf('abc')", ["3"]),
        ("'日本語日'.lastIndexOf('日')", ["3"]),
        ("'aaa'.lastIndexOf('aa')", ["1"]),
        ("'abc'.replace('', '-')", ["-a-b-c-"]),
        ("'aXbXc'.replace('X', '')", ["abc"]),
        ("'a,b,,c'.split(',')", ["a", "b", "", "c"]),
        ("'a,b'.split('')", ["a,b"]),
        ("('a' | 'b').join()", ["ab"]),
        ("{}.join(',')", []),
        ("'  a b '.trim()", ["a b"]),
        ("'héé'.encode('hex')", ["68c3a9c3a9"]),
        ("'ff'.decode('hex')", []),
        ("'a'.encode('base64').decode('base64')", ["a"]),
        ("'!'.decode('base64')", []),
        ("'<a href=\"x\">'.escape('html').unescape('html')", ["<a href=\"x\">"]),
        ("'&#233;&unknown;'.unescape('html')", ["é&unknown;"]),
        ("'a\\nb\\\\'.escape('json')", ["a\\nb\\\\"]),
        ("'\\\\ud83d\\\\ude00'.unescape('json')", ["😀"]),
        ("'P\\u0065ter'", ["Peter"]),
        ("'A\\tb' ~ 'a B'", ["true"]),
        ("'A  b' ~ 'a B'", ["false"]),
        ("'\\q\\u00zz'", ["qu00zz"]),
        ("'b' > 'a'", ["true"]),
        ("'yes'.toBoolean()", ["true"]),
        ("'1e3'.toDecimal()", []),
        ("'+5'.toInteger()", ["5"]),
        ("'2147483648'.toInteger()", []),
        ("'2147483648'.toLong()", ["2147483648"]),
        ("'2015-02-04'.toDateTime()", ["2015-02-04"]),
        ("'14:30'.toTime()", ["14:30"]),
        ("'2015-02-04T'.toDateTime()", []),
        ("'2015-02-04T14:30'.toDate()", []),
        ("'-5.5mg'.toQuantity()", []),
        ("'-5.5\\'mg\\''.toQuantity()", ["-5.5 'mg'"]),
        ("'3days'.toQuantity()", ["3 days"]),
    ])
    func `a text function gives this`(text: String, expected: [String]) throws {
        #expect(try Evaluating.values(text) == expected)
    }

    @Test(arguments: [
        ("abc", "b", true, false), ("abc", "a.c", true, true), ("abc", "^b", false, false),
        ("abc", "c$", true, false), ("a\nb", "a.b", true, true), ("ABC", "(?i)abc", true, true),
        ("ABC", "(?i:a)BC", true, true), ("abc", "[a-c]{3}", true, true),
        ("abc", "[^a-c]", false, false), ("a-b", "[a\\-]+b", true, true),
        ("x1", "\\w\\d", true, true), ("x ", "\\S\\s", true, true), ("ab", "a{0}b", true, false),
        ("aaa", "a{2,}", true, true), ("aaa", "a{4}", false, false), ("", "", true, true),
        ("cat dog", "\\bdog\\b", true, false), ("ab", "(a|ab)(c|b?)", true, true),
        ("foobar", "(?:foo|bar)+", true, true), ("É", "\\p{Lu}", true, true),
        ("5", "\\P{L}", true, true), ("a]", "a[]]", true, true), ("{", "a|{", true, true),
        ("a.b", "a\\.b", true, true), ("A1-x.y", "[A-Za-z0-9\\-\\.]{1,64}", true, true),
        ("2.16.840", "([0-2])((\\.0)|(\\.[1-9][0-9]*))*", true, true),
    ])
    func `a pattern matches`(text: String, pattern: String, isPart: Bool, isWhole: Bool) throws {
        var environment = Evaluating.environment
        environment.variables = ["t": [.string(text)], "p": [.string(pattern)]]
        let on = Evaluating.patient
        #expect(try Evaluating.values("%t.matches(%p)", on: on, environment) == ["\(isPart)"])
        #expect(try Evaluating.values("%t.matchesFull(%p)", on: on, environment) == ["\(isWhole)"])
    }

    @Test(arguments: [
        (
            "11/30/1972", "\\b(?<m>\\d{1,2})/(?<d>\\d{1,2})/(?<y>\\d{2,4})\\b", "${d}-${m}-${y}",
            "30-11-1972"
        ),
        ("abc", "(b)(x)?", "[$1$2]", "a[b]c"), ("aaa", "a*?", "-", "-a-a-a-"),
        ("aXbX", "X", "$$", "a$b$"), ("abab", "(a)(b)", "$2$1", "baba"),
        ("aab", "a+", "<$0>", "<aa>b"), ("<<a>>", "<.+?>", "", ">"),
    ])
    func `a pattern is replaced`(
        text: String, pattern: String, substitution: String, expected: String
    ) throws {
        var environment = Evaluating.environment
        environment.variables = [
            "t": [.string(text)], "p": [.string(pattern)], "s": [.string(substitution)],
        ]
        let expression = "%t.replaceMatches(%p, %s)"
        let found = try Evaluating.values(expression, on: Evaluating.patient, environment)
        #expect(found == [expected])
    }

    @Test(arguments: [
        "(", ")", "[a", "a**", "*a", "(?=a)", "(?!a)", "(?<=a)", "(a)\\1", "a{2,1}", "\\q", "\\",
        "[b-a]", "\\p{Xx}", "a{2000}", "((a{1000}){1000}){1000}", "(?<n>a", "a++",
    ])
    func `a pattern that cannot be right or cannot be quick is refused`(pattern: String) {
        var environment = Evaluating.environment
        environment.variables = ["p": [.string(pattern)]]
        let failure = Evaluating.failure("'a'.matches(%p)", on: Evaluating.patient, environment)
        #expect(failure == .execution || failure == .limit, "\(pattern)")
    }

    @Test func `a pattern that ruins others takes no time`() throws {
        var environment = Evaluating.environment
        environment.variables = ["t": [.string(String(repeating: "a", count: 5_000) + "!")]]
        let clock = ContinuousClock()
        let duration = try clock.measure {
            for pattern in ["(a+)+b", "(a|aa)+b", "(a*)*b", "(.*a){10}b"] {
                let text = "%t.matches('\(pattern)')"
                let values = try Evaluating.values(text, on: Evaluating.patient, environment)
                #expect(values == ["false"])
            }
        }
        #expect(duration < .seconds(5))
    }
}
