import FHIRModel

/// The LOINC codes of vital signs and the order they are shown in.
///
/// Spec: FHIR R4 vital signs profiles, https://hl7.org/fhir/R4/observation-vitalsigns.html
enum VitalSigns {
    /// What is known of a vital sign.
    struct Sign {
        let rank: Int
        /// The code its trend goes by, so that variants of one measure share a trend.
        let key: String
        let label: String
    }

    static let bloodPressure = "85354-9"
    static let systolic: Set = ["8480-6", "96608-5"]
    static let diastolic: Set = ["8462-4", "96609-3"]
    /// Flow and share of the oxygen that a patient breathes.
    static let givenOxygen: Set = ["3151-8", "3150-0"]

    /// The sign that a concept codes; nil if it is none of the known ones.
    static func sign(of concept: JSON?) -> Sign? {
        for coding in Concept.codings(concept) {
            if let code = coding.string("code"), let sign = signs[code] { return sign }
        }
        return nil
    }

    private static let signs: [String: Sign] = {
        let table: [(String, String, [String])] = [
            (bloodPressure, "Blood pressure", ["55284-4"]),
            ("96607-7", "Blood pressure, mean", []),
            ("8480-6", "Systolic blood pressure", []),
            ("8462-4", "Diastolic blood pressure", []),
            ("8867-4", "Heart rate", []),
            ("9279-1", "Respiratory rate", []),
            ("8310-5", "Body temperature", []),
            ("8331-1", "Oral temperature", []),
            ("59408-5", "Oxygen saturation", ["2708-6"]),
            ("3151-8", "Oxygen given", []),
            ("3150-0", "Oxygen in the air breathed", []),
            ("29463-7", "Body weight", ["3141-9"]),
            ("8302-2", "Body height", []),
            ("8306-3", "Body length, lying", []),
            ("39156-5", "Body mass index", []),
            ("59576-9", "BMI percentile for age", []),
            ("9843-4", "Head circumference", ["8287-5"]),
            ("8289-1", "Head circumference percentile", []),
            ("77606-2", "Weight-for-length percentile", []),
            ("72514-3", "Pain, 0 to 10", []),
        ]
        var found: [String: Sign] = [:]
        for (rank, (key, label, variants)) in table.enumerated() {
            for code in [key] + variants { found[code] = Sign(rank: rank, key: key, label: label) }
        }
        return found
    }()

    /// The place of a series among the vital signs.
    static func rank(_ key: String) -> Int { signs[key]?.rank ?? Int.max }
}
