import FHIRModel
import FHIRSearch
import TestKit
import Testing

@Suite("Odd searches")
struct SearchFuzzTests {
    private static let seeds = [
        ("Patient", "_has:Observation:patient:code", "http://loinc.org|1234-5,x"),
        ("Observation", "subject:Patient.organization.name:exact", "a\\,b"),
        (
            "Observation", "code-value-quantity",
            "http://loinc.org|1$gt5.40|http://unitsofmeasure.org|mg"
        ),
        ("Observation", "date", "ge2020-02-29T12:30:00.5-07:00"),
        ("Observation", "value-quantity", "ap5.4e-3||mg"),
        ("Patient", "identifier:of-type", "s|MR|2345"),
        ("Patient", "_filter", "given eq \"Ann\" and not (birthdate lt 1990-01-01 or gender in x)"),
        ("Provenance", "target.patient.name", "ann"),
        ("Patient", "_sort", "-birthdate,name"),
        ("Observation", "_include:iterate", "Observation:has-member:Observation"),
        ("RiskAssessment", "probability", "ne1e999999"),
        ("ValueSet", "url:below", "http://acme.org/"),
    ]

    @Test func `any text is read or refused, quickly`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("Odd searches from seed \(seed)")
        var random = SeededRandom(seed: seed)
        let parser = Searching.parser
        let observation = try Searching.json(Searching.observation(#"{"value":5.4,"unit":"mg"}"#))
        let entries = Searching.extractor.entries(of: observation, type: "Observation")
        let clock = ContinuousClock()
        var taken = 0
        var slowest = Duration.zero
        for _ in 0..<4_000 {
            let (type, name, value) = random.pick(Self.seeds)
            let odd = (mutated(name, &random, percent: 40), mutated(value, &random, percent: 80))
            let duration = clock.measure {
                let query = try? parser.query(
                    type: random.isChance(percent: 95) ? type : nil,
                    parameters: [(name: odd.0, value: odd.1)],
                    isStrict: random.isChance(percent: 50))
                for criterion in query?.criteria ?? [] {
                    taken += 1
                    _ = Searching.holds(criterion, entries, "Observation")
                }
            }
            slowest = max(slowest, duration)
            #expect(duration < .seconds(1), "\(type)?\(odd.0)=\(odd.1)")
        }
        print("Odd searches taken: \(taken), slowest: \(slowest)")
        #expect(taken > 100)
    }

    private func mutated(_ text: String, _ random: inout SeededRandom, percent: Int) -> String {
        guard random.isChance(percent: percent) else { return text }
        let spice = Array(":.,|$\\\"()[] -+eE019_*#é\u{301}\u{0}/&=%gtnot".unicodeScalars)
        var scalars = Array(text.unicodeScalars)
        for _ in 0...random.below(5) {
            let place = random.below(scalars.count + 1)
            switch random.below(4) {
            case 0: scalars.insert(random.pick(spice), at: place)
            case 1 where place < scalars.count: scalars.remove(at: place)
            case 2 where place < scalars.count: scalars[place] = random.pick(spice)
            default:
                let part = scalars[..<place].suffix(random.below(200))
                scalars.insert(contentsOf: part, at: place)
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }

    @Test func `a criterion that goes every way stays within its limits`() {
        let clock = ContinuousClock()
        for (type, name) in [
            ("Provenance", "target.target.target.target.target._id"),
            ("Provenance", "target.patient.name"), ("List", "item.item.item.item.item.code"),
            ("Patient", "_has:Provenance:target:target.target.target._tag"),
        ] {
            let duration = clock.measure { _ = Searching.failure(name, "x", type: type) }
            print("\(type)?\(name): \(duration)")
            #expect(duration < .seconds(1))
        }
    }

    @Test func `any resource gives its values or none, quickly`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        print("Odd resources from seed \(seed)")
        var random = SeededRandom(seed: seed)
        let texts = [
            Searching.observation(#"{"value":5.4,"unit":"mg","comparator":"<"}"#),
            #"""
            {"resourceType":"Patient","name":[{"family":"Begay","given":["Ann"]}],
             "deceasedBoolean":true,"link":[{"other":{"reference":"Patient/1"}}]}
            """#,
            ##"""
            {"resourceType":"Observation","contained":[{"resourceType":"Patient","id":"p"}],
             "subject":{"reference":"#p","identifier":{"value":"1"}},
             "effectivePeriod":{"start":"2020-01-01"},
             "component":[{"code":{"text":"x"},"valueQuantity":{"value":1}}]}
            """##,
        ]
        let types = ["Patient", "Observation", "Bundle", "MolecularSequence", "Encounter"]
        let clock = ContinuousClock()
        var count = 0
        for _ in 0..<4_000 {
            let text = mutated(random.pick(texts), &random, percent: 90)
            guard let json = try? JSON.parse(Array(text.utf8), limits: .any) else { continue }
            count += 1
            let type = json.string("resourceType") ?? random.pick(types)
            let duration = clock.measure {
                _ = Searching.extractor.entries(of: json, type: type)
                _ = Searching.extractor.values(of: json, type: type, parameter: "_content")
            }
            #expect(duration < .seconds(1), "\(text)")
        }
        #expect(count > 50)
    }

    @Test func `a large resource takes time that grows with its size alone`() throws {
        let contained = (0..<20_000).map { #"{"resourceType":"Practitioner","id":"p\#($0)"}"# }
        let people = (0..<20_000).map { ##"{"individual":{"reference":"#p\##($0)"}}"## }
        let codes = (0..<20_000).map { #"{"coding":[{"system":"http://x","code":"c\#($0)"}]}"# }
        let json = try JSON.parse(
            Array(
                #"""
                {"resourceType":"Encounter","contained":[\#(contained.joined(separator: ","))],
                 "type":[\#(codes.joined(separator: ","))],
                 "participant":[\#(people.joined(separator: ","))]}
                """#.utf8))
        var entries: [IndexEntry] = []
        let duration = ContinuousClock().measure {
            entries = Searching.extractor.entries(of: json, type: "Encounter")
        }
        print("A resource of \(json.rawBytes.count) bytes: \(duration)")
        #expect(entries.count { $0.parameter == "practitioner" } == 1_000)
        #expect(duration < .seconds(5))
    }

    @Test func `a text that nearly fits everywhere is compared quickly`() {
        let text = [UInt8](repeating: 0x61, count: 1_000_000)
        let test = TextTest(String(repeating: "a", count: 1_000) + "b", .contains)
        let duration = ContinuousClock().measure { #expect(!test.accepts(folded: text)) }
        #expect(duration < .seconds(1))
        #expect(Searching.failure("name", String(repeating: "a", count: 1_025))?.code == .limit)
        let many = Array(repeating: "a", count: 51).joined(separator: ",")
        #expect(Searching.failure("name", many)?.code == .limit)
    }
}
