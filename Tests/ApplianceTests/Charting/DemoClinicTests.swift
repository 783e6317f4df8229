import CDemoClinic
import Charting
import FHIRModel
import Testing

/// The invented clinic that is built into the program.
@Suite struct `Demo clinic` {
    @Test func `ids are unique, marked and start with demo`() throws {
        var seen: Set<String> = []
        for resource in try Self.resources() {
            let address = "\(resource.type)/\(resource.id)"
            #expect(seen.insert(address).inserted, "\(address)")
            #expect(resource.id.hasPrefix("demo-") && FHIRID.isValid(resource.id), "\(address)")
            #expect(ResourceType.isKnown(resource.type), "\(address)")
            let tag = resource.json.at("meta", "tag", 0)
            #expect(tag?.string("system") == "urn:tribal-ehr:tag", "\(address)")
            #expect(tag?.string("code") == "demo", "\(address)")
            #expect(ResourceCheck.problems(in: resource.json).isEmpty, "\(address)")
        }
    }

    @Test func `every reference points into the set`() throws {
        let resources = try Self.resources()
        let known = Set(resources.map { "\($0.type)/\($0.id)" })
        for resource in resources {
            resource.json.forEachString { key, value in
                guard key == "reference" else { return }
                #expect(known.contains(value), "\(resource.id)")
            }
        }
    }

    @Test func `lines and file stay within their limits`() {
        let lines = Self.lines()
        #expect(lines.allSatisfy { $0.count <= 65_536 })
        #expect(lines.reduce(0) { $0 + $1.count + 1 } <= 2_097_152)
    }

    @Test func `there are twenty patients, eight of them children, each with a full chart`() throws {
        let resources = try Self.resources()
        let patients = resources.filter { $0.type == "Patient" }
        #expect(patients.count == 20)
        #expect(patients.count { ($0.json.string("birthDate") ?? "") > "2008-11-01" } == 8)
        var statuses: [String: Int] = [:]
        for patient in patients {
            let mine = resources.filter {
                PatientCompartment.patientReference(in: $0.json) == "Patient/\(patient.id)"
            }
            let chart = try JSON.parse(
                ChartSummary.encode(
                    patient: patient.json, resources: mine,
                    today: CalendarDay(year: 2026, month: 11, day: 21), openedAtMs: 0, counts: [:],
                    truncated: []), limits: .any)
            statuses[chart.string("allergyStatus") ?? "", default: 0] += 1
            #expect(chart.at("patient", "isDemo")?.bool == true)
            #expect(chart.at("patient", "mrn")?.string != nil)
            #expect(chart.at("patient", "tribalAffiliations")?.count == 1)
            for list in ["vitals", "encounters", "immunizations", "notes"] {
                #expect((chart[list]?.count ?? 0) > 0, "\(patient.id) \(list)")
            }
        }
        #expect(Set(statuses.keys) == ["known", "none-known", "not-asked"])
    }

    @Test func `the behavioral label is on some records and on no patient`() throws {
        let labeled = try Self.resources().filter {
            $0.json.at("meta", "security", 0, "code")?.string == "BH"
        }
        #expect(Set(labeled.map(\.type)).isSuperset(of: [
            "Condition", "DocumentReference", "Encounter", "MedicationRequest", "Observation",
        ]))
        #expect(!labeled.contains { $0.type == "Patient" })
    }

    private static func lines() -> [[UInt8]] {
        var count = 0
        guard let start = demo_clinic(&count) else { return [] }
        return UnsafeBufferPointer(start: start, count: count).split(separator: 0x0A)
            .map { Array($0) }
    }

    private static func resources() throws -> [ChartResource] {
        try lines().map { line in
            let json = try JSON.parse(line)
            return ChartResource(
                type: json.string("resourceType") ?? "", id: json.string("id") ?? "", json: json)
        }
    }
}
