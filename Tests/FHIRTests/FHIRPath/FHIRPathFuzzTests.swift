import FHIRModel
import FHIRPath
import TestKit
import Testing

@Suite("FHIRPath under noise")
struct FHIRPathFuzzTests {
    private static let seed: UInt64 = 20_261_121
    private static let samples = [
        "Patient.name.where(use = 'official').given.first() & ' ' & name[0].family",
        "birthDate <= today() and (deceased as dateTime) > @2012-03-04T05:06:07.089+05:30",
        "(1 | 2.5 | 'x').select($this.toString()).join(',').replaceMatches('(?<a>[0-9]+)', '${a}')",
        "descendants().where($this is string).count() > 3 implies %resource.id.exists()",
        "telecom.all(system.exists()) or name.repeat(children()).distinct().empty()",
        "4 days + 3 'wk' = 25 'd' xor 1.587.lowBoundary(6) ~ 1.5865",
        "iif(active, name.aggregate($total + given.count(), 0), {}) in (1 | 2 | 3)",
        "name.sort(-family, given.first()).given.skip(1).take(2).combine('a'.toChars())",
        "`id`.encode('base64').decode('base64').substring(0, 1).upper().matches('^[A-Z]$')",
        "defineVariable('v', name).select(%v.family.trace('t', length())).type().name",
    ]
    private static let spice = [
        "(", ")", "[", "]", "{", "}", ".", ",", "'", "`", "@", "$this", "%", "-", "+", "*", "/",
        "|", "&", "=", "~", "!=", "<", ">=", " and ", " is ", " as ", "0", "9999999999", "1.5",
        "@T10", "'\\u00e9'", "\u{1F600}", "\0", "//", "/*", "descendants()", "repeat($this)",
        "name", "toQuantity()", "99999999999999999999999999999.9", "select(", "where(", "matches(",
    ]

    @Test func `ten thousand damaged expressions end in time and do no harm`() throws {
        var random = TestKit.SeededRandom(seed: Self.seed)
        print("FHIRPath noise: seed \(Self.seed).")
        let resource = try JSON.parse(Array(Evaluating.patient.utf8))
        var environment = Evaluating.environment
        environment.limits.stepsMax = 100_000
        var readable = 0
        var slowest = Duration.zero
        let clock = ContinuousClock()
        for _ in 0..<10_000 {
            let text = Self.damaged(random.pick(Self.samples), &random)
            let duration = clock.measure {
                // What is wrong with noise does not matter here, only that it ends.
                guard let expression = try? FHIRPathExpression(text) else { return }
                readable += 1
                _ = expression.faults(on: "Patient", types: .r4, checksOrder: true)
                _ = try? expression.evaluate(on: resource, in: environment)
            }
            slowest = max(slowest, duration)
            #expect(duration < .seconds(1), "\(text)")
        }
        print("FHIRPath noise: \(readable) of 10000 were expressions, slowest \(slowest).")
        #expect(readable > 500)
    }

    @Test func `ten thousand expressions without sense end in time`() throws {
        var source = RandomExpression(seed: Self.seed)
        let resource = try JSON.parse(Array(Evaluating.patient.utf8))
        var environment = Evaluating.environment
        environment.limits.stepsMax = 50_000
        environment.variables = ["big": [.string(String(repeating: "ab1 ", count: 10_000))]]
        var valued = 0
        var readable = 0
        for _ in 0..<10_000 {
            let text = source.next()
            environment.types = readable.isMultiple(of: 2) ? .r4 : .bare
            let duration = ContinuousClock().measure {
                // Errors are as good as values here; only a crash or a long wait is not.
                guard let expression = try? FHIRPathExpression(text) else { return }
                readable += 1
                _ = expression.faults(on: "Patient", types: .r4)
                guard let values = try? expression.evaluate(on: resource, in: environment) else {
                    return
                }
                if !values.isEmpty { valued += 1 }
            }
            #expect(duration < .seconds(1), "\(text)")
        }
        print("FHIRPath without sense: \(readable) of 10000 read, \(valued) had values.")
        #expect(readable > 8_000)
        #expect(valued > 1_000)
    }

    @Test func `brackets, spaces and comments change nothing`() throws {
        var source = RandomExpression(seed: Self.seed + 1)
        let resource = try JSON.parse(Array(Evaluating.patient.utf8))
        var environment = Evaluating.environment
        environment.limits.stepsMax = 20_000
        environment.variables = ["big": [.string("ab1 ab1 ab1")]]
        func shown(_ text: String) -> [String]? {
            // Both forms have to fail alike, whatever the error is.
            guard let expression = try? FHIRPathExpression(text),
                let values = try? expression.evaluate(on: resource, in: environment)
            else { return nil }
            return values.map { value in
                guard case .node(let node) = value else { return value.text ?? "type" }
                return node.json.map { String(decoding: $0.rawBytes, as: UTF8.self) } ?? ""
            }
        }
        for _ in 0..<2_000 {
            let text = source.next(depth: 3)
            let plain = shown(text)
            #expect(shown("((\(text)))") == plain, "\(text)")
            #expect(shown(" /* a */ \(text) // b") == plain, "\(text)")
            let spaced = text.replacing(".", with: " . ").replacing(",", with: "\n,\t")
            // Numbers with a fraction and points inside of quotes are other texts then.
            if !text.contains(where: { $0 == "'" || $0 == "@" || $0.isNumber }) {
                #expect(shown(spaced) == plain, "\(text)")
            }
        }
    }

    @Test func `random bytes never crash the reader`() {
        var random = TestKit.SeededRandom(seed: Self.seed)
        for _ in 0..<20_000 {
            let bytes = random.bytes(random.below(40))
            // Most are refused; none may end the program.
            _ = try? FHIRPathExpression(String(decoding: bytes, as: UTF8.self))
        }
    }

    @Test func `random patterns end in time`() throws {
        var random = TestKit.SeededRandom(seed: Self.seed)
        let parts = [
            "a", "b", ".", "\\d", "[a-c]", "[^a]", "(", ")", "|", "*", "+", "?", "{2,5}", "^", "$",
            "\\b", "(?:", "(?i)", "\\p{L}", "*?", "{3}",
        ]
        var environment = Evaluating.environment
        environment.limits.stepsMax = 500_000
        let text = PathValue.string(String(repeating: "aab1c ", count: 50))
        let resource = try JSON.parse(Array(Evaluating.patient.utf8))
        let expression = try FHIRPathExpression("%t.replaceMatches(%p, '$1x')")
        var matched = 0
        for _ in 0..<3_000 {
            let pattern = (0...random.below(8)).map { _ in random.pick(parts) }.joined()
            environment.variables = ["t": [text], "p": [.string(pattern)]]
            let duration = ContinuousClock().measure {
                // A pattern that is refused is as good as one that ends.
                if (try? expression.evaluate(on: resource, in: environment)) != nil { matched += 1 }
            }
            #expect(duration < .seconds(2), "\(pattern)")
        }
        #expect(matched > 300)
    }

    /// A sample with some of its words replaced, dropped or doubled, or with noise in it.
    private static func damaged(_ text: String, _ random: inout TestKit.SeededRandom) -> String {
        var words = words(of: text)
        for _ in 0...random.below(3) {
            let place = random.below(words.count)
            switch random.below(10) {
            case 0: words.insert(random.pick(spice), at: place)
            case 1: words.remove(at: place)
            case 2: words.insert(words[random.below(words.count)], at: place)
            case 3:
                let characters = words[place].unicodeScalars.map { String($0) }.shuffled(
                    using: &random)
                words[place] = characters.joined()
            default: words[place] = random.pick(Self.words(of: random.pick(samples)))
            }
            if words.isEmpty { words = ["1"] }
        }
        return words.joined()
    }

    /// The words and signs of a text.
    private static func words(of text: String) -> [String] {
        var words: [String] = []
        var isName = false
        for character in text {
            let isPart = character.isLetter || character.isNumber
            if isPart, isName {
                words[words.count - 1].append(character)
            } else {
                words.append(String(character))
            }
            isName = isPart
        }
        return words
    }
}
