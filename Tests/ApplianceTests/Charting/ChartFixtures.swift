import Charting
import FHIRModel
import Foundation
import TestKit
import Testing

/// Makes charts of resources written down in a test.
struct ChartFixture {
    var patient = #"{"resourceType":"Patient","id":"p","name":[{"family":"Doe","given":["J"]}]}"#
    var resources: [String] = []
    var today = CalendarDay(year: 2026, month: 11, day: 21)
    var counts: [String: Int] = [:]
    var truncated: [String] = []

    init(patient: String? = nil, _ resources: String...) {
        if let patient { self.patient = patient }
        self.resources = resources
    }

    /// The chart that `ChartSummary` writes, read back.
    func chart() throws -> JSON {
        let parsed = try resources.map { try JSON.parse(Array($0.utf8)) }
        let bytes = ChartSummary.encode(
            patient: try JSON.parse(Array(patient.utf8)),
            resources: parsed.map {
                ChartResource(
                    type: $0.string("resourceType") ?? "", id: $0.string("id") ?? "", json: $0)
            },
            today: today, openedAtMs: 1_795_255_200_000, counts: counts, truncated: truncated)
        return try JSON.parse(bytes, limits: .any)
    }
}

extension JSON {
    /// The texts at one member of every element of a list.
    func texts(_ list: String, _ member: String) -> [String?] {
        self[list].map { $0.elements.map { $0.string(member) } } ?? []
    }

    /// The points of the trend with a key.
    func points(_ list: String, _ key: String) -> [JSON] {
        self[list]?.elements.first { $0.string("key") == key }?["points"]
            .map { Array($0.elements) } ?? []
    }
}

/// The patients under ../shared/data/synthea-r4, if that folder is there.
enum SharedPatients {
    /// The paths of all patients' files; empty where the folder is absent.
    static let files: [String] = {
        let project = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let shared =
            ProcessInfo.processInfo.environment["TRIBAL_EHR_SHARED"]
            .map { URL(fileURLWithPath: $0) }
            ?? project.deletingLastPathComponent().appendingPathComponent("shared")
        let root = shared.appendingPathComponent("data/synthea-r4")
        return ["inferno-us-core", "plain", "us-core-profiled"].flatMap { folder in
            let files = try? FileManager.default.contentsOfDirectory(
                at: root.appendingPathComponent(folder), includingPropertiesForKeys: nil)
            return (files ?? []).map(\.path).filter { $0.hasSuffix(".gz") }
        }.sorted()
    }()

    /// The resources of a gzip file with a Bundle.
    static func resources(of file: String) throws -> [ChartResource] {
        let gzip = try Program.run("/usr/bin/gzip", ["-dc", file])
        let bundle = try JSON.parse(gzip.output, limits: .any)
        return (bundle["entry"].map { Array($0.elements) } ?? []).compactMap { entry in
            guard let json = entry["resource"], let type = json.string("resourceType"),
                let id = json.string("id")
            else { return nil }
            return ChartResource(type: type, id: id, json: json)
        }
    }
}
