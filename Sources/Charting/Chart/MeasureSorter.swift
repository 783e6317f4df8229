import FHIRModel

/// Sorts Observations into vital signs and lab results; survey answers, social history and the like
/// are neither.
struct MeasureSorter {
    let panels: PanelNames
    private(set) var vitals = MeasureSet()
    private(set) var labs = MeasureSet()
    /// Systolic and diastolic values that were recorded apart, by their time.
    private var halves: [String: MeasurePoint] = [:]

    init(panels: PanelNames) { self.panels = panels }

    private enum Section { case vitals, labs, neither }

    /// Adds an Observation; what was entered in error or cancelled is left out.
    mutating func add(_ resource: ChartResource) {
        let json = resource.json
        let status = json.string("status")
        guard status != "entered-in-error", status != "cancelled" else { return }
        let sign = VitalSigns.sign(of: json["code"])
        let section = section(of: resource, sign: sign)
        guard section != .neither else { return }
        let date = ClinicalDate.of(json)
        var point = MeasurePoint(
            id: resource.id, at: date?.text, ms: date?.lowerBoundMs() ?? Int64.min,
            range: ReferenceRange(json["referenceRange"]),
            interpretation: Self.interpretation(json), status: status)
        point.panel = panels.name(of: resource.id)
        if section == .vitals {
            addVital(json, sign: sign, point: point)
        } else {
            addLab(json, point: point)
        }
    }

    /// Puts everything into its order.
    mutating func finish() {
        for point in halves.values { addPair(point) }
        halves = [:]
        vitals.joinUnits(VitalKind.converted)
        vitals.finish()
        labs.finish()
        vitals.sort {
            (VitalSigns.rank($0.key), $0.label, $0.key)
                < (VitalSigns.rank($1.key), $1.label, $1.key)
        }
        labs.sort { a, b in
            let (left, right) = (a.points.last?.panel, b.points.last?.panel)
            return (left == nil ? 1 : 0, left ?? "", a.label, a.key)
                < (right == nil ? 1 : 0, right ?? "", b.label, b.key)
        }
    }

    private func section(of resource: ChartResource, sign: VitalSigns.Sign?) -> Section {
        let codes = Concept.allCodings(resource.json["category"]).compactMap { $0.string("code") }
        if codes.contains("vital-signs") || codes.contains("vital-sign") { return .vitals }
        if codes.contains("laboratory") || codes.contains("LAB") {
            return sign != nil && Self.isBedside(sign) ? .vitals : .labs
        }
        let others: Set = [
            "survey", "social-history", "imaging", "exam", "procedure", "therapy", "activity",
        ]
        if codes.contains(where: others.contains) { return .neither }
        if sign != nil { return .vitals }
        if panels.isLabMember(resource.id) { return .labs }
        return codes.isEmpty && resource.json["valueQuantity"] != nil ? .labs : .neither
    }

    /// Oxygen saturation may come from a blood gas; the others are always taken from the body.
    private static func isBedside(_ sign: VitalSigns.Sign?) -> Bool { sign?.key != "59408-5" }

    private static func interpretation(_ json: JSON) -> String? {
        let concept = json["interpretation"]?[0] ?? json["interpretation"]
        return Concept.code(concept) ?? Concept.text(concept)
    }

    private mutating func addVital(_ json: JSON, sign: VitalSigns.Sign?, point: MeasurePoint) {
        if sign?.key == VitalSigns.bloodPressure || sign?.key == "96607-7" {
            addPressure(json, sign: sign, point: point)
        } else if sign?.key == "8480-6" || sign?.key == "8462-4" {
            addHalf(json, isSystolic: sign?.key == "8480-6", point: point)
        } else if let quantity = json["valueQuantity"], let value = quantity["value"]?.numberText {
            var point = point
            point.value = value
            vitals.add(
                point, code: sign?.key ?? Self.key(json["code"]),
                label: sign?.label ?? Self.label(json["code"]), unit: MeasureUnit.of(quantity))
            addOxygen(json, point: point)
        } else if json["dataAbsentReason"] == nil {
            addLab(json, point: point)
        }
    }

    /// The oxygen that was given while the saturation was read.
    private mutating func addOxygen(_ json: JSON, point: MeasurePoint) {
        for component in json.list("component", max: 20) {
            guard let sign = VitalSigns.sign(of: component["code"]),
                VitalSigns.givenOxygen.contains(sign.key),
                let quantity = component["valueQuantity"],
                let value = quantity["value"]?.numberText
            else { continue }
            var part = point
            part.value = value
            part.range = ReferenceRange(component["referenceRange"])
            part.interpretation = Self.interpretation(component)
            vitals.add(part, code: sign.key, label: sign.label, unit: MeasureUnit.of(quantity))
        }
    }

    private mutating func addPressure(_ json: JSON, sign: VitalSigns.Sign?, point: MeasurePoint) {
        var (point, unit) = (point, "mmHg")
        for component in json.list("component", max: 20) {
            guard let quantity = component["valueQuantity"],
                let value = quantity["value"]?.numberText
            else { continue }
            let codes = Concept.codings(component["code"]).compactMap { $0.string("code") }
            if codes.contains(where: VitalSigns.systolic.contains) {
                point.value = value
            } else if codes.contains(where: VitalSigns.diastolic.contains) {
                point.value2 = value
            } else {
                continue
            }
            unit = MeasureUnit.of(quantity)
        }
        guard point.value != nil || point.value2 != nil else { return }
        vitals.add(
            point, code: sign?.key ?? VitalSigns.bloodPressure,
            label: sign?.label ?? "Blood pressure", unit: unit, isPair: true)
    }

    /// Joins systolic and diastolic values of the same time that were recorded apart.
    private mutating func addHalf(_ json: JSON, isSystolic: Bool, point: MeasurePoint) {
        guard let value = json.at("valueQuantity", "value")?.numberText else { return }
        let time = "\(point.at ?? point.id)"
        var whole = halves[time] ?? point
        if (isSystolic ? whole.value : whole.value2) != nil {
            addPair(whole)
            whole = point
        }
        if isSystolic { whole.value = value } else { whole.value2 = value }
        halves[time] = whole
    }

    private mutating func addPair(_ point: MeasurePoint) {
        vitals.add(
            point, code: VitalSigns.bloodPressure, label: "Blood pressure", unit: "mmHg",
            isPair: true)
    }

    private mutating func addLab(_ json: JSON, point: MeasurePoint) {
        let components = json.list("component", max: 200)
        if let (value, text, unit) = ObservedValue.read(json) {
            var point = point
            (point.value, point.text) = (value, text)
            labs.add(
                point, code: Self.key(json["code"]), label: Self.label(json["code"]), unit: unit)
        }
        for component in components {
            guard let (value, text, unit) = ObservedValue.read(component) else { continue }
            var part = point
            (part.value, part.text) = (value, text)
            part.range = ReferenceRange(component["referenceRange"])
            part.interpretation = Self.interpretation(component)
            part.panel = Concept.text(json["code"]) ?? point.panel
            labs.add(
                part, code: Self.key(component["code"]), label: Self.label(component["code"]),
                unit: unit)
        }
    }

    /// The code a trend goes by: LOINC before any other system, else the words.
    private static func key(_ concept: JSON?) -> String {
        Concept.code(concept, system: "http://loinc.org") ?? Concept.code(concept)
            ?? label(concept)
    }

    private static func label(_ concept: JSON?) -> String {
        Concept.text(concept) ?? "Measure without a name"
    }
}
