import FHIRModel
import FHIRValidation
import Foundation
import TestKit
import Testing

@Suite("Validation of the examples of the standard")
struct ExampleValidationTests {
    @Test func `the examples of FHIR R4 are valid`() throws {
        guard let archive = SharedData.url("fhir-examples/r4-example-pairs.tar.gz") else { return }
        var tally = ExampleTally(exceptions: KnownFaults.r4)
        try SharedData.withFiles(ofArchive: archive) { files in
            for file in files where file.pathExtension == "json" {
                let name = file.deletingPathExtension().lastPathComponent
                tally.check(Array(try Data(contentsOf: file)), name)
            }
        }
        tally.report("FHIR R4")
        #expect(tally.count == 438)
    }

    @Test func `the examples of US Core are valid, with the profiles that they claim`() throws {
        guard let file = SharedData.url("us-core-6.1.0/examples.ndjson.gz") else { return }
        var tally = ExampleTally(exceptions: KnownFaults.usCore)
        for line in try SharedData.lines(file) { tally.check(line, nil) }
        tally.report("US Core 6.1.0")
        #expect(tally.count == 183)
    }
}

/// What examples come to.
struct ExampleTally {
    private let exceptions: [String: [String: String]]
    private(set) var count = 0
    private var faults: [String] = []
    private var used: Set<String> = []

    init(exceptions: [String: [String: String]]) { self.exceptions = exceptions }

    mutating func check(_ bytes: [UInt8], _ name: String?) {
        count += 1
        do {
            let json = try JSON.parse(bytes, limits: .resource)
            let name =
                name ?? "\(json.string("resourceType") ?? "")/\(json.string("id") ?? "")"
            for finding in Validator.r4.findings(in: json) where finding.severity == .error {
                if exceptions[name]?[finding.location] != nil {
                    used.insert("\(name) \(finding.location)")
                } else {
                    faults.append("\(name): \(finding.location): \(finding.text)")
                }
            }
        } catch {
            faults.append("\(name ?? ""): \(error)")
        }
    }

    func report(_ what: String) {
        print("\(what): \(count) examples, \(used.count) known faults.")
        for fault in faults { Issue.record("\(fault)") }
        for (name, places) in exceptions {
            for place in places.keys {
                #expect(used.contains("\(name) \(place)"), "\(name) \(place) is no fault any more.")
            }
        }
    }
}

/// Errors of the examples themselves, by name and place, with the reason.
enum KnownFaults {
    private static let normative =
        "carries an extension that its own definition gives to StructureDefinition only"
    private static let ethnicity =
        "uses the extension for ethnicity as it was in DSTU2, with a code as its value"

    static let r4: [String: [String: String]] = [
        "operation-resource-validate": ["OperationDefinition.extension[2]": normative],
        "operation-codesystem-subsumes": ["OperationDefinition.extension[2]": normative],
        "observation-example-genetics-brcapat": [
            "Observation.extension[1]": ethnicity, "Observation.extension[1].value": ethnicity,
            "Observation.extension[1].extension": ethnicity,
        ],
    ]
    static let usCore: [String: [String: String]] = [:]
}
