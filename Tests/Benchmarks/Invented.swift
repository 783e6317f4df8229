import FHIRModel
import Kernel
import TestKit

/// Invented patients and records of a size that clinics have; the same in every run.
struct Invented: Sendable {
    private var people: People
    private var random: SeededRandom
    private var count = 0

    init(seed: UInt64 = 20) {
        people = People(seed: seed)
        random = SeededRandom(seed: seed + 1)
    }

    /// The next patient: about 1.6 KB with race, affiliation, address, language and contact.
    mutating func patient() -> InventedPatient {
        count += 1
        var person = people.next()
        person.id = IDs.uuid7(ms: FixedClock.mondayMs + Int64(count), random: random.bytes(10))
        return InventedPatient(person: person, street: "\(1 + random.below(900)) Cedar Road")
    }

    /// The next `count` patients.
    mutating func patients(_ count: Int) -> [InventedPatient] { (0..<count).map { _ in patient() } }

    /// A vital sign of a patient, about 1 KB, without an id.
    mutating func observation(of patientID: String) -> [UInt8] {
        let day = 10 + random.below(18)
        let value = "\(50 + random.below(70)).\(random.below(10))0"
        return Array(
            """
            {"resourceType":"Observation","meta":{"profile":["http://hl7.org/fhir/us/core/\
            StructureDefinition/us-core-body-weight"]},"status":"final","category":[{"coding":\
            [{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":\
            "vital-signs","display":"Vital Signs"}],"text":"Vital Signs"}],"code":{"coding":\
            [{"system":"http://loinc.org","code":"29463-7","display":"Body weight"},{"system":\
            "http://snomed.info/sct","code":"27113001","display":"Body weight"}],"text":\
            "Body weight"},"subject":{"reference":"Patient/\(patientID)"},"effectiveDateTime":\
            "2026-0\(1 + random.below(9))-\(day)T09:\(day):00-07:00","issued":\
            "2026-10-\(day)T16:20:07.120Z","performer":[{"display":"Invented Nurse"}],\
            "valueQuantity":{"value":\(value),"unit":"kg","system":"http://unitsofmeasure.org",\
            "code":"kg"},"note":[{"text":"Measured with shoes off, on the scale of room 3."}]}
            """.utf8)
    }

    /// Texts as people type them at the desk: one to six letters, two words, a date, a year.
    mutating func searches(_ count: Int, of patients: [InventedPatient]) -> [String] {
        (0..<count).map { number in
            let person = random.pick(patients).person
            let family = person.family
            let given = person.given.first ?? family
            return switch number % 10 {
            case 0...5: String(family.prefix(1 + number % 10))
            case 6: "\(given.prefix(3)) \(family.prefix(3))"
            case 7: "\(family) \(given)"
            case 8: person.birthDate
            default: "\(family.prefix(2)) \(person.birthDate.prefix(4))"
            }
        }
    }
}

/// One invented patient.
struct InventedPatient: Sendable {
    let person: InventedPerson
    let street: String

    var id: String { person.id }

    /// The Patient resource on one line.
    var bytes: [UInt8] {
        let extensions = "http://hl7.org/fhir/us/core/StructureDefinition"
        let given = person.given.map { "\"\($0)\"" }.joined(separator: ",")
        return Array(
            """
            {"resourceType":"Patient","id":"\(id)","meta":{"profile":["\(extensions)/\
            us-core-patient"]},"extension":[{"url":"\(extensions)/us-core-race","extension":\
            [{"url":"ombCategory","valueCoding":{"system":"urn:oid:2.16.840.1.113883.6.238",\
            "code":"1002-5","display":"American Indian or Alaska Native"}},{"url":"text",\
            "valueString":"American Indian or Alaska Native"}]},{"url":"\(extensions)/\
            us-core-tribal-affiliation","extension":[{"url":"tribalAffiliation",\
            "valueCodeableConcept":{"text":"Invented Nation of \(person.city)"}},{"url":\
            "isEnrolled","valueBoolean":true}]}],"identifier":[{"type":{"coding":[{"system":\
            "http://terminology.hl7.org/CodeSystem/v2-0203","code":"MR"}]},"system":\
            "\(InventedPerson.mrnSystem)","value":"\(person.mrn)"}],"active":true,"name":[{"use":\
            "official","family":"\(person.family)","given":[\(given)]}],"telecom":[{"system":\
            "phone","value":"\(person.phone)","use":"mobile"}],"gender":"\(person.gender)",\
            "birthDate":"\(person.birthDate)","address":[{"use":"home","line":["\(street)"],\
            "city":"\(person.city)","state":"AZ","postalCode":"86000","country":"US"}],\
            "communication":[{"language":{"coding":[{"system":"urn:ietf:bcp:47","code":"en"}]},\
            "preferred":true}],"contact":[{"relationship":[{"text":"Sister"}],"name":{"text":\
            "Invented Contact"},"telecom":[{"system":"phone","value":"\(person.phone)"}]}]}
            """.utf8)
    }
}
