import FHIRModel
import Testing

@Suite("Value sets and code systems")
struct TerminologyDefinitionTests {
    private let definitions = Definitions.r4
    private let set = "http://hl7.org/fhir/ValueSet/"

    @Test func `every required set is here, and all but four have all their codes`() {
        var open: Set<String> = []
        for type in definitions.types {
            for binding in type.elements.compactMap(\.binding) where binding.strength == .required {
                guard let url = binding.valueSet else { continue }
                if definitions.valueSet(url)?.isEnumerable != true { open.insert(url) }
            }
        }
        #expect(
            open.map { $0.split(separator: "|")[0] }.sorted() == [
                "http://hl7.org/fhir/ValueSet/currencies", "http://hl7.org/fhir/ValueSet/mimetypes",
                "http://hl7.org/fhir/ValueSet/ucum-units", "http://loinc.org/vs/LL379-9",
            ])
    }

    @Test func `a set knows its codes and no others`() throws {
        let gender = try #require(definitions.valueSet(set + "administrative-gender|4.0.1"))
        let system = "http://hl7.org/fhir/administrative-gender"
        #expect(gender.codes.map(\.code) == ["male", "female", "other", "unknown"])
        #expect(gender.codes.allSatisfy { $0.system == system })
        #expect(gender.isEnumerable && gender.title == "AdministrativeGender")
        #expect(gender.contains(system: nil, code: "female") == true)
        #expect(gender.contains(system: system, code: "female") == true)
        #expect(gender.contains(system: "http://loinc.org", code: "female") == false)
        #expect(gender.contains(system: nil, code: "Female") == false)
        #expect(gender.contains(system: system, code: "") == false)
        #expect(gender.display(system: system, code: "other") == "Other")
        #expect(definitions.valueSet(set + "nothing") == nil)
    }

    @Test func `a set that takes all of a system elsewhere takes any code of it`() throws {
        let units = try #require(definitions.valueSet(set + "ucum-units"))
        #expect(!units.isEnumerable)
        #expect(units.wholeSystems == ["http://unitsofmeasure.org"])
        #expect(units.contains(system: "http://unitsofmeasure.org", code: "mg/dL") == true)
        #expect(units.contains(system: "http://loinc.org", code: "mg/dL") == false)
        #expect(units.contains(system: nil, code: "mg/dL") == nil)
    }

    @Test func `a set that takes some codes of a system elsewhere does not pretend to know`() throws
    {
        let tests = try #require(
            definitions.valueSet(
                "http://hl7.org/fhir/us/core/ValueSet/us-core-laboratory-test-codes"))
        #expect(tests.contains(system: "http://loinc.org", code: "2339-0") == nil)
        #expect(tests.contains(system: "http://snomed.info/sct", code: "2339-0") == false)
        let race = try #require(
            definitions.valueSet("http://hl7.org/fhir/us/core/ValueSet/omb-race-category"))
        #expect(race.contains(system: "urn:oid:2.16.840.1.113883.6.238", code: "1002-5") == nil)
    }

    @Test func `a set of US Core has the codes of the sets it names`() throws {
        let signs = try #require(
            definitions.valueSet("http://hl7.org/fhir/us/core/ValueSet/us-core-vital-signs"))
        #expect(signs.isEnumerable)
        for code in ["59408-5", "8867-4", "85354-9"] {
            #expect(signs.contains(system: "http://loinc.org", code: code) == true, "\(code)")
        }
    }

    @Test func `a code system knows what is above and below`() throws {
        let classes = try #require(
            definitions.codeSystem("http://terminology.hl7.org/CodeSystem/v3-ActCode"))
        #expect(classes.content == .complete && classes.isCaseSensitive)
        #expect(classes.isHierarchyOfKinds)
        #expect(classes.subsumes("_ActEncounterCode", "AMB") == true)
        #expect(classes.subsumes("AMB", "AMB") == true)
        #expect(classes.subsumes("AMB", "_ActEncounterCode") == false)
        #expect(classes.subsumes("AMB", "nothing") == nil)
        #expect(classes.concept("AMB")?.parents == ["_ActEncounterCode"])
        #expect(classes.concept("_ActEncounterCode")?.isAbstract == true)
        #expect(classes.concept("AMB")?.isAbstract == false)
        #expect(classes.concept("AMB")?.display == "ambulatory")
        let below = classes.descendants(of: "_ActEncounterCode").map(\.code)
        #expect(below.contains("EMER") && below.contains("ACUTE") && !below.contains("_ActCode"))
        #expect(classes.ancestors(of: "ACUTE").map(\.code).contains("IMP"))
        #expect(classes.descendants(of: "nothing").isEmpty)
    }

    @Test func `a concept may stand below several others`() {
        var count = 0
        for url in definitions.codeSystemURLs {
            guard let system = definitions.codeSystem(url) else { continue }
            for concept in system.concepts where concept.parents.count > 1 {
                count += 1
                for parent in concept.parents {
                    #expect(system.subsumes(parent, concept.code) == true)
                }
            }
        }
        #expect(count > 100)
    }

    @Test func `an address with a version in it is found as it stands`() throws {
        let table = "http://terminology.hl7.org/CodeSystem/v2-0360|2.7"
        #expect(definitions.codeSystem(table)?.url == table)
        let plain = "http://hl7.org/fhir/observation-status"
        #expect(definitions.codeSystem(plain + "|4.0.1")?.url == plain)
        #expect(definitions.codeSystem(plain)?.concepts.map(\.code).contains("final") == true)
        #expect(definitions.codeSystem(plain)?.concept("final")?.parents == [])
    }

    @Test func `every code of a set from a complete system is a code of that system`() {
        for url in definitions.valueSetURLs.filter({ $0.hasPrefix(set) }) {
            for group in Dictionary(
                grouping: definitions.valueSet(url)?.codes ?? [], by: \.system)
            {
                guard let system = definitions.codeSystem(group.key), system.content == .complete
                else { continue }
                let known = Set(system.concepts.map(\.code))
                let strange = group.value.filter { !known.contains($0.code) }.map(\.code)
                #expect(strange.isEmpty, "\(url) \(group.key)")
            }
        }
    }
}
