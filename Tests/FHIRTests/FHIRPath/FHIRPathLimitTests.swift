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

    @Test func `a path may be long`() throws {
        let text = "name" + String(repeating: ".where(true)", count: 4_000) + ".count()"
        #expect(try Evaluating.values(text) == ["2"])
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
