import FHIRModel
import FHIRPath
import Testing

@Suite("FHIRPath limits")
struct FHIRPathLimitTests {
    private static let ten = "(1|2|3|4|5|6|7|8|9|10)"

    @Test(arguments: [
        String(repeating: "(", count: 300) + "1" + String(repeating: ")", count: 300),
        String(repeating: "-", count: 5_000) + "1",
        String(repeating: "1 + ", count: 5_000) + "1",
        String(repeating: "a[", count: 500) + "0" + String(repeating: "]", count: 500),
        String(repeating: "iif(true, ", count: 400) + "1" + String(repeating: ")", count: 400),
        String(repeating: "a", count: 70_000),
        "\(ten).select(\(ten).select(\(ten).select(\(ten).select(\(ten).select(\(ten))))))",
        "\(ten).repeatAll($this)",
        "\(ten).repeatAll($this + 1)",
        "(1|2).repeat($this + 2)",
        "\(ten).aggregate($total & $total, 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa') "
            + ".select($this & $this & $this & $this & $this & $this & $this & $this & $this)"
            + ".select($this & $this & $this & $this & $this & $this & $this & $this & $this)"
            + ".select($this & $this & $this & $this & $this & $this & $this & $this & $this)",
        "\(ten).aggregate($total.replace('', $total), 'aaaaaaaaa')",
        "\(ten).aggregate($total.replaceMatches('a', '$0$0$0$0$0$0$0$0'), 'aaaaaaaaa')",
    ])
    func `an expression that would take too much is stopped`(text: String) {
        let clock = ContinuousClock()
        let start = clock.now
        #expect(Evaluating.failure(text) == .limit)
        #expect(start.duration(to: clock.now) < .seconds(10))
    }

    @Test func `many values are told apart within the steps that are allowed`() throws {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("resourceType", "Questionnaire")
            writer.array("item") { writer in
                for number in 0..<5_000 {
                    writer.object { writer in
                        writer.member("linkId", "\(number % 4_000)")
                        writer.member("text", "Question")
                    }
                }
            }
        }
        let on = String(decoding: writer.bytes, as: UTF8.self)
        #expect(try Evaluating.values("repeat(item).count()", on: on) == ["4000"])
        #expect(try Evaluating.values("item.linkId.distinct().count()", on: on) == ["4000"])
        #expect(try Evaluating.values("(item.linkId | item.text).count()", on: on) == ["4001"])
        #expect(try Evaluating.values("descendants().distinct().count()", on: on) == ["8001"])
    }

    @Test func `a path may be long`() throws {
        let text = "name" + String(repeating: ".where(true)", count: 4_000) + ".count()"
        #expect(try Evaluating.values(text) == ["2"])
    }

    @Test(arguments: [
        String(repeating: "iif(true, ", count: 200) + "1" + String(repeating: ")", count: 200),
        String(repeating: "1 - (", count: 80) + "1" + String(repeating: ")", count: 80),
        String(repeating: "1 | ", count: 200) + "1", String(repeating: "-", count: 200) + "1",
        String(repeating: "(0 | 1)[", count: 120) + "0" + String(repeating: "]", count: 120),
    ])
    func `an expression may be nested deep`(text: String) throws {
        #expect(try Evaluating.values(text).count == 1)
        #expect(try FHIRPathExpression(text).faults(on: "Patient", types: .r4).isEmpty)
    }

    @Test(arguments: [
        "@2012-01-01 + 999999999999 days", "@2012-01-01T10:00:00Z + 9999999999999999999.0 's'",
        "@T10:00 + 99999999999999.0 hours", "@2012 + 99999999999.0 years",
        "-99999999999999999999999999999999999999.0 - 70141183460469231731687303715884105729.0",
        "(99999999999999999999999999999999999999.0).power(2)", "10.power(1000)", "(-9).power(999)",
        "(9223372036854775807L + 1L)", "(-9223372036854775807L - 1L) div (-1)",
        "(-9223372036854775807L - 2L).abs()", "0.0000000000000000000000000000001.power(9)",
        "99999999999999999999999999999999999999.0 'kg' = 1 'fg'",
        "'abc'.substring(9223372036854775807L)",
        "1.round(9223372036854775807L)", "(1|2).take(9223372036854775807L)",
        "1.lowBoundary(99999999999L)",
        "1e5", "1000000.exp()", "1.0.highBoundary(31)",
    ])
    func `numbers at the end of their range do no harm`(text: String) {
        // Nothing, a value or an error: all are fine, a crash is not.
        _ = Evaluating.failure(text)
    }

    @Test func `the steps that an evaluation may take are a number`() throws {
        var environment = Evaluating.environment
        environment.limits.stepsMax = 20
        #expect(try Evaluating.values("id", on: Evaluating.patient, environment) == ["p1"])
        let text = "descendants().count()"
        #expect(Evaluating.failure(text, on: Evaluating.patient, environment) == .limit)
    }

    @Test func `an error says nothing of the resource`() throws {
        let error = #expect(throws: FHIRPathError.self) {
            try Evaluating.values("name.given.single()")
        }
        let text = try #require(error?.description)
        #expect(!text.contains("Ann"))
    }
}
