import FHIRSearch
import Testing

@Suite("Search by several values of one element")
struct CompositeSearchTests {
    private let panel = #"""
        {"resourceType":"Observation",
         "code":{"coding":[{"system":"http://loinc.org","code":"85354-9"}]},
         "component":[
          {"code":{"coding":[{"system":"http://loinc.org","code":"8480-6"}]},
           "valueQuantity":{"value":142,"system":"http://unitsofmeasure.org","code":"mm[Hg]"}},
          {"code":{"coding":[{"system":"http://loinc.org","code":"8462-4"}]},
           "valueQuantity":{"value":88,"system":"http://unitsofmeasure.org","code":"mm[Hg]"}}]}
        """#

    @Test func `the values must stand in the same element`() throws {
        let name = "component-code-value-quantity"
        #expect(try Searching.finds(name, "http://loinc.org|8480-6$gt140", in: panel))
        #expect(try Searching.finds(name, "8462-4$lt90||mm[Hg]", in: panel))
        #expect(try !Searching.finds(name, "8462-4$gt140", in: panel))
        #expect(try Searching.finds("combo-code-value-quantity", "8480-6$142", in: panel))
        #expect(try !Searching.finds("code-value-quantity", "8480-6$142", in: panel))
        #expect(try Searching.finds("\(name):missing", "false", in: panel))
    }

    @Test func `an element with a single value is found the same way`() throws {
        let weight = Searching.observation(#"{"value":84.5,"unit":"kg"}"#)
        #expect(
            try Searching.finds("code-value-quantity", "http://loinc.org|29463-7$84.5", in: weight))
        #expect(try Searching.finds("combo-code-value-quantity", "29463-7$gt80", in: weight))
        #expect(try !Searching.finds("code-value-quantity", "29463-7$gt90", in: weight))
    }

    @Test func `a relation of documents is found though its definition is the wrong way round`()
        throws
    {
        let document = #"""
            {"resourceType":"DocumentReference","relatesTo":[
              {"code":"replaces","target":{"reference":"DocumentReference/1"}}]}
            """#
        #expect(try Searching.finds("relationship", "replaces$DocumentReference/1", in: document))
        #expect(try !Searching.finds("relationship", "appends$DocumentReference/1", in: document))
    }

    @Test func `parts of a gene variant may lie in different elements`() throws {
        let sequence = #"""
            {"resourceType":"MolecularSequence","referenceSeq":{"chromosome":{"coding":[{"code":"1"}]}},
             "variant":[{"start":22125503,"end":22125510}]}
            """#
        #expect(
            try Searching.finds(
                "chromosome-variant-coordinate", "1$lt22125600$gt22125500", in: sequence))
        #expect(
            try !Searching.finds(
                "chromosome-variant-coordinate", "2$lt22125600$gt22125500", in: sequence))
    }

    @Test func `too few or empty parts are an error`() {
        for value in ["8480-6", "8480-6$", "$142", "8480-6$142$3"] {
            let failure = Searching.failure(
                "code-value-quantity", value, type: "Observation", isStrict: false)
            #expect(failure?.code == .value, "\(value)")
        }
    }
}
