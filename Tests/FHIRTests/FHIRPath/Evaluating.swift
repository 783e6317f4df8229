import FHIRModel
import FHIRPath

/// Expressions on small resources, as the tests of the language need them.
enum Evaluating {
    static let patient = #"""
        {"resourceType":"Patient","id":"p1","active":true,
         "contained":[{"resourceType":"Organization","id":"o1","name":"Clinic"}],
         "name":[{"use":"official","family":"Begay","given":["Ann","Lee"]},
                 {"use":"usual","given":["Annie"]}],
         "birthDate":"1974-12-25",
         "_birthDate":{"extension":[{"url":"http://example.org/time","valueTime":"14:30:00"}]},
         "deceasedDateTime":"2020-03",
         "gender":"female",
         "multipleBirthInteger":2,
         "managingOrganization":{"reference":"#o1"},
         "generalPractitioner":[{"reference":"Practitioner/d1"}]}
        """#
    static let observation = #"""
        {"resourceType":"Observation","status":"final","issued":"2026-11-21T09:30:00.5-07:00",
         "code":{"coding":[{"system":"http://loinc.org","code":"29463-7"}]},
         "valueQuantity":{"value":84.50,"unit":"kg","system":"http://unitsofmeasure.org","code":"kg"}}
        """#

    static func json(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }

    /// The environment of the tests: all types, and a clock that stands at 2026-11-21 09:30 UTC.
    static var environment: FHIRPathEnvironment {
        var environment = FHIRPathEnvironment(types: .r4)
        environment.nowMs = 1_795_253_400_000
        return environment
    }

    /// The values of an expression as texts; an element with parts as its JSON.
    static func values(
        _ text: String, on resource: String = patient,
        _ environment: FHIRPathEnvironment = environment
    ) throws -> [String] {
        let values = try FHIRPathExpression(text).evaluate(on: json(resource), in: environment)
        return values.map { value in
            guard case .node(let node) = value else { return value.text ?? "type" }
            guard let json = node.json else { return "" }
            return json.string ?? String(decoding: json.canonicalBytes(), as: UTF8.self)
        }
    }

    /// The kind of error an expression ends in; nil if it has values.
    static func failure(
        _ text: String, on resource: String = patient,
        _ environment: FHIRPathEnvironment = environment
    ) -> FHIRPathError.Kind? {
        do {
            _ = try values(text, on: resource, environment)
            return nil
        } catch let error as FHIRPathError {
            return error.kind
        } catch {
            return nil
        }
    }
}
