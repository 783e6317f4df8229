import FHIRSearch
import Testing

@Suite("Search by text")
struct StringSearchTests {
    private let patient = #"""
        {"resourceType":"Patient","name":[
           {"family":"Carreno Quinones","given":["Severine","Eve"]},
           {"text":"Ł'ąąd Yázhí-Begay"}],
         "address":[{"line":["12 Main St."],"city":"Window Rock","state":"AZ",
                     "postalCode":"86515"}]}
        """#

    @Test func `a text is found from its beginning, without case, marks and punctuation`() throws {
        for (name, value) in [
            ("family", "Carr"), ("family", "carreno quin"), ("given", "eve"), ("given", "SEV"),
            ("name", "Eve"), ("name", "laad yazhi"), ("address", "window"),
            ("address", "12 main st"),
            ("address-postalcode", "865"), ("address-city", "Window  Rock"), ("given", "x,eve"),
        ] {
            #expect(try Searching.finds(name, value, in: patient), "\(name) \(value)")
        }
        for (name, value) in [
            ("family", "Quinones"), ("given", "rine"), ("given", "Carr"), ("address-state", "NM"),
            ("family", "Carreno Quinones Lopez"),
        ] {
            #expect(try !Searching.finds(name, value, in: patient), "\(name) \(value)")
        }
    }

    @Test func `contains finds a text anywhere`() throws {
        #expect(try Searching.finds("given:contains", "verin", in: patient))
        #expect(try Searching.finds("family:contains", "QUIÑ", in: patient))
        #expect(try !Searching.finds("given:contains", "xyz", in: patient))
    }

    @Test func `exact minds every letter`() throws {
        #expect(try Searching.finds("given:exact", "Eve", in: patient))
        for value in ["eve", "Ev", "Evé"] {
            #expect(try !Searching.finds("given:exact", value, in: patient), "\(value)")
        }
        #expect(try Searching.finds("name:exact", "Ł'ąąd Yázhí-Begay", in: patient))
    }

    @Test func `a text without letters finds nothing rather than everything`() throws {
        for value in ["---", "'", " . "] {
            #expect(try !Searching.finds("family", value, in: patient), "\(value)")
            #expect(try !Searching.finds("family:contains", value, in: patient), "\(value)")
        }
    }

    @Test func `phonetic finds names that sound alike`() throws {
        #expect(try Searching.finds("phonetic", "Begaye", in: patient))
        #expect(try !Searching.finds("phonetic", "Smith", in: patient))
    }

    @Test func `US Core finds organizations and places by their aliases`() throws {
        let place = #"{"resourceType":"Location","name":"Tséhootsooí","alias":["Fort Defiance"]}"#
        #expect(try Searching.finds("name", "fort", in: place))
        #expect(try Searching.finds("name", "Tsehootsooi", in: place))
    }

    @Test func `a test of texts answers for many`() {
        let test = TextTest("Ann")
        #expect(["Anna", "ÁNN", "ann lee"].allSatisfy(test.accepts))
        #expect(!["Joann", ""].contains(where: test.accepts))
        #expect(
            TextTest("lee", .text).accepts("Ann Lee") && !TextTest("ee", .text).accepts("Ann Lee"))
    }
}
