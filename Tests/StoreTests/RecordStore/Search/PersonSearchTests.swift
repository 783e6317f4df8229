import FHIRModel
import FHIRSearch
import Kernel
import RecordStore
import TestKit
import Testing

/// Patients are found from memory where names, identifiers or days of birth are asked for; what is
/// found must be what the records say.
@Suite("Searches for persons") struct PersonSearchTests {
    private struct Born {
        let id: String
        let birthDate: String
        let identifiers: [(system: String?, value: String)]

        var json: String {
            let listed = identifiers.map { one in
                let system = one.system.map { #""system":"\#($0)","# } ?? ""
                return "{\(system)\"value\":\"\(one.value)\"}"
            }
            return #"{"resourceType":"Patient","id":"\#(id)","birthDate":"\#(birthDate)","#
                + #""identifier":[\#(listed.joined(separator: ","))]}"#
        }
    }

    /// Few days and few values, so that many share them, and dates of every precision.
    private func born(_ count: Int, seed: UInt64) -> [Born] {
        var random = SeededRandom(seed: seed)
        return (0..<count).map { number in
            let year = 1979 + random.below(3)
            let month = random.pick(["-01", "-02", "-12"])
            let day = random.pick(["-01", "-15", "-28"])
            let birthDate = "\(year)" + random.pick(["", month, month + day, month + day])
            let identifiers = (0..<(1 + random.below(3))).map { _ in
                (random.pick([nil, "urn:a", "urn:b"]), "N\(random.below(40))")
            }
            return Born(id: "p\(number)", birthDate: birthDate, identifiers: identifiers)
        }
    }

    private func found(
        _ test: TestStore, _ parser: SearchParser, _ name: String, _ value: String
    ) async throws -> Set<String> {
        let query = try parser.query(type: "Patient", parameters: [(name, value)], isStrict: true)
        return Set(try await test.store.found("Patient", .all(query.criteria), count: 1_000))
    }

    @Test func `a day, a month or a year of birth finds those whose date lies in it`() async throws
    {
        let test = try TestStore()
        let all = born(300, seed: 5)
        for one in all { try await test.store.put(JSON.parse(Array(one.json.utf8))) }
        let parser = SearchParser(nowMs: FixedClock.mondayMs)
        var hits = 0
        for year in ["1978", "1979", "1980", "1981"] {
            for rest in ["", "-01", "-02", "-12", "-01-01", "-02-28", "-12-28", "-12-31"] {
                let asked = year + rest
                let expected = Set(all.filter { $0.birthDate.hasPrefix(asked) }.map(\.id))
                hits += expected.count
                #expect(
                    try await found(test, parser, "birthdate", asked) == expected,
                    "birthdate=\(asked)")
            }
        }
        #expect(hits > 500)
        let both = all.filter { $0.birthDate.hasPrefix("1979-01") || $0.birthDate == "1981-12-28" }
        #expect(
            try await found(test, parser, "birthdate", "1979-01,1981-12-28")
                == Set(both.map(\.id)))
    }

    @Test func `an identifier finds its carriers, with its system, without and with none`()
        async throws
    {
        let test = try TestStore()
        let all = born(300, seed: 6)
        for one in all { try await test.store.put(JSON.parse(Array(one.json.utf8))) }
        let parser = SearchParser(nowMs: FixedClock.mondayMs)
        func carriers(_ fits: ((system: String?, value: String)) -> Bool) -> Set<String> {
            Set(all.filter { $0.identifiers.contains(where: fits) }.map(\.id))
        }
        for number in stride(from: 0, to: 42, by: 3) {
            let value = "N\(number)"
            for (asked, expected) in [
                (value, carriers { $0.value == value }),
                ("|\(value)", carriers { $0.value == value && $0.system == nil }),
                ("urn:a|\(value)", carriers { $0.value == value && $0.system == "urn:a" }),
                ("urn:c|\(value)", []),
                (
                    "urn:a|\(value),N1",
                    carriers {
                        $0.value == "N1" || ($0.value == value && $0.system == "urn:a")
                    }
                ),
            ] {
                #expect(
                    try await found(test, parser, "identifier", asked) == expected,
                    "identifier=\(asked)")
            }
        }
        let gone = try #require(all.first)
        try await test.store.delete("Patient", gone.id)
        for one in gone.identifiers {
            let left = try await found(test, parser, "identifier", one.value)
            #expect(!left.contains(gone.id))
        }
    }
}
