import Charting
import FHIRModel
import Foundation
import TestKit
import Testing

private let pythonPath = "/usr/bin/python3"
private let hasPython = FileManager.default.isExecutableFile(atPath: pythonPath)

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

    @Test func `lines and file stay within their limits`() throws {
        let lines = try DemoLines.all()
        #expect(lines.allSatisfy { $0.count <= 65_536 })
        #expect(lines.reduce(0) { $0 + $1.count + 1 } <= 4_194_304)
        #expect(DemoLines.packedBytesCount <= 1_572_864)
    }

    @Test func `there are twenty patients, eight of them children, each with a full chart`() throws
    {
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
        #expect(
            Set(labeled.map(\.type)).isSuperset(of: [
                "Condition", "DocumentReference", "Encounter", "MedicationRequest", "Observation",
            ]))
        #expect(!labeled.contains { $0.type == "Patient" })
    }

    @Test func `records with values of the wrong kind still make a chart`() throws {
        var bender = Bender()
        for line in try DemoLines.all() where bender.random(below: 3) == 0 {
            let json = try JSON.parse(line)
            var writer = JSONWriter()
            bender.write(json, to: &writer)
            let bent = try JSON.parse(writer.bytes, limits: .any)
            let resource = ChartResource(
                type: json.string("resourceType") ?? "", id: "x", json: bent)
            let bytes = ChartSummary.encode(
                patient: bent, resources: [resource],
                today: CalendarDay(year: 2026, month: 11, day: 21), openedAtMs: 0, counts: [:],
                truncated: [])
            #expect(try JSON.parse(bytes, limits: .any).isObject)
            _ = NoteText.of(documentReference: bent).encode()
        }
    }

    @Test(.enabled(if: hasPython, "python3 is absent"))
    func `the generator writes exactly the committed file`() throws {
        let script = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("appliance/generate-demo")
        #expect(try Program.run(pythonPath, [script.path, "--check"]).status == 0)
    }

    /// Copies a record and puts values of other kinds in some places.
    private struct Bender {
        private var state: UInt64 = 7
        private let odd = ["null", "7", "\"x\"", "[]", "{}", "[null,[1]]", "true", "-1e9"]

        mutating func random(below limit: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }

        mutating func write(_ json: JSON, to writer: inout JSONWriter) {
            if random(below: 12) == 0 { return writer.raw(odd[random(below: odd.count)].utf8) }
            switch json.kind {
            case .object:
                writer.beginObject()
                for (key, value) in json.members {
                    writer.key(key)
                    write(value, to: &writer)
                }
                writer.endObject()
            case .array:
                writer.beginArray()
                for element in json.elements { write(element, to: &writer) }
                writer.endArray()
            default: writer.value(json)
            }
        }
    }

    private static func resources() throws -> [ChartResource] {
        try DemoLines.all().map { line in
            let json = try JSON.parse(line)
            return ChartResource(
                type: json.string("resourceType") ?? "", id: json.string("id") ?? "", json: json)
        }
    }
}
