import FHIRModel
import Kernel
import ServerKit

/// One measure of a form: what, how much, in which unit.
struct VitalValue: Sendable {
    let kind: VitalKind
    let number: MeasuredNumber
    let unit: VitalUnit

    /// The number in the first unit of its measure, thousandths.
    var base: Int { unit.base(number.thousandths) }
}

/// How somebody sat or lay while the blood pressure was taken.
///
/// Spec: https://hl7.org/fhir/R4/extension-observation-bodyposition.html
enum BodyPosition: String, CaseIterable, Sendable {
    case sitting, standing, lying

    /// SNOMED CT.
    var coding: (code: String, display: String) {
        switch self {
        case .sitting: ("33586001", "Sitting position")
        case .standing: ("10904000", "Orthostatic body position")
        case .lying: ("102538003", "Recumbent body position")
        }
    }
}

/// A blood pressure of a form.
struct PressureReading: Sendable {
    let systolic: VitalValue
    let diastolic: VitalValue
    let position: BodyPosition?
}

/// A set of vital signs as a person sent it, read and checked.
struct VitalsForm: Sendable {
    /// How many blood pressures one set takes: lying, sitting, standing, and one more.
    static let pressuresMax = 4
    static let names: Set<String> = [
        "patientId", "takenAt", "bloodPressures", "values", "confirmed",
    ]

    let takenAt: String
    let pressures: [PressureReading]
    /// At most one value of a kind.
    let values: [VitalValue]

    /// The day and age that the limits go by.
    struct Subject: Sendable {
        /// Nil where the day of birth is not known.
        let ageDays: Int64?
        let nowMs: Int64
    }

    /// Reads a form.
    ///
    /// - Throws: ``Problem`` `.required` where nothing was measured; `.value` with the field that is
    ///   wrong, which is the kind of the measure; `.processing` with the field whose unlikely
    ///   number nobody has confirmed.
    init(_ fields: BodyFields, _ subject: Subject) throws(Problem) {
        takenAt = try Self.time(fields, nowMs: subject.nowMs)
        pressures = try Self.pressures(fields)
        values = try Self.values(fields)
        guard !pressures.isEmpty || !values.isEmpty else {
            throw Problem(.required, "Fill in at least one measure.", location: "values")
        }
        guard
            !values.contains(where: { $0.kind == .oxygenFlow })
                || values.contains(where: { $0.kind == .oxygenSaturation })
        else {
            throw Problem(
                .required, "Fill in the saturation that was measured with this oxygen.",
                location: VitalKind.oxygenSaturation.rawValue)
        }
        let confirmed = Set(try fields.texts("confirmed", countMax: 40))
        var all: [(String, VitalValue)] = values.map { ($0.kind.rawValue, $0) }
        for (index, one) in pressures.enumerated() {
            let end = index == 0 ? "" : "-\(index + 1)"
            all.append((VitalKind.systolic.rawValue + end, one.systolic))
            all.append((VitalKind.diastolic.rawValue + end, one.diastolic))
        }
        for (place, value) in all {
            try Self.check(value, place, subject, isConfirmed: confirmed.contains(place))
        }
    }

    private static func time(_ fields: BodyFields, nowMs: Int64) throws(Problem) -> String {
        guard let text = try fields.text("takenAt", charactersMax: 40) else {
            return Timestamp.text(ms: nowMs)
        }
        let read: FHIRDateTime
        do {
            read = try FHIRDateTime(text)
        } catch {
            throw Problem(
                .value, "Write the time as in 2026-11-21T09:30:00-07:00.", location: "takenAt")
        }
        guard read.precision >= .minute else {
            throw Problem(
                .value, "Say at which hour and minute it was measured.", location: "takenAt")
        }
        let minutesMax: Int64 = 5
        guard read.lowerBoundMs() <= nowMs + minutesMax * 60_000 else {
            throw Problem(
                .value, "This time has not come yet. Check the date and the time.",
                location: "takenAt")
        }
        return text
    }

    private static func pressures(_ fields: BodyFields) throws(Problem) -> [PressureReading] {
        let sent = try fields.objects(
            "bloodPressures", countMax: pressuresMax, takes: ["systolic", "diastolic", "position"])
        var read: [PressureReading] = []
        for (index, one) in sent.enumerated() {
            let end = index == 0 ? "" : "-\(index + 1)"
            let upper = try value(
                .systolic, try one.required("systolic"), nil, place: "systolic\(end)")
            let lower = try value(
                .diastolic, try one.required("diastolic"), nil, place: "diastolic\(end)")
            guard upper.base > lower.base else {
                throw Problem(
                    .value, "The first number of a blood pressure is the larger one.",
                    location: "systolic\(end)")
            }
            read.append(
                PressureReading(
                    systolic: upper, diastolic: lower, position: try position(one)))
        }
        return read
    }

    private static func position(_ fields: BodyFields) throws(Problem) -> BodyPosition? {
        guard let word = try fields.text("position") else { return nil }
        guard let position = BodyPosition(rawValue: word) else {
            throw Problem(
                .value, "A position is sitting, standing or lying.", location: "position")
        }
        return position
    }

    private static func values(_ fields: BodyFields) throws(Problem) -> [VitalValue] {
        let sent = try fields.objects(
            "values", countMax: 20, takes: ["kind", "value", "unit"])
        var read: [VitalValue] = []
        for one in sent {
            let word = try one.required("kind")
            guard let kind = VitalKind(rawValue: word), kind.isTyped else {
                throw Problem(
                    .value, "There is no measure of this name.", location: "values.kind")
            }
            guard !read.contains(where: { $0.kind == kind }) else {
                throw Problem(.value, "Send each measure once.", location: kind.rawValue)
            }
            read.append(
                try value(
                    kind, try one.required("value"), try one.text("unit"), place: kind.rawValue))
        }
        return read
    }

    private static func value(
        _ kind: VitalKind, _ text: String, _ unit: String?, place: String
    ) throws(Problem) -> VitalValue {
        guard let number = MeasuredNumber(text) else {
            throw Problem(
                .value, "\(kind.label): write a number, such as 98.6.", location: place)
        }
        guard !kind.isWhole || number.thousandths % 1_000 == 0 else {
            throw Problem(.value, "\(kind.label): write a whole number.", location: place)
        }
        let units = kind.units
        guard let found = unit.map({ word in units.first { $0.code == word } }) ?? units.first
        else {
            throw Problem(
                .value,
                "\(kind.label): the unit is one of "
                    + units.map(\.code).joined(separator: ", ") + ".", location: place)
        }
        return VitalValue(kind: kind, number: number, unit: found)
    }

    private static func check(
        _ value: VitalValue, _ place: String, _ subject: Subject, isConfirmed: Bool
    ) throws(Problem) {
        let limits = VitalLimits.of(
            value.kind, at: VitalAge(days: subject.ageDays), days: subject.ageDays)
        guard limits.possible.contains(value.base) else {
            throw Problem(
                .value,
                "\(value.kind.label): nobody measures that. Check the number and the unit.",
                location: place)
        }
        guard isConfirmed || limits.likely.contains(value.base) else {
            throw Problem(
                .processing,
                "\(value.kind.label): this is unusual at this age. Check it, and confirm it if it "
                    + "is right.", location: place)
        }
    }
}

extension VitalKind {
    /// Whether people type it, alone or as a part of ``VitalsForm/values``.
    var isTyped: Bool {
        switch self {
        case .systolic, .diastolic, .bodyMassIndex: false
        default: true
        }
    }
}
