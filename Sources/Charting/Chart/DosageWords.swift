import FHIRModel

/// A FHIR Dosage in the words of a prescription label.
enum DosageWords {
    /// The text of the prescriber, else words made of the structured parts; nil if there are none.
    ///
    /// Spec: FHIR R4 Dosage, https://hl7.org/fhir/R4/dosage.html
    static func text(_ dosage: JSON) -> String? {
        if let text = dosage.string("text"), !text.isEmpty { return text }
        if let text = dosage.string("patientInstruction"), !text.isEmpty { return text }
        let parts = [
            dose(dosage.at("doseAndRate", 0)), Concept.text(dosage["route"]).map { "by \($0)" },
            timing(dosage["timing"]), asNeeded(dosage),
            Concept.texts(dosage["additionalInstruction"]),
        ].compactMap { $0 }
        guard !parts.isEmpty else { return nil }
        let words = parts.joined(separator: " ")
        return words.prefix(1).uppercased() + words.dropFirst()
    }

    private static func dose(_ doseAndRate: JSON?) -> String? {
        guard let doseAndRate else { return nil }
        if let amount = quantity(doseAndRate["doseQuantity"]) { return amount }
        let low = doseAndRate.at("doseRange", "low", "value")?.numberText
        if let high = quantity(doseAndRate.at("doseRange", "high")) {
            return low.map { "\($0) to \(high)" } ?? "up to \(high)"
        }
        return quantity(doseAndRate["rateQuantity"])
    }

    private static func quantity(_ json: JSON?) -> String? {
        guard let number = json?["value"]?.numberText else { return nil }
        guard let unit = json?.string("unit") ?? json?.string("code"), unit != "1" else {
            return number
        }
        return "\(number) \(MeasureUnit.shown(unit))"
    }

    private static func timing(_ timing: JSON?) -> String? {
        guard let timing else { return nil }
        let event = timing["repeat"]
        var parts = [rate(event)].compactMap { $0 }
        if parts.isEmpty, let code = timing["code"] {
            parts += [codeWords[Concept.code(code) ?? ""] ?? Concept.text(code)].compactMap { $0 }
        }
        let moments = words(event?.list("when", max: 10), from: whenWords)
        if !moments.isEmpty { parts.append(moments.joined(separator: " and ")) }
        let days = words(event?.list("dayOfWeek", max: 7), from: dayWords)
        if !days.isEmpty { parts.append("on " + days.joined(separator: ", ")) }
        let clock = event?.list("timeOfDay", max: 12).compactMap { $0.string?.prefix(5) } ?? []
        if !clock.isEmpty { parts.append("at " + clock.joined(separator: ", ")) }
        if let duration = event?["boundsDuration"], let number = duration["value"]?.numberText,
            let unit = unitWords[duration.string("code") ?? ""]
        {
            parts.append("for \(number) \(unit)\(number == "1" ? "" : "s")")
        }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    private static func words(_ codes: [JSON]?, from table: [String: String]) -> [String] {
        codes?.compactMap { $0.string.flatMap { table[$0] } } ?? []
    }

    private static func rate(_ event: JSON?) -> String? {
        guard let unit = unitWords[event?.string("periodUnit") ?? ""],
            let period = event?["period"]?.numberText
        else { return nil }
        let times = event?["frequency"]?.int ?? 1
        let most = event?["frequencyMax"]?.int
        let isSingle = period == "1" || period == "1.0"
        if times == 1, most == nil, !isSingle { return "every \(period) \(unit)s" }
        let count: String =
            switch (times, most) {
            case (let low, let high?): "\(low) to \(high) times"
            case (1, nil): "once"
            case (2, nil): "twice"
            case (let low, nil): "\(low) times"
            }
        guard isSingle else { return "\(count) every \(period) \(unit)s" }
        return "\(count) \(unit == "hour" ? "an" : "a") \(unit)"
    }

    private static func asNeeded(_ dosage: JSON) -> String? {
        if let reason = Concept.text(dosage["asNeededCodeableConcept"]) {
            return "as needed for \(reason)"
        }
        return dosage["asNeededBoolean"]?.bool == true ? "as needed" : nil
    }

    private static let unitWords = [
        "s": "second", "min": "minute", "h": "hour", "d": "day", "wk": "week", "mo": "month",
        "a": "year",
    ]
    private static let codeWords = [
        "QD": "once a day", "BID": "twice a day", "TID": "3 times a day", "QID": "4 times a day",
        "QOD": "every other day", "AM": "in the morning", "PM": "in the afternoon",
        "Q4H": "every 4 hours", "Q6H": "every 6 hours", "Q8H": "every 8 hours",
        "BED": "at bedtime", "WK": "once a week", "MO": "once a month",
    ]
    private static let whenWords = [
        "MORN": "in the morning", "AFT": "in the afternoon", "EVE": "in the evening",
        "NIGHT": "at night", "HS": "at bedtime", "WAKE": "on waking", "AC": "before meals",
        "PC": "after meals", "C": "with meals", "ACM": "before breakfast", "ACD": "before lunch",
        "ACV": "before supper", "PCM": "after breakfast", "PCD": "after lunch",
        "PCV": "after supper", "CM": "with breakfast", "CD": "with lunch", "CV": "with supper",
    ]
    private static let dayWords = [
        "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday",
        "sat": "Saturday", "sun": "Sunday",
    ]
}
