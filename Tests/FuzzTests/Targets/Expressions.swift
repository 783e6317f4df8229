import FHIRModel
import FHIRPath
import FHIRSearch

/// An expression, evaluated with and without types on a resource that has something of everything.
enum PathInput {
    private static let resource: JSON? = try? JSON.parse(
        Array(
            #"""
            {"resourceType":"Patient","id":"p","active":true,"birthDate":"1974-12-25",
             "name":[{"family":"Begay","given":["Ann","Lee"],"period":{"start":"2001"}},
              {"use":"old","given":["A"]}],
             "extension":[{"url":"http://x","valueQuantity":{"value":4.50,"unit":"kg",
              "system":"http://unitsofmeasure.org","code":"kg"}}],
             "contact":[{"telecom":[{"system":"phone","value":"(03) 5555 6473","rank":1}]}],
             "contained":[{"resourceType":"Observation","id":"o","valueDecimal":1.10}],
             "managingOrganization":{"reference":"Organization/1"}}
            """#.utf8))
    private static let types = PathTypes.r4

    static func take(_ bytes: [UInt8]) {
        guard let resource,
            let expression = try? FHIRPathExpression(String(decoding: bytes, as: UTF8.self))
        else { return }
        _ = expression.faults(on: "Patient", types: types)
        for known in [types, PathTypes.bare] {
            var environment = FHIRPathEnvironment(types: known)
            environment.nowMs = 1_795_253_400_000
            _ = try? expression.evaluate(
                on: PathNode(resource, types: known), in: environment)
        }
    }
}

/// Type, name and value of a search parameter, with zero bytes between.
enum SearchInput {
    private static let resources: [(type: String, entries: [IndexEntry])] = [
        #"""
        {"resourceType":"Observation","status":"final","subject":{"reference":"Patient/1"},
         "code":{"coding":[{"system":"http://loinc.org","code":"29463-7","display":"Weight"}]},
         "effectiveDateTime":"2020-02-29","valueQuantity":{"value":5.4,"unit":"mg"}}
        """#,
        #"""
        {"resourceType":"Patient","name":[{"family":"Begay","given":["Ann"]}],
         "birthDate":"1980","identifier":[{"system":"urn:s","value":"1"}]}
        """#,
    ].compactMap { text in
        guard let json = try? JSON.parse(Array(text.utf8)) else { return nil }
        let type = json.string("resourceType") ?? ""
        return (type, IndexExtractor().entries(of: json, type: type))
    }
    private static let match = SearchMatch()

    static func take(_ bytes: [UInt8]) {
        let parts = bytes.parts(3)
        guard parts.count == 3 else { return }
        let parser = SearchParser(
            nowMs: 1_795_253_400_000, ownAddress: "https://clinic.example/fhir", offersText: true)
        let type = parts[0].isEmpty ? nil : parts[0]
        for isStrict in [true, false] {
            guard
                let query = try? parser.query(
                    type: type, parameters: [(parts[1], parts[2])], isStrict: isStrict)
            else { continue }
            for criterion in query.criteria { look(criterion) }
        }
    }

    private static func look(_ criterion: SearchCriterion) {
        switch criterion {
        case .parameter(let parameter):
            for one in resources where one.type == parameter.type {
                _ = match.matches(one.entries, parameter)
            }
        case .any(let parts), .all(let parts): for part in parts { look(part) }
        case .not(let inner), .chain(_, _, let inner), .has(_, let inner): look(inner)
        default: break
        }
    }
}

/// Dates, times and numbers as elements hold them.
enum DateInput {
    static func take(_ bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        for kind in [FHIRDateTime.Kind.date, .dateTime, .instant] {
            guard let date = try? FHIRDateTime(text, as: kind) else { continue }
            precondition(date.lowerBoundMs() <= date.upperBoundMs(), "a date ends before it begins")
            precondition(date.text == text, "a date lost its text")
            _ = date.precedes(date, offsetMinutes: -420)
        }
        if let decimal = FHIRDecimal(text) {
            precondition(decimal == decimal, "a number is not itself")
            precondition(!(decimal < decimal), "a number is less than itself")
        }
        _ = FHIRID.isValid(text)
        _ = SearchText.words(text)
        _ = NFKC.normalize(text)
        _ = Phonetic.key(text)
        _ = Reference(text)
    }
}
