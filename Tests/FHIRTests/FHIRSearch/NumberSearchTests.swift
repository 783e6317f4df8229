import FHIRModel
import FHIRSearch
import Testing

@Suite("Search by number and quantity")
struct NumberSearchTests {
    private func risk(_ probability: String) -> String {
        #"{"resourceType":"RiskAssessment","prediction":[{"probabilityDecimal":\#(probability)}]}"#
    }

    private func finds(_ value: String, _ probability: String) throws -> Bool {
        try Searching.finds("probability", value, in: risk(probability))
    }

    @Test func `the written places of the search count, those of the resource do not`() throws {
        #expect(try finds("100", "99.5") && finds("100", "100.4999") && finds("100", "100.00"))
        #expect(try !finds("100", "100.5") && !finds("100", "99.4999"))
        #expect(try finds("100.00", "99.995") && !finds("100.00", "100.005"))
        #expect(try finds("1e2", "95") && finds("1e2", "149.9") && !finds("1e2", "150"))
        #expect(try finds("0", "0.4") && finds("0", "-0.5") && !finds("0", "0.5"))
        #expect(try finds("-5", "-5.2") && !finds("-5", "-4.4"))
    }

    @Test func `comparisons take the number as it is`() throws {
        #expect(try finds("lt100", "99.9999") && !finds("lt100", "100"))
        #expect(try finds("le100", "100") && !finds("le100", "100.0001"))
        #expect(try finds("gt100", "100.0001") && !finds("gt100", "100"))
        #expect(try finds("ge100", "100") && !finds("ge100", "99.9999"))
        #expect(try finds("sa100", "101") && !finds("sa100", "100"))
        #expect(try finds("eb100", "99") && !finds("eb100", "100"))
        #expect(try finds("ne100", "101") && !finds("ne100", "100.2"))
        #expect(try finds("gt0.8", "0.80000000000000000001"))
    }

    @Test func `about a number is a tenth to both sides`() throws {
        #expect(try finds("ap100", "90") && finds("ap100", "110") && !finds("ap100", "111"))
        #expect(try finds("ap-100", "-109") && !finds("ap-100", "-112"))
    }

    @Test func `a range of a resource is compared as a whole`() throws {
        let range = #"""
            {"resourceType":"RiskAssessment","prediction":[
              {"probabilityRange":{"low":{"value":10},"high":{"value":20}}}]}
            """#
        func finds(_ value: String) throws -> Bool {
            try Searching.finds("probability", value, in: range)
        }
        #expect(try finds("gt15") && finds("lt15") && finds("ge20") && !finds("gt20"))
        #expect(
            try !finds("15") && finds("ap15") && finds("sa9") && !finds("sa10") && finds("eb21"))
    }

    @Test func `a quantity is found in its unit and in one that it converts to`() throws {
        let weight = Searching.observation(
            #"{"value":5.4,"unit":"mg","system":"http://unitsofmeasure.org","code":"mg"}"#)
        func finds(_ value: String) throws -> Bool {
            try Searching.finds("value-quantity", value, in: weight)
        }
        #expect(try finds("5.4|\(Searching.ucum)|mg") && finds("5.40e0|\(Searching.ucum)|mg"))
        #expect(try finds("0.0054|\(Searching.ucum)|g") && finds("5400|\(Searching.ucum)|ug"))
        #expect(try !finds("5.4|\(Searching.ucum)|g") && !finds("5.4|\(Searching.ucum)|mL"))
        #expect(try finds("5.4||mg") && !finds("5.4||kg") && finds("5.4") && !finds("5.5"))
        #expect(try finds("le0.006|\(Searching.ucum)|g") && !finds("gt0.006|\(Searching.ucum)|g"))
        #expect(try finds("ap5|\(Searching.ucum)|mg") && finds("5.4|\(Searching.ucum)|"))
        #expect(try !finds("5.4|http://example.org|mg"))
    }

    @Test func `blood pressure is found in millimetres of mercury and in kilopascals`() throws {
        let pressure = Searching.observation(
            #"{"value":120,"unit":"mmHg","system":"http://unitsofmeasure.org","code":"mm[Hg]"}"#)
        #expect(
            try Searching.finds("value-quantity", "gt119|\(Searching.ucum)|mm[Hg]", in: pressure))
        #expect(try Searching.finds("value-quantity", "16.0|\(Searching.ucum)|kPa", in: pressure))
        #expect(try Searching.finds("value-quantity", "120||mmHg", in: pressure))
    }

    @Test func `a comparator in the resource leaves one side open`() throws {
        let low = Searching.observation(#"{"value":5,"comparator":"<"}"#)
        func finds(_ value: String) throws -> Bool {
            try Searching.finds("value-quantity", value, in: low)
        }
        #expect(try finds("lt5") && finds("lt1") && finds("gt1") && finds("eb5"))
        #expect(try !finds("ge5") && !finds("5") && !finds("sa4") && finds("ap4"))
        let high = Searching.observation(#"{"value":100,"comparator":">="}"#)
        #expect(try Searching.finds("value-quantity", "ge1000", in: high))
        #expect(try !Searching.finds("value-quantity", "lt100", in: high))
    }

    @Test func `a series is found by its least and its greatest value`() throws {
        let series = #"""
            {"resourceType":"Observation","valueSampledData":{"origin":{"value":10,"unit":"mV"},
              "period":10,"factor":2,"dimensions":1,"data":"1 E 5 -3 U 20"}}
            """#
        #expect(try Searching.finds("value-quantity", "ge50", in: series))
        #expect(try !Searching.finds("value-quantity", "gt50", in: series))
        #expect(try Searching.finds("value-quantity", "le4||mV", in: series))
        #expect(try !Searching.finds("value-quantity", "lt4", in: series))
    }

    @Test func `an amount of money is found with its currency`() throws {
        let invoice = #"{"resourceType":"Invoice","totalGross":{"value":48.00,"currency":"USD"}}"#
        #expect(try Searching.finds("totalgross", "48|urn:iso:std:iso:4217|USD", in: invoice))
        #expect(try Searching.finds("totalgross", "48.00||USD", in: invoice))
        #expect(try !Searching.finds("totalgross", "48||EUR", in: invoice))
    }

    @Test func `a range compares in binary as it does exactly`() throws {
        let number = try #require(FHIRDecimal("100"))
        let range = NumberRange(
            low: .included(number.writtenRange.lower), high: .excluded(number.writtenRange.upper))
        #expect(range.lowDouble == 99.5 && range.highDouble < 100.5 && range.highDouble > 100.4999)
        #expect(NumberRange(low: .open, high: .open).lowDouble == -.infinity)
        #expect(NumberRange(low: .open, high: .open).highDouble == .infinity)
    }

    @Test func `what is no number is an error`() {
        for value in ["ten", "1,5x", "0x10", "gt", "1|mg"] {
            let failure = Searching.failure(
                "value-quantity", value, type: "Observation", isStrict: false)
            #expect(failure?.code == .value, "\(value)")
        }
    }
}
