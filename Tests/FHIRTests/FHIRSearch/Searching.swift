import FHIRModel
import FHIRSearch

/// Searches over single resources, as the tests of parameters need them.
enum Searching {
    static let extractor = IndexExtractor(ownAddress: "https://clinic.example/fhir")
    static let match = SearchMatch()
    /// 2026-11-21 09:30 UTC.
    static let nowMs: Int64 = 1_795_253_400_000

    static var parser: SearchParser {
        SearchParser(nowMs: nowMs, ownAddress: "https://clinic.example/fhir")
    }

    static func json(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }

    /// Whether a search of one parameter finds a resource.
    static func finds(_ name: String, _ value: String, in resource: String) throws -> Bool {
        let json = try json(resource)
        let type = json.string("resourceType") ?? ""
        let entries = extractor.entries(of: json, type: type)
        let query = try parser.query(
            type: type, parameters: [(name, value)], isStrict: true)
        return query.criteria.allSatisfy { holds($0, entries, type) }
    }

    /// The truth of a criterion that needs no other resource.
    static func holds(_ criterion: SearchCriterion, _ entries: [IndexEntry], _ type: String) -> Bool
    {
        switch criterion {
        case .parameter(let parameter): match.matches(entries, parameter)
        case .any(let all): all.contains { holds($0, entries, type) }
        case .all(let all): all.allSatisfy { holds($0, entries, type) }
        case .not(let inner): !holds(inner, entries, type)
        case .types(let types): types.contains(type)
        case .chain, .has, .ids, .lastUpdated, .listed, .compartment: false
        }
    }

    /// The error of a search; nil if there is none.
    static func failure(
        _ name: String, _ value: String, type: String? = "Patient", isStrict: Bool = true,
        _ parser: SearchParser = parser
    ) -> SearchError? {
        do throws(SearchError) {
            _ = try parser.query(type: type, parameters: [(name, value)], isStrict: isStrict)
            return nil
        } catch {
            return error
        }
    }

    /// The only criterion of a search.
    static func criterion(
        _ name: String, _ value: String, type: String? = "Patient"
    ) throws -> SearchCriterion {
        let query = try parser.query(type: type, parameters: [(name, value)], isStrict: true)
        return query.criteria.count == 1 ? query.criteria[0] : .all(query.criteria)
    }

    /// An observation of a value with a unit.
    static func observation(_ quantity: String) -> String {
        #"""
        {"resourceType":"Observation","status":"final",
         "code":{"coding":[{"system":"http://loinc.org","code":"29463-7","display":"Body weight"}]},
         "valueQuantity":\#(quantity)}
        """#
    }

    static let ucum = "http://unitsofmeasure.org"
}
