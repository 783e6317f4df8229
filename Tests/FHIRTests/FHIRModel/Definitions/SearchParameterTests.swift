import FHIRModel
import Testing

@Suite("Search parameters")
struct SearchParameterTests {
    private let definitions = Definitions.r4

    @Test func `every type can be searched by what all have`() {
        for type in definitions.resourceTypes {
            let codes = definitions.searchParameters(for: type).map(\.code)
            #expect(
                Set(codes).isSuperset(of: ["_id", "_lastUpdated", "_profile", "_tag"]), "\(type)")
            #expect(codes == codes.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }, "\(type)")
            #expect(Set(codes).count == codes.count, "\(type)")
            let isDomain = definitions.isType(type, a: "DomainResource")
            #expect(codes.contains("_text") == isDomain, "\(type)")
        }
        #expect(definitions.searchParameters(for: "HumanName").isEmpty)
        #expect(definitions.searchParameter("code", for: "Patient") == nil)
    }

    @Test func `every parameter belongs to types and leads to types that exist`() {
        for type in definitions.resourceTypes {
            for parameter in definitions.searchParameters(for: type) {
                let place = "\(type) \(parameter.code)"
                #expect(
                    !parameter.base.isEmpty && parameter.base.allSatisfy(definitions.isResource))
                #expect(parameter.base.contains { definitions.isType(type, a: $0) }, "\(place)")
                #expect(parameter.targets.allSatisfy(definitions.isResource), "\(place)")
                #expect(definitions.searchParameter(url: parameter.url)?.url == parameter.url)
                let isDescribed = ["_content", "_filter", "_query", "_text"].contains(
                    parameter.code)
                #expect(parameter.expression.isEmpty == isDescribed, "\(place)")
            }
        }
    }

    @Test func `an expression for several types comes for the one that was asked for`() throws {
        let code = try #require(definitions.searchParameter("code", for: "Observation"))
        #expect(code.expression == "Observation.code" && code.type == .token)
        let allergy = try #require(definitions.searchParameter("code", for: "AllergyIntolerance"))
        #expect(
            allergy.expression == "AllergyIntolerance.code | AllergyIntolerance.reaction.substance")
        let whole = try #require(
            definitions.searchParameter(url: "http://hl7.org/fhir/SearchParameter/clinical-code"))
        #expect(whole.expression.contains("Observation.code | Procedure.code"))
        #expect(whole.base.contains("Observation"))
        let medication = try #require(
            definitions.searchParameter("code", for: "MedicationStatement"))
        #expect(medication.expression == "(MedicationStatement.medication as CodeableConcept)")
        #expect(
            definitions.searchParameter("value-quantity", for: "Observation")?.expression
                == "(Observation.value as Quantity) | (Observation.value as SampledData)")
        #expect(definitions.searchParameter("_id", for: "Bundle")?.expression == "Resource.id")
    }

    @Test func `US Core takes the place of the standard and adds to it`() throws {
        let patient = try #require(definitions.searchParameter("patient", for: "Observation"))
        #expect(
            patient.url
                == "http://hl7.org/fhir/us/core/SearchParameter/us-core-observation-patient")
        #expect(
            patient.derivedFrom == "http://hl7.org/fhir/SearchParameter/clinical-patient")
        #expect(patient.targets == ["Patient"])
        let race = try #require(definitions.searchParameter("race", for: "Patient"))
        #expect(race.expression.contains("us-core-race") && race.type == .token)
        #expect(definitions.searchParameter("asserted-date", for: "Condition")?.type == .date)
        #expect(definitions.searchParameter("description", for: "Goal")?.type == .token)
        #expect(
            definitions.searchParameter("patient", for: "Flag")?.url
                == "http://hl7.org/fhir/SearchParameter/clinical-patient")
    }

    @Test func `a composite parameter names its parts`() throws {
        let composite = try #require(
            definitions.searchParameter("code-value-quantity", for: "Observation"))
        #expect(composite.type == .composite && composite.components.count == 2)
        #expect(composite.components.map(\.expression) == ["code", "value.as(Quantity)"])
        for type in definitions.resourceTypes {
            for parameter in definitions.searchParameters(for: type) {
                #expect((parameter.type == .composite) == !parameter.components.isEmpty)
                for part in parameter.components {
                    #expect(
                        definitions.searchParameter(url: part.definition) != nil,
                        "\(type) \(parameter.code): \(part.definition)")
                }
            }
        }
    }

    @Test func `a compartment says by which parameters a type is in it`() throws {
        for name in ["Patient", "Encounter", "Practitioner", "RelatedPerson", "Device"] {
            let compartment = try #require(definitions.compartment(name))
            #expect(compartment.name == name)
            for type in compartment.types {
                for code in compartment.parameters(for: type) {
                    #expect(
                        definitions.searchParameter(code, for: type) != nil,
                        "\(name): \(type) \(code)")
                }
            }
        }
        let patient = try #require(definitions.compartment("Patient"))
        #expect(patient.parameters(for: "Observation") == ["subject", "performer"])
        #expect(patient.parameters(for: "Medication").isEmpty)
        #expect(!patient.types.contains("Medication"))
        #expect(definitions.compartment("Group") == nil)
    }
}
