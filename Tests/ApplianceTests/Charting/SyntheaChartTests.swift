import Charting
import FHIRModel
import Testing

/// Every patient of ../shared/data/synthea-r4 as a chart.
@Suite(.enabled(if: !SharedPatients.files.isEmpty, "../shared/data/synthea-r4 is absent"))
struct `Charts of the Synthea patients` {
    @Test func `hold what the files hold`() throws {
        var patientCount = 0
        for file in SharedPatients.files {
            let resources = try SharedPatients.resources(of: file)
            guard let patient = resources.first(where: { $0.type == "Patient" }) else { continue }
            patientCount += 1
            let counts = Dictionary(grouping: resources, by: \.type).mapValues(\.count)
            let bytes = ChartSummary.encode(
                patient: patient.json, resources: resources,
                today: CalendarDay(year: 2026, month: 11, day: 21), openedAtMs: 0, counts: counts,
                truncated: [])
            let chart = try JSON.parse(bytes, limits: .any)
            let name = String(file.suffix(50))
            try expectSound(chart, resources: resources, name: name)
            #expect(chart["counts"]?.count == counts.count, "\(name)")
        }
        #expect(patientCount >= 120)
    }

    private func expectSound(_ chart: JSON, resources: [ChartResource], name: String) throws {
        let banner = try #require(chart["patient"])
        #expect(banner.string("name")?.isEmpty == false, "\(name)")
        #expect(banner["ageText"]?.isNull == false, "\(name)")
        expectActiveConditions(chart, resources: resources, name: name)
        expectSizes(chart, resources: resources, name: name)
        expectMeasures(chart, resources: resources, name: name)
    }

    private func expectActiveConditions(_ chart: JSON, resources: [ChartResource], name: String) {
        let shown = Set(
            chart["problems"].map { list in
                list.elements.filter { $0["isActive"]?.bool == true }.compactMap { $0.string("id") }
            } ?? [])
        for condition in resources where condition.type == "Condition" {
            let status = condition.json.at("clinicalStatus", "coding", 0, "code")?.string
            let check = condition.json.at("verificationStatus", "coding", 0, "code")?.string
            guard status == "active", check == "confirmed" else { continue }
            #expect(shown.contains(condition.id), "\(name)")
        }
    }

    private func expectSizes(_ chart: JSON, resources: [ChartResource], name: String) {
        for (type, list) in [
            ("Condition", "problems"), ("Encounter", "encounters"),
            ("Immunization", "immunizations"), ("DocumentReference", "documents"),
        ] {
            let count = resources.count {
                $0.type == type && $0.json.string("status") != "entered-in-error"
                    && $0.json.at("verificationStatus", "coding", 0, "code")?.string
                        != "entered-in-error"
            }
            #expect(chart[list]?.count == count, "\(name) \(list)")
        }
    }

    /// Every measured Observation is in a trend, and the points of a trend are in order.
    private func expectMeasures(_ chart: JSON, resources: [ChartResource], name: String) {
        var shown: Set<String> = []
        for list in ["vitals", "labs"] {
            for series in chart[list]?.elements.map({ $0 }) ?? [] {
                var last = Int64.min
                for point in series["points"]?.elements.map({ $0 }) ?? [] {
                    shown.insert(point.string("id") ?? "")
                    guard let text = point.string("at"), let at = try? FHIRDateTime(text) else {
                        continue
                    }
                    #expect(at.lowerBoundMs() >= last, "\(name)")
                    last = at.lowerBoundMs()
                }
            }
            let keys = chart.texts(list, "key")
            #expect(Set(keys).count == keys.count, "\(name) \(list)")
        }
        for observation in resources where observation.type == "Observation" {
            let category = observation.json.at("category", 0, "coding", 0, "code")?.string
            guard category == "vital-signs" || category == "laboratory",
                observation.json["valueQuantity"] != nil
                    || observation.json["valueCodeableConcept"] != nil,
                observation.json.string("status") != "entered-in-error"
            else { continue }
            // Halves of a blood pressure share the id of the first of them.
            let code = observation.json.at("code", "coding", 0, "code")?.string
            guard code != "8480-6", code != "8462-4" else { continue }
            #expect(shown.contains(observation.id), "\(name) \(code ?? "")")
        }
    }
}
