import FHIRModel
import FHIRSearch
import Testing

@Suite("Search by distance")
struct NearSearchTests {
    private func place(_ latitude: String, _ longitude: String) -> String {
        #"{"resourceType":"Location","position":{"latitude":\#(latitude),"longitude":\#(longitude)}}"#
    }

    @Test func `places are found up to a distance in the unit that is asked for`() throws {
        // Gallup is 200 km from Albuquerque as the crow flies.
        let gallup = place("35.5281", "-108.7426")
        for (value, isFound) in [
            ("35.0844|-106.6504|197|km", true), ("35.0844|-106.6504|195|km", false),
            ("35.0844|-106.6504|197", true), ("35.0844|-106.6504|195", false),
            ("35.0844|-106.6504|197000|m", true), ("35.0844|-106.6504|122.5|[mi_i]", true),
            ("35.0844|-106.6504|121|[mi_i]", false), ("35.0844|-106.6504", false),
            ("35.5|-108.7", true), ("35.5281|-108.7426|0", true), ("0|0|1,35.5|-108.7|10", true),
        ] {
            #expect(try Searching.finds("near", value, in: gallup) == isFound, "\(value)")
        }
    }

    @Test func `the poles and the date line do not part what is near`() throws {
        for (there, value) in [
            (place("0", "179.9"), "0|-179.9|23"), (place("89.99", "10"), "89.99|-170|3"),
            (place("-90", "0"), "-90|123|0.1"),
        ] {
            #expect(try Searching.finds("near", value, in: there), "\(value)")
        }
        #expect(try !Searching.finds("near", "0|-179.9|22", in: place("0", "179.9")))
    }

    @Test func `what is no place is an error, and a resource without one is not found`() throws {
        for value in [
            "35", "a|b", "91|0", "0|181", "0|0|-1", "0|0|x", "0|0|5|parsec", "0|0|5|km|1", "|",
        ] {
            let failure = Searching.failure("near", value, type: "Location")
            #expect(failure?.code == .value, "\(value)")
        }
        for odd in [place("95", "0"), place(#""x""#, "0"), #"{"resourceType":"Location"}"#] {
            #expect(try !Searching.finds("near", "0|0|40000", in: odd), "\(odd)")
            #expect(try Searching.finds("near:missing", "true", in: odd), "\(odd)")
        }
    }
}
