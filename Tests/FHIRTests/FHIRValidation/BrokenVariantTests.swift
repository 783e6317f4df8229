import FHIRModel
import FHIRValidation
import Foundation
import TestKit
import Testing

@Suite("Broken variants")
struct BrokenVariantTests {
    private static let variantsCount = 300
    private static let bytesMax = 60_000

    private struct Example {
        let name: String
        let json: JSON
        let defects: [Defect.Kind: [Defect]]
    }

    @Test func `each of 300 resources with one defect is refused at its place`() throws {
        let examples = try examples()
        guard !examples.isEmpty else { return }
        let seed = UInt64(ProcessInfo.processInfo.environment["TRIBAL_EHR_SEED"] ?? "") ?? 6_301
        var random = SeededRandom(seed: seed)
        var counts: [Defect.Kind: Int] = [:]
        var missed: [String] = []
        for number in 0..<Self.variantsCount {
            let kind = Defect.Kind.allCases[number % Defect.Kind.allCases.count]
            let fitting = examples.filter { $0.defects[kind]?.isEmpty == false }
            let example = random.pick(fitting)
            let defect = random.pick(example.defects[kind] ?? [])
            counts[kind, default: 0] += 1
            let patch = try JSONPatch(JSON.parse(Array(defect.patch.utf8)))
            let broken = try JSON.parse(patch.applied(to: example.json))
            let errors = Validator.r4.findings(in: broken).filter { $0.severity == .error }
            if !errors.contains(where: { $0.location == defect.location }) {
                missed.append(
                    "\(example.name) \(kind) at \(defect.location): \(defect.patch.prefix(120)); "
                        + "found \(errors.prefix(3).map(\.location))")
            }
        }
        print("Broken variants, seed \(seed): \(Self.variantsCount), \(missed.count) missed.")
        for one in missed { Issue.record("\(one)") }
        #expect(counts.count == Defect.Kind.allCases.count)
    }

    /// Examples of both packages that are free of errors, with the defects that can be made.
    private func examples() throws -> [Example] {
        guard let archive = SharedData.url("fhir-examples/r4-example-pairs.tar.gz"),
            let lines = SharedData.url("us-core-6.1.0/examples.ndjson.gz")
        else { return [] }
        var found: [Example] = []
        func add(_ bytes: [UInt8], _ name: String, isProfiled: Bool) throws {
            guard bytes.count <= Self.bytesMax else { return }
            let json = try JSON.parse(bytes)
            guard !Validator.r4.findings(in: json).contains(where: { $0.severity == .error })
            else { return }
            let finder = DefectFinder(json, isProfiled: isProfiled)
            found.append(
                Example(
                    name: name, json: json,
                    defects: Dictionary(grouping: finder.defects, by: \.kind)
                ))
        }
        try SharedData.withFiles(ofArchive: archive) { files in
            for file in files where file.pathExtension == "json" {
                try add(
                    Array(Data(contentsOf: file)), file.lastPathComponent, isProfiled: false)
            }
        }
        for (number, line) in try SharedData.lines(lines).enumerated() {
            try add(line, "US Core \(number)", isProfiled: true)
        }
        return found
    }
}
