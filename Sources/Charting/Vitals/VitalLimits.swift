/// How old somebody is, as far as limits of vital signs depend on it.
enum VitalAge: Sendable, Equatable {
    case newborn, infant, toddler, preschool, school, grown

    /// The age of somebody who has lived for some days; nil counts as grown up.
    init(days: Int64?) {
        switch days ?? .max {
        case ..<28: self = .newborn
        case ..<365: self = .infant
        case ..<1_096: self = .toddler
        case ..<2_192: self = .preschool
        case ..<4_749: self = .school
        default: self = .grown
        }
    }
}

/// What a measure can be, what it usually is, and where it wants attention; thousandths of the first
/// unit.
struct VitalLimits: Sendable {
    /// Outside of it nobody has been measured: refused.
    let possible: ClosedRange<Int>
    /// Outside of it the number is more often a slip of the fingers: taken when it is confirmed.
    let likely: ClosedRange<Int>
    /// Below it is critical; nil where there is no such limit.
    var criticalLow: Int?
    var low: Int?
    var high: Int?
    var criticalHigh: Int?

    /// How a measure stands to the limits, in the codes of v3-ObservationInterpretation; nil where
    /// there are no limits.
    ///
    /// Spec: https://terminology.hl7.org/CodeSystem-v3-ObservationInterpretation.html
    func interpretation(_ thousandths: Int) -> String? {
        guard criticalLow != nil || low != nil || high != nil || criticalHigh != nil else {
            return nil
        }
        if let criticalLow, thousandths < criticalLow { return "LL" }
        if let criticalHigh, thousandths > criticalHigh { return "HH" }
        if let low, thousandths < low { return "L" }
        if let high, thousandths > high { return "H" }
        return "N"
    }

    private init(
        _ possible: ClosedRange<Double>, _ likely: ClosedRange<Double>,
        _ alerts: (Double?, Double?, Double?, Double?) = (nil, nil, nil, nil)
    ) {
        func whole(_ number: Double) -> Int { Int((number * 1_000).rounded()) }
        self.possible = whole(possible.lowerBound)...whole(possible.upperBound)
        self.likely = whole(likely.lowerBound)...whole(likely.upperBound)
        criticalLow = alerts.0.map(whole)
        low = alerts.1.map(whole)
        high = alerts.2.map(whole)
        criticalHigh = alerts.3.map(whole)
    }

    /// The limits of a measure at an age.
    ///
    /// Spec: FEATURES ORD-13 for grown-ups. Children: the ranges of heart rate, breathing and lowest
    /// systolic pressure that courses in pediatric life support teach; a critical limit lies a fifth
    /// beyond them. An infant under three months with 100.4 °F counts as critical.
    static func of(_ kind: VitalKind, at age: VitalAge, days: Int64?) -> VitalLimits {
        switch kind {
        case .systolic: VitalLimits(20...350, 55...260, systolic(age, days: days))
        case .diastolic:
            VitalLimits(
                5...250, 20...160, age == .grown ? (50, 60, 100, 120) : (nil, nil, nil, 100))
        case .heartRate: VitalLimits(10...350, 30...230, heartRate(age))
        case .respiratoryRate: VitalLimits(2...150, 6...80, respiratoryRate(age))
        case .temperature:
            VitalLimits(
                70...115, 93...107,
                (days ?? .max) < 90 ? (95, 96.8, 100.3, 100.3) : (95, 96.8, 100.4, 104))
        case .oxygenSaturation: VitalLimits(20...100, 70...100, (88, 92, nil, nil))
        case .oxygenFlow: VitalLimits(0...80, 0...15)
        case .weight: VitalLimits(0.2...650, weight(age))
        case .height: VitalLimits(20...275, height(age))
        case .headCircumference: VitalLimits(15...80, 28...62)
        case .pain: VitalLimits(0...10, 0...10, (nil, nil, 6, nil))
        case .bodyMassIndex:
            VitalLimits(
                4...200, 8...90,
                (days ?? .max) >= 7_305 ? (nil, 18.5, 30, nil) : (nil, nil, nil, nil))
        }
    }

    private typealias Alerts = (Double?, Double?, Double?, Double?)

    private static func systolic(_ age: VitalAge, days: Int64?) -> Alerts {
        let years = Double((days ?? 0) / 365)
        return switch age {
        case .newborn: (50, 60, 90, 110)
        case .infant: (60, 70, 105, 125)
        case .toddler, .preschool: (60 + 2 * years, 70 + 2 * years, 112, 130)
        case .school: (years > 10 ? 80 : 60 + 2 * years, years > 10 ? 90 : 70 + 2 * years, 125, 145)
        case .grown: (80, 90, 160, 200)
        }
    }

    private static func heartRate(_ age: VitalAge) -> Alerts {
        switch age {
        case .newborn: (80, 100, 205, 220)
        case .infant: (80, 100, 180, 216)
        case .toddler: (78, 98, 140, 168)
        case .preschool: (64, 80, 120, 144)
        case .school: (60, 75, 118, 142)
        case .grown: (40, 50, 120, 150)
        }
    }

    private static func respiratoryRate(_ age: VitalAge) -> Alerts {
        switch age {
        case .newborn, .infant: (24, 30, 60, 72)
        case .toddler: (17, 22, 37, 45)
        case .preschool: (16, 20, 30, 40)
        case .school: (14, 18, 26, 40)
        case .grown: (8, 10, 30, 40)
        }
    }

    private static func weight(_ age: VitalAge) -> ClosedRange<Double> {
        switch age {
        case .newborn: 1...7
        case .infant: 2...16
        case .toddler: 6...26
        case .preschool: 9...45
        case .school: 13...115
        case .grown: 32...250
        }
    }

    private static func height(_ age: VitalAge) -> ClosedRange<Double> {
        switch age {
        case .newborn: 35...62
        case .infant: 40...90
        case .toddler: 60...112
        case .preschool: 78...135
        case .school: 92...190
        case .grown: 120...215
        }
    }
}
