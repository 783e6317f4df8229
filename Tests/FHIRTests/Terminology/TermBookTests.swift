import FHIRModel
import Kernel
import Terminology
import TestKit
import Testing

@Suite("Value sets and code systems")
struct TermBookTests {
    private let book = TermBook.builtIn
    private static let icd = "http://hl7.org/fhir/sid/icd-10-cm"
    private static let loinc = "http://loinc.org"

    private func json(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }

    private func set(_ compose: String) throws -> TermSet {
        .resource(try json(#"{"resourceType":"ValueSet","url":"urn:t","compose":\#(compose)}"#))
    }

    private func codes(_ set: TermSet, _ request: ExpansionRequest = ExpansionRequest()) throws
        -> [String]
    {
        try book.expand(set, request).entries.map(\.concept.code)
    }

    @Test func `every value set of the definitions answers, and none says no where it cannot tell`()
        throws
    {
        var answered = 0
        var open: [String] = []
        for url in Definitions.r4.valueSetURLs {
            let set = try #require(book.valueSet(url))
            var request = ExpansionRequest()
            request.countMax = 50
            let expansion = try book.expand(set, request)
            answered += 1
            if !expansion.gaps.isEmpty { open.append(url) }
            for entry in expansion.entries.prefix(3) {
                #expect(
                    try book.contains(set, system: entry.system, code: entry.concept.code) != false,
                    "\(url) \(entry.concept.code)")
            }
            let isTold = try book.contains(set, system: "urn:nowhere", code: "x")
            #expect(isTold != true, "\(url)")
        }
        print("value sets: \(answered) answer, \(open.count) of them hold not all of their codes")
        #expect(answered > 1_000)
        #expect(open.count < answered / 4)
    }

    @Test func `every required binding of the standard can be checked`() throws {
        var urls: Set<String> = []
        for type in Definitions.r4.types {
            for element in type.elements {
                if let binding = element.binding, binding.strength == .required,
                    let url = binding.valueSet
                {
                    urls.insert(TermBookTests.plain(url))
                }
            }
        }
        #expect(urls.count > 150)
        for url in urls.sorted() {
            // The answer lists of LOINC come with its release, which only the clinic may load.
            #expect(book.valueSet(url) != nil || url.contains("loinc.org/vs/LL"), "\(url)")
            let isOpen = url.contains("loinc.org/vs/LL")
            #expect(book.knows(url) || isOpen, "\(url)")
        }
    }

    private static func plain(_ url: String) -> String {
        url.firstIndex(of: "|").map { String(url[..<$0]) } ?? url
    }

    @Test func `a set takes whole systems, subtrees, lists and other sets, and leaves some out`()
        throws
    {
        let tree = try set(
            #"""
            {"include":[{"system":"http://hl7.org/fhir/sid/icd-10-cm",
             "filter":[{"property":"concept","op":"is-a","value":"E11.6"}]}],
             "exclude":[{"system":"http://hl7.org/fhir/sid/icd-10-cm",
             "concept":[{"code":"E11.65"}]}]}
            """#)
        let found = try codes(tree)
        #expect(found.first == "E11.6")
        #expect(found.contains("E11.649") && !found.contains("E11.65"))
        #expect(try book.contains(tree, system: Self.icd, code: "E11.69") == true)
        #expect(try book.contains(tree, system: Self.icd, code: "E11.65") == false)
        #expect(try book.contains(tree, system: Self.icd, code: "I10") == false)
        #expect(try book.contains(tree, system: Self.loinc, code: "I10") == false)
        let both = try set(
            #"""
            {"include":[{"system":"http://hl7.org/fhir/administrative-gender",
             "valueSet":["http://hl7.org/fhir/ValueSet/administrative-gender"]},
             {"valueSet":["http://hl7.org/fhir/ValueSet/administrative-gender"]}]}
            """#)
        #expect(try codes(both) == ["male", "female", "other", "unknown"])
    }

    @Test func `pages follow each other without a gap, and too much at once is refused`() throws {
        let whole = try set(#"{"include":[{"system":"http://hl7.org/fhir/sid/icd-10-cm"}]}"#)
        var request = ExpansionRequest()
        #expect(throws: Problem(.tooCostly, "")) { try codes(whole, request) }
        request.countMax = 3
        let first = try book.expand(whole, request)
        #expect(first.total == 98_466)
        request.offset = 3
        let second = try codes(whole, request)
        request.offset = 0
        request.countMax = 6
        #expect(try codes(whole, request) == first.entries.map(\.concept.code) + second)
        request.text = "sugar diabetes"
        #expect(try codes(whole, request).first == "E11.9")
        request.activeOnly = true
        request.text = nil
        #expect(try codes(whole, request).count == 6)
    }

    @Test func `what licences do not let us hold is said, and is never called wrong`() throws {
        #expect(throws: Problem(.incomplete, "")) {
            try book.validate(system: Self.loinc, "99999-9", display: nil)
        }
        #expect(try book.validate(system: Self.loinc, "4548-4", display: nil).isValid)
        #expect(throws: Problem(.incomplete, "")) {
            try book.lookup(system: "http://www.ama-assn.org/go/cpt", "99213")
        }
        #expect(book.advice(Self.loinc).contains("terms load"))
        #expect(try !book.validate(system: Self.icd, "Z99.99999", display: nil).isValid)
        let filtered = try set(
            #"""
            {"include":[{"system":"http://loinc.org",
             "filter":[{"property":"CLASS","op":"=","value":"CHEM"}]}]}
            """#)
        #expect(try book.contains(filtered, system: Self.loinc, code: "4548-4") == nil)
        #expect(try !book.expand(filtered, ExpansionRequest()).gaps.isEmpty)
        #expect(throws: Problem(.incomplete, "")) {
            try book.validate(in: filtered, system: Self.loinc, "4548-4", display: nil)
        }
    }

    @Test func `a name that is not that of the code is told`() throws {
        let wrong = try book.validate(system: Self.icd, "I10", display: "Cholera")
        #expect(!wrong.isValid && wrong.display == "Essential (primary) hypertension")
        #expect(try book.validate(system: Self.icd, "I10", display: "high BP").isValid)
    }

    @Test func `sets that take in themselves come to an end`() throws {
        var resources = TermResources()
        for (one, other) in [("a", "b"), ("b", "a")] {
            resources.take(
                try json(
                    #"""
                    {"resourceType":"ValueSet","url":"urn:\#(one)",
                     "compose":{"include":[{"valueSet":["urn:\#(other)"]}]}}
                    """#))
        }
        let book = TermBook.builtIn.with(releases: [], resources: resources)
        let set = try #require(book.valueSet("urn:a"))
        #expect(throws: Problem(.tooCostly, "")) {
            try book.contains(set, system: "urn:x", code: "y")
        }
        #expect(throws: Problem(.tooCostly, "")) { try book.expand(set, ExpansionRequest()) }
    }

    @Test func `a code system and a map of the clinic are used`() throws {
        var resources = TermResources()
        resources.take(
            try json(
                #"""
                {"resourceType":"CodeSystem","url":"urn:clinic","content":"complete","concept":[
                 {"code":"heal","display":"Traditional healing","concept":[
                  {"code":"sweat","display":"Sweat lodge","designation":[{"value":"Inipi"}]}]},
                 {"code":"old","display":"Old","property":[{"code":"status","valueCode":"retired"}]}]}
                """#))
        let map = try json(
            #"""
            {"resourceType":"ConceptMap","url":"urn:map","group":[{"source":"urn:clinic",
             "target":"http://hl7.org/fhir/sid/icd-10-cm","element":[{"code":"sweat","target":[
             {"code":"Z71.89","equivalence":"wider"}]}],"unmapped":{"mode":"fixed","code":"Z71.9"}}]}
            """#)
        let book = TermBook.builtIn.with(releases: [], resources: resources)
        #expect(try book.subsumes(system: "urn:clinic", "heal", "sweat") == true)
        #expect(try book.validate(system: "urn:clinic", "sweat", display: "inipi").isValid)
        #expect(try !book.validate(system: "urn:clinic", "nap", display: nil).isValid)
        #expect(try book.lookup(system: "urn:clinic", "old").concept.isInactive)
        var question = ConceptMapping.Question(system: "urn:clinic", code: "sweat")
        #expect(ConceptMapping(question, [map]).matches.map(\.code) == ["Z71.89"])
        question = ConceptMapping.Question(system: Self.icd, code: "Z71.89")
        question.isReverse = true
        let back = ConceptMapping(question, [map]).matches
        #expect(back.map(\.code) == ["sweat"] && back.first?.equivalence == "narrower")
        question = ConceptMapping.Question(system: "urn:clinic", code: "other")
        #expect(ConceptMapping(question, [map]).matches.map(\.code) == ["Z71.9"])
    }

    @Test func `implicit sets of SNOMED CT and LOINC are known by their address`() throws {
        let all = try #require(book.valueSet("http://snomed.info/sct?fhir_vs"))
        #expect(try book.contains(all, system: "http://snomed.info/sct", code: "38341003") == true)
        let below = try #require(book.valueSet("http://snomed.info/sct?fhir_vs=isa/73211009"))
        #expect(try book.contains(below, system: "http://snomed.info/sct", code: "44054006") == nil)
        #expect(book.valueSet("http://loinc.org/vs") != nil)
        #expect(book.valueSet("urn:nothing?fhir_vs") == nil)
    }
}
