import FHIRModel

/// The Observations that a set of vital signs becomes.
///
/// Spec: US Core 6.1.0 vital signs,
/// https://hl7.org/fhir/us/core/STU6.1/StructureDefinition-us-core-vital-signs.html
struct VitalResources {
    /// One Observation before it has a grant.
    struct Made {
        let id: String
        /// What the page calls it.
        let label: String
        let interpretation: String?
        let json: [UInt8]
    }

    let patientID: String
    /// The Practitioner who measured; nil where the person is none.
    let practitionerID: String?
    let performerName: String
    let ageDays: Int64?
    let takenAt: String

    /// Makes one Observation for each measure; height and weight of one set give the body mass index
    /// as well.
    ///
    /// - Parameter nextID: called once for each.
    func observations(of form: VitalsForm, nextID: () -> String) -> [Made] {
        var made = form.pressures.map { pressure($0, id: nextID()) }
        var ids: [VitalKind: String] = [:]
        let flow = form.values.first { $0.kind == .oxygenFlow }
        for value in form.values where value.kind != .oxygenFlow {
            let id = nextID()
            ids[value.kind] = id
            let with = value.kind == .oxygenSaturation ? flow : nil
            made.append(single(value, flow: with, id: id))
        }
        guard let weight = form.values.first(where: { $0.kind == .weight }),
            let height = form.values.first(where: { $0.kind == .height }),
            let index = Self.bodyMassIndex(weight: weight.base, height: height.base)
        else { return made }
        let value = VitalValue(
            kind: .bodyMassIndex, number: index, unit: VitalKind.bodyMassIndex.units[0])
        let sources = [ids[.weight], ids[.height]].compactMap(\.self)
        made.append(single(value, derivedFrom: sources, id: nextID()))
        return made
    }

    /// Kilograms by square metres, to the tenth; nil where that is no sensible number.
    ///
    /// - Parameters:
    ///   - weight: thousandths of a kilogram.
    ///   - height: thousandths of a centimetre.
    static func bodyMassIndex(weight: Int, height: Int) -> MeasuredNumber? {
        guard height > 0 else { return nil }
        let index = MeasuredNumber(thousandths: weight * 10_000_000 / height * 1_000 / height)
        let limits = VitalLimits.of(.bodyMassIndex, at: .grown, days: nil)
        return limits.possible.contains(index.thousandths) ? index.tenths : nil
    }

    private func limits(_ kind: VitalKind) -> VitalLimits {
        VitalLimits.of(kind, at: VitalAge(days: ageDays), days: ageDays)
    }

    private func pressure(_ reading: PressureReading, id: String) -> Made {
        let both = [reading.systolic, reading.diastolic]
        let found = both.compactMap { limits($0.kind).interpretation($0.base) }
        // The worse of the two stands for the pair.
        let worst = ["LL", "HH", "L", "H", "N"].first(where: found.contains)
        let json = observation(
            id: id, profile: "us-core-blood-pressure",
            codes: [("85354-9", "Blood pressure panel with all children optional")],
            interpretation: worst
        ) { out in
            if let position = reading.position { Self.write(position, to: &out) }
            out.array("component") { list in
                for value in both {
                    list.object { part in
                        Self.write(codes: value.kind.codes, "code", to: &part)
                        Self.write(value, to: &part)
                        if let code = limits(value.kind).interpretation(value.base) {
                            Self.write(interpretation: code, to: &part)
                        }
                    }
                }
            }
        }
        return Made(id: id, label: "Blood pressure", interpretation: worst, json: json)
    }

    private func single(
        _ value: VitalValue, flow: VitalValue? = nil, derivedFrom: [String] = [], id: String
    ) -> Made {
        let code = limits(value.kind).interpretation(value.base)
        let json = observation(
            id: id, profile: value.kind.profile, codes: value.kind.codes, interpretation: code
        ) { out in
            Self.write(value, to: &out)
            if !derivedFrom.isEmpty {
                out.array("derivedFrom") { list in
                    for id in derivedFrom {
                        list.object { $0.member("reference", "Observation/\(id)") }
                    }
                }
            }
            guard let flow else { return }
            out.array("component") { list in
                list.object { part in
                    Self.write(codes: flow.kind.codes, "code", to: &part)
                    Self.write(flow, to: &part)
                }
            }
        }
        return Made(id: id, label: value.kind.label, interpretation: code, json: json)
    }

    private func observation(
        id: String, profile: String?, codes: [(code: String, display: String)],
        interpretation: String?, _ rest: (inout JSONWriter) -> Void
    ) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 1_024)
        writer.object { out in
            out.member("resourceType", "Observation")
            out.member("id", id)
            if let profile {
                out.object("meta") { meta in
                    meta.array("profile") {
                        $0.string("http://hl7.org/fhir/us/core/StructureDefinition/\(profile)")
                    }
                }
            }
            out.member("status", "final")
            out.array("category") { list in
                list.object { one in
                    one.array("coding") {
                        $0.object { coding in
                            coding.member("system", Self.categories)
                            coding.member("code", "vital-signs")
                            coding.member("display", "Vital Signs")
                        }
                    }
                }
            }
            Self.write(codes: codes, "code", to: &out)
            out.object("subject") { $0.member("reference", "Patient/\(patientID)") }
            out.member("effectiveDateTime", takenAt)
            out.array("performer") { list in
                list.object { one in
                    if let practitionerID {
                        one.member("reference", "Practitioner/\(practitionerID)")
                    }
                    one.member("display", performerName)
                }
            }
            if let interpretation { Self.write(interpretation: interpretation, to: &out) }
            rest(&out)
        }
        return writer.bytes
    }

    private static let categories = "http://terminology.hl7.org/CodeSystem/observation-category"
    private static let interpretations =
        "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"

    private static func write(
        codes: [(code: String, display: String)], _ name: String, to out: inout JSONWriter
    ) {
        out.object(name) { concept in
            concept.array("coding") { list in
                for (code, display) in codes {
                    list.object { coding in
                        coding.member("system", "http://loinc.org")
                        coding.member("code", code)
                        coding.member("display", display)
                    }
                }
            }
            if let display = codes.first?.display { concept.member("text", display) }
        }
    }

    private static func write(_ value: VitalValue, to out: inout JSONWriter) {
        out.object("valueQuantity") { quantity in
            quantity.key("value")
            quantity.number(text: value.number.text)
            quantity.member("unit", value.unit.shown)
            quantity.member("system", "http://unitsofmeasure.org")
            quantity.member("code", value.unit.code)
        }
    }

    private static func write(interpretation code: String, to out: inout JSONWriter) {
        let words = [
            "LL": "Critical low", "L": "Low", "N": "Normal", "H": "High", "HH": "Critical high",
        ]
        out.array("interpretation") { list in
            list.object { one in
                one.array("coding") {
                    $0.object { coding in
                        coding.member("system", interpretations)
                        coding.member("code", code)
                        if let display = words[code] { coding.member("display", display) }
                    }
                }
            }
        }
    }

    private static func write(_ position: BodyPosition, to out: inout JSONWriter) {
        out.array("extension") { list in
            list.object { one in
                one.member(
                    "url", "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition")
                one.object("valueCodeableConcept") { concept in
                    concept.array("coding") {
                        $0.object { coding in
                            coding.member("system", "http://snomed.info/sct")
                            coding.member("code", position.coding.code)
                            coding.member("display", position.coding.display)
                        }
                    }
                }
            }
        }
    }
}
