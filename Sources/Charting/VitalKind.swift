/// A vital sign that a person measures and types in.
///
/// Spec: US Core 6.1.0 vital signs profiles,
/// https://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-vital-signs.html; FEATURES CHT-11.
enum VitalKind: String, CaseIterable, Sendable {
    // In the order in which they are measured.
    case systolic, diastolic
    case heartRate = "heart-rate"
    case respiratoryRate = "respiratory-rate"
    case temperature
    case oxygenSaturation = "oxygen-saturation"
    case oxygenFlow = "oxygen-flow"
    case weight, height
    case headCircumference = "head-circumference"
    case pain
    /// Computed of weight and height, never typed.
    case bodyMassIndex = "body-mass-index"

    /// The codes of LOINC; the first one names the trend.
    var codes: [(code: String, display: String)] {
        switch self {
        case .systolic: [("8480-6", "Systolic blood pressure")]
        case .diastolic: [("8462-4", "Diastolic blood pressure")]
        case .heartRate: [("8867-4", "Heart rate")]
        case .respiratoryRate: [("9279-1", "Respiratory rate")]
        case .temperature: [("8310-5", "Body temperature")]
        case .oxygenSaturation:
            [
                ("59408-5", "Oxygen saturation in Arterial blood by Pulse oximetry"),
                ("2708-6", "Oxygen saturation in Arterial blood"),
            ]
        case .oxygenFlow: [("3151-8", "Inhaled oxygen flow rate")]
        case .weight: [("29463-7", "Body weight")]
        case .height: [("8302-2", "Body height")]
        case .headCircumference: [("9843-4", "Head Occipital-frontal circumference")]
        case .pain: [("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported")]
        case .bodyMassIndex: [("39156-5", "Body mass index (BMI) [Ratio]")]
        }
    }

    /// What the page calls it.
    var label: String {
        switch self {
        case .systolic: "Systolic blood pressure"
        case .diastolic: "Diastolic blood pressure"
        case .heartRate: "Heart rate"
        case .respiratoryRate: "Respiratory rate"
        case .temperature: "Temperature"
        case .oxygenSaturation: "Oxygen saturation"
        case .oxygenFlow: "Oxygen given"
        case .weight: "Weight"
        case .height: "Height"
        case .headCircumference: "Head circumference"
        case .pain: "Pain, 0 to 10"
        case .bodyMassIndex: "Body mass index"
        }
    }

    /// The end of the address of its US Core profile; nil where there is none, or where it is a part
    /// of another measure.
    var profile: String? {
        switch self {
        case .systolic, .diastolic, .oxygenFlow, .pain: nil
        case .heartRate: "us-core-heart-rate"
        case .respiratoryRate: "us-core-respiratory-rate"
        case .temperature: "us-core-body-temperature"
        case .oxygenSaturation: "us-core-pulse-oximetry"
        case .weight: "us-core-body-weight"
        case .height: "us-core-body-height"
        case .headCircumference: "us-core-head-circumference"
        case .bodyMassIndex: "us-core-bmi"
        }
    }

    /// The units it may be written in; the first one is that of the limits.
    var units: [VitalUnit] {
        switch self {
        case .systolic, .diastolic: [.plain("mm[Hg]", "mmHg")]
        case .heartRate, .respiratoryRate: [.plain("/min", "/min")]
        case .temperature:
            [
                .plain("[degF]", "°F"),
                VitalUnit(code: "Cel", shown: "°C", times: 9, over: 5, plusThousandths: 32_000),
            ]
        case .oxygenSaturation: [.plain("%", "%")]
        case .oxygenFlow: [.plain("L/min", "L/min")]
        case .weight:
            [
                .plain("kg", "kg"),
                VitalUnit(code: "[lb_av]", shown: "lb", times: 45_359_237, over: 100_000_000),
            ]
        case .height, .headCircumference:
            [
                .plain("cm", "cm"),
                VitalUnit(code: "[in_i]", shown: "in", times: 254, over: 100),
            ]
        case .pain: [.plain("{score}", "of 10")]
        case .bodyMassIndex: [.plain("kg/m2", "kg/m²")]
        }
    }

    /// Whether only whole numbers make sense.
    var isWhole: Bool {
        switch self {
        case .systolic, .diastolic, .heartRate, .respiratoryRate, .pain: true
        default: false
        }
    }
}

extension VitalKind {
    /// A number of the measure with this code of LOINC in another unit, to the tenth.
    ///
    /// Nil where the measure or a unit is not known; units are as they are shown.
    static func converted(
        code: String, _ text: String, from: String, to: String
    ) -> String? {
        guard let kind = allCases.first(where: { $0.codes[0].code == code }),
            let source = kind.units.first(where: { $0.shown == from }),
            let target = kind.units.first(where: { $0.shown == to }),
            let number = Double(text), number.magnitude < 10_000
        else { return nil }
        let base = number * source.factor + source.shift
        let thousandths = ((base - target.shift) / target.factor * 1_000).rounded()
        guard thousandths >= 0 else { return nil }
        return MeasuredNumber(thousandths: Int(thousandths)).tenths.text
    }
}

/// A unit and what it is in the first unit of its measure.
struct VitalUnit: Sendable {
    /// UCUM.
    let code: String
    let shown: String
    var times = 1
    var over = 1
    var plusThousandths = 0

    var factor: Double { Double(times) / Double(over) }
    var shift: Double { Double(plusThousandths) / 1_000 }

    static func plain(_ code: String, _ shown: String) -> VitalUnit {
        VitalUnit(code: code, shown: shown)
    }

    /// Thousandths of this unit as thousandths of the first unit, rounded.
    func base(_ thousandths: Int) -> Int {
        (thousandths * times + over / 2) / over + plusThousandths
    }

    /// Thousandths of the first unit as thousandths of this one, rounded to tenths.
    func fromBase(_ thousandths: Int) -> Int {
        let exact = ((thousandths - plusThousandths) * over + times / 2) / times
        return over == 1 && times == 1 ? exact : (exact + 50) / 100 * 100
    }
}
