import FHIRModel

extension ChartSummary {
    /// Vital signs and lab results as trends.
    mutating func writeMeasures(to out: inout JSONWriter) {
        var sorter = MeasureSorter(panels: PanelNames(resources))
        for resource in resources where resource.type == "Observation" {
            sorter.add(resource)
        }
        sorter.finish()
        if sorter.vitals.isCut || sorter.labs.isCut { truncated.insert("Observation") }
        out.array("vitals") { out in
            for series in sorter.vitals.series { Self.writeVital(series, to: &out) }
        }
        out.array("labs") { out in
            for series in sorter.labs.series { Self.writeLab(series, to: &out) }
        }
    }

    private static func writeVital(_ series: MeasureSeries, to out: inout JSONWriter) {
        out.object { out in
            out.member("key", series.key)
            out.member("label", series.label)
            out.member("unit", series.unit)
            out.member("kind", series.isPair ? "pair" : "single")
            out.array("points") { out in
                for point in series.points {
                    out.object { out in
                        out.member("id", point.id)
                        out.member("at", optional: point.at)
                        out.member("value", optional: point.value)
                        out.member("value2", optional: point.value2)
                        Self.writeJudgement(of: point, to: &out)
                    }
                }
            }
        }
    }

    private static func writeLab(_ series: MeasureSeries, to out: inout JSONWriter) {
        out.object { out in
            out.member("key", series.key)
            out.member("label", series.label)
            out.member("unit", series.unit)
            out.member("kind", series.isNumeric ? "single" : "text")
            out.member("panel", optional: series.points.last { $0.panel != nil }?.panel)
            out.array("points") { out in
                for point in series.points {
                    out.object { out in
                        out.member("id", point.id)
                        out.member("at", optional: point.at)
                        out.member("value", optional: point.value)
                        out.member("text", optional: point.text)
                        Self.writeJudgement(of: point, to: &out)
                    }
                }
            }
        }
    }

    private static func writeJudgement(of point: MeasurePoint, to out: inout JSONWriter) {
        out.member("low", optional: point.range.low)
        out.member("high", optional: point.range.high)
        out.member("range", optional: point.range.text)
        out.member("interpretation", optional: point.interpretation)
        out.member("status", optional: point.status)
    }
}

/// The names of the panels that results belong to.
struct PanelNames {
    private var byMember: [String: String] = [:]
    private var labMembers: Set<String> = []

    init(_ resources: [ChartResource]) {
        for resource in resources {
            let json = resource.json
            if json["status"]?.equals("entered-in-error") == true { continue }
            switch resource.type {
            case "DiagnosticReport": add(json["result"], of: json, isLab: Self.isLab(json))
            case "Observation": add(json["hasMember"], of: json, isLab: false)
            default: break
            }
        }
    }

    private mutating func add(_ members: JSON?, of panel: JSON, isLab: Bool) {
        guard let members else { return }
        let name = Concept.text(panel["code"])
        for member in members.elements {
            guard let text = member.string("reference") else { continue }
            let id = String(ReferencedResources.id(in: text))
            if let name, byMember[id] == nil { byMember[id] = name }
            if isLab { labMembers.insert(id) }
        }
    }

    /// Whether the report comes from a laboratory, as far as it says so.
    private static func isLab(_ report: JSON) -> Bool {
        let codings = Concept.allCodings(report["category"])
        guard !codings.isEmpty else { return true }
        let sections: Set = ["LAB", "laboratory", "CH", "HM", "MB", "SR", "TX", "BLB", "VR", "IMM"]
        return codings.contains { $0.string("code").map(sections.contains) ?? false }
    }

    /// The panel of a result.
    func name(of id: String) -> String? { byMember[id] }

    /// Whether a laboratory report lists the result.
    func isLabMember(_ id: String) -> Bool { labMembers.contains(id) }
}
