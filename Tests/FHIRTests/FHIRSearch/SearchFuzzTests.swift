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
}
