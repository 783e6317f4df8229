import FHIRModel
import Testing

@Suite("Type definitions")
struct TypeDefinitionTests {
    private let definitions = Definitions.r4

    @Test func `the table is what its generator wrote`() {
        #expect(definitions.isIntact)
    }

    @Test func `every resource of the standard is here`() {
        #expect(definitions.resourceTypes == ResourceType.all)
        let kinds = Dictionary(grouping: definitions.types, by: \.kind).mapValues(\.count)
        #expect(kinds[.resource] == 148)
        #expect(kinds[.primitive] == 20)
        #expect(kinds[.complex] == 41)
        #expect(
            definitions.types.filter(\.isAbstract).map(\.name) == [
                "BackboneElement", "DomainResource", "Element", "Resource",
            ])
    }

    @Test func `what is no type is not found`() {
        for name in ["", "Patien", "Patients", "patient", "Patient.", "Patient.name", "é"] {
            #expect(definitions.type(name) == nil, "\(name)")
            #expect(!definitions.isResource(name))
        }
        #expect(!definitions.isResource("HumanName"))
        #expect(definitions.isResource("Patient"))
        #expect(definitions.isResource("DomainResource"))
    }

    @Test func `a value of Observation has eleven types`() throws {
        let observation = try #require(definitions.type("Observation"))
        let value = try #require(observation.element(named: "value"))
        #expect(value.isChoice && value.path == "Observation.value[x]")
        #expect(value.min == 0 && value.max == 1 && !value.isList && value.isSummary)
        #expect(
            value.types.map(\.code) == [
                "Quantity", "CodeableConcept", "string", "boolean", "integer", "Range", "Ratio",
                "SampledData", "time", "dateTime", "Period",
            ])
        let quantity = try #require(observation.element(json: "valueQuantity"))
        #expect(quantity.type == "Quantity" && quantity.element.name == "value")
        #expect(observation.element(json: "valueDateTime")?.type == "dateTime")
        for name in ["value", "valueMoney", "valuequantity", "_valueString", ""] {
            #expect(observation.element(json: name) == nil, "\(name)")
        }
        #expect(observation.element(named: "valueQuantity") == nil)
    }

    @Test(arguments: [
        ("Patient", "birthDate", "date"), ("Patient", "id", "id"), ("Patient", "name", "HumanName"),
        ("Patient", "contact", "Patient.contact"), ("Patient.contact", "name", "HumanName"),
        ("Patient", "contained", "Resource"), ("Patient.contact", "id", "string"),
        ("Extension", "url", "uri"), ("Extension", "valueUuid", "uuid"),
        ("HumanName", "id", "string"),
        ("Narrative", "div", "xhtml"), ("Timing", "repeat", "Timing.repeat"),
        ("Timing.repeat", "boundsPeriod", "Period"), ("Bundle.entry", "resource", "Resource"),
        ("Bundle.entry", "link", "Bundle.link"),
        ("Questionnaire.item", "item", "Questionnaire.item"),
        ("Parameters.parameter", "part", "Parameters.parameter"),
        ("ValueSet.compose", "exclude", "ValueSet.compose.include"),
        ("Observation.component", "referenceRange", "Observation.referenceRange"),
        ("positiveInt", "value", "positiveInt"),
    ])
    func `what a member of a JSON object is`(type: String, member: String, found: String) throws {
        let definition = try #require(definitions.type(type))
        #expect(definition.element(json: member)?.type == found)
        #expect(definitions.type(found) != nil)
    }

    @Test func `an element defined by reference says to which`() throws {
        let item = try #require(definitions.type("Questionnaire.item")?.element(named: "item"))
        #expect(item.contentReference == "Questionnaire.item")
        #expect(item.max == nil && item.isList)
        #expect(definitions.type("Patient")?.element(named: "name")?.contentReference == nil)
    }

    @Test func `elements stand in the order of the specification`() throws {
        let contact = try #require(definitions.type("Patient.contact"))
        #expect(
            contact.kind == .backbone && contact.base == "BackboneElement" && contact.url == nil)
        #expect(
            contact.elements.map(\.name) == [
                "id", "extension", "modifierExtension", "relationship", "name", "telecom",
                "address",
                "gender", "organization", "period",
            ])
        let patient = try #require(definitions.type("Patient"))
        #expect(
            patient.elements.prefix(9).map(\.name) == [
                "id", "meta", "implicitRules", "language", "text", "contained", "extension",
                "modifierExtension", "identifier",
            ])
        #expect(patient.elements.map(\.path).last == "Patient.link")
    }

    @Test func `only ids, addresses of extensions and values of primitives are attributes`() {
        for type in definitions.types {
            for element in type.elements where element.isAttribute {
                let isID = element.name == "id" && type.kind != .resource
                let isURL = type.name == "Extension" && element.name == "url"
                let isValue = type.kind == .primitive && element.name == "value"
                #expect(isID || isURL || isValue, "\(element.path)")
            }
        }
        #expect(definitions.type("HumanName")?.element(named: "id")?.isAttribute == true)
        #expect(definitions.type("Patient")?.element(named: "id")?.isAttribute == false)
    }

    @Test func `a type is what it is made from`() {
        #expect(definitions.isType("code", a: "string") && definitions.isType("code", a: "Element"))
        #expect(definitions.isType("Age", a: "Quantity"))
        #expect(definitions.isType("Patient", a: "Resource"))
        #expect(definitions.isType("Patient", a: "DomainResource"))
        #expect(!definitions.isType("Bundle", a: "DomainResource"))
        #expect(!definitions.isType("string", a: "code"))
        #expect(!definitions.isType("Patient", a: "Element"))
        #expect(definitions.isType("Patient.contact", a: "BackboneElement"))
        #expect(definitions.isType("Timing.repeat", a: "Element"))
        #expect(!definitions.isType("Timing.repeat", a: "BackboneElement"))
        #expect(!definitions.isType("Nothing", a: "Nothing"))
    }

    @Test func `every type that an element may take is defined`() {
        for type in definitions.types {
            if let parent = type.base { #expect(definitions.type(parent) != nil, "\(type.name)") }
            for element in type.elements {
                #expect(!element.types.isEmpty, "\(element.path)")
                for kind in element.types {
                    #expect(definitions.type(kind.code) != nil, "\(element.path): \(kind.code)")
                }
                #expect(element.types.count == 1 || element.isChoice, "\(element.path)")
            }
        }
    }

    @Test func `bindings, rules and targets come with the element`() throws {
        let patient = try #require(definitions.type("Patient"))
        let gender = try #require(patient.element(named: "gender")?.binding)
        #expect(gender.strength == .required)
        #expect(gender.valueSet == "http://hl7.org/fhir/ValueSet/administrative-gender|4.0.1")
        #expect(patient.element(named: "birthDate")?.binding == nil)
        #expect(patient.element(named: "deceased")?.isModifier == true)
        let practitioner = try #require(patient.element(named: "generalPractitioner")?.types.first)
        #expect(
            practitioner.targetProfiles == [
                "http://hl7.org/fhir/StructureDefinition/Organization",
                "http://hl7.org/fhir/StructureDefinition/Practitioner",
                "http://hl7.org/fhir/StructureDefinition/PractitionerRole",
            ])
        let contact = try #require(patient.element(named: "contact"))
        let rule = try #require(contact.constraints.first { $0.key == "pat-1" })
        #expect(rule.severity == .error && rule.expression.contains("telecom.exists()"))
        let dom6 = try #require(patient.constraints.first { $0.key == "dom-6" })
        #expect(dom6.severity == .warning && dom6.expression == "text.`div`.exists()")
        #expect(definitions.type("id")?.regex == #"[A-Za-z0-9\-\.]{1,64}"#)
    }
}
