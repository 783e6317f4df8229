import FHIRModel
import Testing

@Suite("Profiles")
struct ProfileDefinitionTests {
    private let definitions = Definitions.r4
    private let core = "http://hl7.org/fhir/us/core/StructureDefinition/"

    @Test func `every type that is no part of another has its definition`() throws {
        for type in definitions.types {
            guard let url = type.url else { continue }
            let profile = try #require(definitions.profile(url), "\(type.name)")
            #expect(!profile.isConstraint && profile.type == type.name)
            #expect(profile.kind == type.kind && profile.isAbstract == type.isAbstract)
            let elements = profile.elements
            #expect(elements.first?.path == type.name && elements.first?.id == type.name)
            #expect(elements.count > type.elements.count)
        }
        #expect(definitions.profile("http://hl7.org/fhir/StructureDefinition/Nothing") == nil)
    }

    @Test func `the definition of a type lists the elements inside of elements`() throws {
        let questionnaire = try #require(
            definitions.profile("http://hl7.org/fhir/StructureDefinition/Questionnaire"))
        let paths = questionnaire.elements.map(\.path)
        #expect(paths.contains("Questionnaire.item.answerOption.value[x]"))
        #expect(paths.filter { $0 == "Questionnaire.item.item" }.count == 1)
        #expect(!paths.contains { $0.hasPrefix("Questionnaire.item.item.") })
    }

    @Test func `a profile of US Core keeps what it asks for`() throws {
        let patient = try #require(definitions.profile(core + "us-core-patient|6.1.0"))
        #expect(patient.type == "Patient" && patient.isConstraint && patient.version == "6.1.0")
        #expect(patient.title == "US Core Patient Profile")
        #expect(patient.base == "http://hl7.org/fhir/StructureDefinition/Patient")
        let name = try #require(patient.element(id: "Patient.name"))
        #expect(name.min == 1 && name.max == nil && name.isMustSupport)
        #expect(name.constraints.contains { $0.key == "us-core-6" })
        let race = try #require(patient.element(id: "Patient.extension:race"))
        #expect(race.path == "Patient.extension" && race.sliceName == "race" && race.max == 1)
        #expect(race.types.first?.profiles == [core + "us-core-race"])
        let slicing = try #require(patient.element(id: "Patient.extension")?.slicing)
        #expect(slicing.rules == .open && !slicing.isOrdered)
        #expect(slicing.discriminators.map(\.path) == ["url"])
        #expect(slicing.discriminators.map(\.kind) == [.value])
        #expect(patient.element(id: "Patient.nothing") == nil)
    }

    @Test func `fixed values and patterns come as JSON`() throws {
        let pressure = try #require(definitions.profile(core + "us-core-blood-pressure"))
        let code = try #require(pressure.element(id: "Observation.code")?.pattern)
        #expect(code.type == "CodeableConcept")
        let json = try JSON.parse(code.json)
        #expect(json.at("coding", 0, "code")?.string == "85354-9")
        let systolic = try #require(pressure.element(id: "Observation.component:systolic"))
        #expect(systolic.min == 1 && systolic.max == 1 && systolic.fixed == nil)
        let race = try #require(definitions.profile(core + "us-core-race"))
        let url = try #require(race.element(id: "Extension.url")?.fixed)
        #expect(url.type == "uri")
        #expect(String(decoding: url.json, as: UTF8.self) == #""\#(core)us-core-race""#)
        #expect(race.contexts.map(\.expression).contains("Patient"))
        #expect(race.contexts.allSatisfy { $0.kind == .element })
    }

    @Test func `a fixed number keeps its written form`() throws {
        let profile = try #require(
            definitions.profile("http://hl7.org/fhir/StructureDefinition/ldlcholesterol"))
        let limits = profile.elements.compactMap(\.fixed).filter { $0.type == "Quantity" }
        #expect(limits.contains { String(decoding: $0.json, as: UTF8.self).contains("3.0") })
    }

    @Test func `the profiles on a type are found by it`() {
        let names = definitions.profiles(for: "Patient").map(\.url)
        #expect(names.contains(core + "us-core-patient") && !names.contains { $0.contains("race") })
        #expect(definitions.profiles(for: "Observation").count > 20)
        #expect(definitions.profiles(for: "Extension").isEmpty)
        #expect(definitions.profiles(for: "Slot").isEmpty)
    }

    @Test func `every profile is made from one that is here, and of types that are here`() {
        for url in definitions.profileURLs {
            guard let profile = definitions.profile(url) else {
                Issue.record("\(url) is listed and not found")
                continue
            }
            #expect(definitions.type(profile.type) != nil, "\(url)")
            // One of US Core is made from a profile of the package for structured data capture.
            if let parent = profile.base, !parent.contains("/uv/sdc/") {
                #expect(definitions.profile(parent) != nil, "\(url)")
            }
            let elements = profile.elements
            #expect(Set(elements.map(\.id)).count == elements.count, "\(url)")
            for element in elements.dropFirst() {
                #expect(element.path.hasPrefix(profile.type + "."), "\(url) \(element.id)")
                for kind in element.types {
                    #expect(definitions.type(kind.code) != nil, "\(url) \(element.id)")
                }
            }
        }
    }

    @Test func `operations say where they are called and what they take`() throws {
        let expand = try #require(definitions.operations("expand", for: "ValueSet").first)
        #expect(expand.isOnType && expand.isOnInstance && !expand.isOnSystem)
        let url = try #require(expand.parameters.first { $0.name == "url" })
        #expect(url.type == "uri" && url.min == 0 && url.max == 1 && !url.isOutput)
        #expect(expand.parameters.contains { $0.isOutput && $0.name == "return" })
        let match = try #require(definitions.operations("match", for: "Patient").first)
        #expect(match.parameters.first?.type == "Resource")
        #expect(!definitions.operations("validate", for: "Flag").isEmpty)
        let lookup = try #require(definitions.operations("lookup", for: "CodeSystem").first)
        let property = try #require(
            lookup.parameters.first { $0.name == "property" && $0.isOutput })
        #expect(property.type == nil && property.parts.map(\.name).contains("subproperty"))
        let docref = "http://hl7.org/fhir/us/core/OperationDefinition/docref"
        #expect(definitions.operation(docref)?.resources == ["DocumentReference"])
        #expect(definitions.operation("nothing") == nil)
        #expect(definitions.operations("expand", for: "Patient").isEmpty)
    }
}
