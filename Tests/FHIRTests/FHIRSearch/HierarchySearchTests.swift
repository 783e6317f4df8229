import FHIRSearch
import Testing

@Suite("Search along hierarchies and compartments")
struct HierarchySearchTests {
    /// The places of a small clinic: each is part of the next.
    private let parts = ["chair": "room", "room": "house", "house": "campus"]

    /// Whether a criterion on the place of an encounter, or on a place, holds.
    private func holds(_ criterion: SearchCriterion, place: String) -> Bool {
        switch criterion {
        case .any(let all): all.contains { holds($0, place: place) }
        case .ids(let ids): ids.contains(place)
        case .chain(let reference, _, let inner):
            (reference.type == "Encounter" ? place : parts[place]).map {
                holds(inner, place: $0)
            } ?? false
        case .has(_, let inner): parts.contains { $0.value == place && holds(inner, place: $0.key) }
        case .parameter(let parameter):
            parameter.values.contains { value in
                guard case .reference(.local(_, let id, _)) = value else { return false }
                return id == (parameter.type == "Encounter" ? place : parts[place])
            }
        default: false
        }
    }

    private func found(_ name: String, _ value: String) throws -> [String] {
        let criterion = try Searching.criterion(name, value, type: "Encounter")
        return ["chair", "room", "house", "campus"].filter { holds(criterion, place: $0) }
    }

    @Test func `a place is found with its parts or with what it is part of`() throws {
        #expect(try found("location", "Location/room") == ["room"])
        #expect(try found("location:below", "Location/room") == ["chair", "room"])
        #expect(try found("location:below", "campus") == ["chair", "room", "house", "campus"])
        #expect(try found("location:above", "room") == ["room", "house", "campus"])
        #expect(try found("location:above", "chair,house") == ["chair", "room", "house", "campus"])
        #expect(try found("service-provider:below", "x") == [])
        #expect(Searching.failure("patient:below", "x", type: "Observation")?.code == .modifier)
    }

    @Test func `a compartment is made of references`() throws {
        let parser = Searching.parser
        let criterion = try #require(
            parser.membership(of: "Observation", inCompartment: "Patient", id: "7"))
        let resource = #"{"resourceType":"Observation","performer":[{"reference":"Patient/7"}]}"#
        let entries = Searching.extractor.entries(
            of: try Searching.json(resource), type: "Observation")
        #expect(Searching.holds(criterion, entries, "Observation"))
        let centre = parser.membership(of: "Encounter", inCompartment: "Encounter", id: "7")
        guard case .ids(["7"]) = centre else {
            Issue.record("the centre belongs to its compartment")
            return
        }
        #expect(parser.membership(of: "Medication", inCompartment: "Patient", id: "7") == nil)
    }

    @Test func `an order takes the least value, and the greatest when it descends`() throws {
        let json = try Searching.json(
            #"{"resourceType":"Patient","name":[{"family":"Zah"},{"family":"Álvarez"}]}"#)
        let values = Searching.extractor.values(of: json, type: "Patient", parameter: "family")
        #expect(SearchSortKey(values, isDescending: false) == .text(Array("alvarez".utf8)))
        #expect(SearchSortKey(values, isDescending: true) == .text(Array("zah".utf8)))
        #expect(SearchSortKey([], isDescending: true) == nil)
        let period: [IndexValue] = [.date(low: 5, high: 9)]
        #expect(SearchSortKey(period, isDescending: false) == .moment(5))
        #expect(SearchSortKey(period, isDescending: true) == .moment(9))
        #expect(SearchSortKey.number(2) < .number(10) && SearchSortKey.text([1]) < .text([1, 0]))
    }
}
