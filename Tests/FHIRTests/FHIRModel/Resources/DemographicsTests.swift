import FHIRModel
import Foundation
import TestKit
import Testing

@Suite("Demographics")
struct DemographicsTests {
    private static let patient = """
        {"resourceType":"Patient","id":"p1","active":false,
         "extension":[
          {"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-race","extension":[
            {"url":"ombCategory","valueCoding":{"code":"1002-5","display":"American Indian or Alaska Native"}},
            {"url":"text","valueString":"American Indian"}]},
          {"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-ethnicity","extension":[
            {"url":"ombCategory","valueCoding":{"code":"2186-5","display":"Not Hispanic or Latino"}}]},
          {"url":"http://hl7.org/fhir/us/core/StructureDefinition/us-core-tribal-affiliation","extension":[
            {"url":"tribalAffiliation","valueCodeableConcept":{"coding":[{"code":"170","display":"Navajo Nation"}]}},
            {"url":"isEnrolled","valueBoolean":true}]}],
         "identifier":[{"system":"urn:ssn","value":"000"},
          {"type":{"coding":[{"code":"MR"}]},"system":"urn:mrn","value":"4711"},{"system":"x"}],
         "name":[{"use":"official","family":"Begay","given":["Ann","Mae"],"prefix":["Ms."]},
          {"use":"usual","family":"Yázhí","given":["Annie"],"period":{"end":"2001"}},
          {"use":"old","text":"Ann Old"}],
         "telecom":[{"system":"phone","value":"555-0100","use":"home"},{"system":"phone","value":"1","use":"old"},
          {"system":"email","value":"a@example.org"}],
         "gender":"female","birthDate":"1970-05","deceasedDateTime":"2020-01-01",
         "address":[{"use":"home","line":["Box 1","Rt 2"],"city":"Chinle","district":"Apache","state":"AZ",
          "postalCode":"86503","country":"US","text":"t","period":{"end":"2019"}}],
         "communication":[{"language":{"coding":[{"code":"en"}]}},
          {"language":{"coding":[{"code":"nv"}]},"preferred":true},{"language":{"text":"ASL"}}],
         "link":[{"type":"seealso","other":{"reference":"Patient/9"}},
          {"type":"replaced-by","other":{"reference":"Patient/2"}}]}
        """

    @Test func `a patient's elements are all found`() throws {
        let found = Demographics.extract(patient: try json(Self.patient))
        #expect(found.id == "p1")
        #expect(!found.isActive)
        #expect(found.names.count == 3)
        #expect(found.officialName?.display == "Begay, Ann Mae")
        #expect(found.names[2].display == "Ann Old")
        #expect(found.mrn == "4711")
        #expect(found.identifiers.count == 2)
        #expect(found.phones == ["555-0100"])
        #expect(found.emails == ["a@example.org"])
        #expect(found.birthDate == "1970-05")
        #expect(found.deceased == .at("2020-01-01"))
        #expect(found.addresses.first?.lines == ["Box 1", "Rt 2"])
        #expect(found.addresses.first?.postalCode == "86503")
        #expect(
            found.tribalAffiliations == [
                .init(code: "170", display: "Navajo Nation", isEnrolled: true)
            ])
        #expect(found.race == "American Indian")
        #expect(found.ethnicity == "Not Hispanic or Latino")
        #expect(found.languages == ["nv", "en", "ASL"])
        #expect(found.mergedInto == "Patient/2")
    }

    @Test func `the usual name is preferred, then the official, then the first`() throws {
        func chosen(_ names: String) throws -> String? {
            Demographics.extract(patient: try json("{\"name\":[\(names)]}")).officialName?.family
        }
        #expect(
            try chosen(
                #"{"family":"A"},{"use":"official","family":"B"},{"use":"usual","family":"C"}"#)
                == "C")
        #expect(try chosen(#"{"family":"A"},{"use":"official","family":"B"}"#) == "B")
        #expect(try chosen(#"{"use":"old","family":"A"},{"use":"maiden","family":"B"}"#) == "B")
        #expect(try chosen(#"{"use":"old","family":"A"}"#) == "A")
        #expect(try chosen("1") == nil)
    }

    @Test func `the stored form reads back the same`() throws {
        for source in [Self.patient, "{}", #"{"deceasedBoolean":true,"name":[{"family":""}]}"#] {
            let found = Demographics.extract(patient: try json(source))
            let bytes = found.encode()
            #expect(try Demographics(decoding: bytes) == found)
            for length in 0..<bytes.count {
                #expect(throws: DemographicsError.self) {
                    try Demographics(decoding: Array(bytes[..<length]))
                }
            }
            #expect(throws: DemographicsError.self) { try Demographics(decoding: bytes + [0]) }
        }
    }

    @Test func `damaged bytes never crash`() throws {
        var random = SeededRandom(seed: 7)
        let bytes = Demographics.extract(patient: try json(Self.patient)).encode()
        for _ in 0..<5_000 {
            var damaged = bytes
            for _ in 0...random.next() % 3 {
                damaged[Int(random.next() % UInt64(bytes.count))] = UInt8(
                    truncatingIfNeeded: random.next())
            }
            // Either answer is right for damaged bytes; here only crashes count.
            _ = try? Demographics(decoding: damaged)
        }
    }

    @Test func `bytes of another version are refused`() {
        let error = #expect(throws: DemographicsError.self) { try Demographics(decoding: [9, 0]) }
        #expect(error?.code == .version)
    }
}
