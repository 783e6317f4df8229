import FHIRModel

/// What an Observation or one of its components says, as number and unit or in words.
enum ObservedValue {
    /// The number as written, the words, and the unit; nil if nothing was observed.
    ///
    /// A number with a comparator has words as well, such as `<0.5`, because it is no exact value.
    ///
    /// Spec: FHIR R4 Observation.value[x], https://hl7.org/fhir/R4/observation.html
    static func read(_ json: JSON) -> (value: String?, text: String?, unit: String)? {
        if let quantity = json["valueQuantity"], let value = quantity["value"]?.numberText {
            let comparator = quantity.string("comparator")
            return (value, comparator.map { $0 + value }, MeasureUnit.of(quantity))
        }
        if let number = json["valueInteger"]?.numberText { return (number, nil, "") }
        guard let words = words(json) else { return nil }
        return (nil, Concept.clipped(words), "")
    }

    private static func words(_ json: JSON) -> String? {
        if let text = json.string("valueString") { return text }
        if let text = Concept.text(json["valueCodeableConcept"]) { return text }
        if let isTrue = json["valueBoolean"]?.bool { return isTrue ? "Yes" : "No" }
        if let range = json["valueRange"] {
            let unit = (range["low"] ?? range["high"]).map(MeasureUnit.of) ?? ""
            let low = range.at("low", "value")?.numberText ?? ""
            let high = range.at("high", "value")?.numberText ?? ""
            return "\(low)–\(high) \(unit)"
        }
        if let ratio = json["valueRatio"] {
            let upper = ratio.at("numerator", "value")?.numberText ?? "?"
            let lower = ratio.at("denominator", "value")?.numberText ?? "?"
            return "\(upper):\(lower)"
        }
        if let text = json.string("valueDateTime") ?? json.string("valueTime") { return text }
        if let start = json.at("valuePeriod", "start")?.string {
            return "\(start) to \(json.at("valuePeriod", "end")?.string ?? "")"
        }
        if json["valueSampledData"] != nil { return "Waveform" }
        return Concept.text(json["dataAbsentReason"]).map { "No result: \($0)" }
    }
}
