import FHIRModel
import Foundation
import TestKit
import Testing

@Suite("Definition table")
struct DefinitionTableTests {
    /// The table as it lies in the tree.
    private static let bytes =
        (try? Data(  // Without the file the tests below fail.
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(
                path: "../../../../Sources/CDefinitions/definitions.bin"))).map { Array($0) } ?? []

    @Test func `the table stays below its size`() {
        #expect(Self.bytes.count > 1_000_000)
        #expect(Self.bytes.count < 2_500_000)
    }

    @Test func `a changed byte is noticed`() {
        var bytes = Self.bytes
        bytes[bytes.count / 2] ^= 1
        bytes.withUnsafeBytes { #expect(!Definitions(bytes: $0).isIntact) }
    }

    @Test func `what is no table defines nothing`() {
        let prefixes = [0, 1, 4, 79, 80, 81, 1_000, Self.bytes.count - 1]
        for count in prefixes {
            Self.bytes.prefix(count).withUnsafeBytes {
                let definitions = Definitions(bytes: $0)
                #expect(definitions.resourceTypes.isEmpty && definitions.type("Patient") == nil)
                #expect(!definitions.isIntact)
                #expect(definitions.searchParameters(for: "Patient").isEmpty)
            }
        }
        [UInt8](repeating: 0xFF, count: 4_096).withUnsafeBytes {
            #expect(Definitions(bytes: $0).types.isEmpty)
        }
    }

    @Test func `a damaged table is harmless`() {
        var random = SeededRandom(seed: 20)
        var bytes = Self.bytes
        for round in 0..<60 {
            var undo: [(place: Int, byte: UInt8)] = []
            for _ in 0..<2_000 {
                // The first rounds damage everything, the later ones leave the header whole.
                let first = round < 20 ? 0 : 80
                let place = first + Int(random.next() % UInt64(bytes.count - first))
                undo.append((place, bytes[place]))
                bytes[place] = UInt8(truncatingIfNeeded: random.next())
            }
            bytes.withUnsafeBytes { Self.read(Definitions(bytes: $0)) }
            for (place, byte) in undo.reversed() { bytes[place] = byte }
        }
        bytes.withUnsafeBytes { #expect(Definitions(bytes: $0).isIntact) }
    }

    @Test func `reading everything is quick and takes little memory`() throws {
        let clock = ContinuousClock()
        var took = Duration.seconds(3_600)
        var grown = Int.max
        for _ in 0..<3 {
            let before = try Self.residentKiB()
            took = min(took, clock.measure { Self.readTypesAndSearches() })
            grown = min(grown, try Self.residentKiB() - before)
        }
        print("Definitions: \(Self.bytes.count) bytes; all types and searches read in \(took),")
        print("with \(grown) KiB more in memory.")
        #expect(took < .seconds(5))
        #expect(grown < 30_720)
    }

    private static func readTypesAndSearches() {
        let definitions = Definitions.r4
        for type in definitions.types {
            for element in type.elements {
                _ = (element.name, element.types.count, element.constraints.count)
            }
        }
        for type in definitions.resourceTypes {
            for parameter in definitions.searchParameters(for: type) { _ = parameter.expression }
        }
    }

    private static func residentKiB() throws -> Int {
        let words = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
            .split(separator: " ")
        return (Int(words[1]) ?? 0) * 4
    }

    private static func read(_ definitions: Definitions) {
        for type in definitions.types.prefix(20) {
            _ = (type.name, type.kind, type.base, type.constraints.first?.expression)
            for element in type.elements.prefix(10) {
                _ = (element.path, element.binding?.valueSet)
                _ = element.types.first?.targetProfiles.count
            }
        }
        _ = definitions.type("Observation")?.element(json: "valueQuantity")?.element.path
        _ = definitions.isType("Patient", a: "Nothing")
        for parameter in definitions.searchParameters(for: "Observation").prefix(10) {
            _ = (parameter.url, parameter.targets.count, parameter.components.first?.expression)
        }
        _ = definitions.compartment("Patient")?.parameters(for: "Observation")
        let profile = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"
        for url in [profile, "http://hl7.org/fhir/StructureDefinition/Questionnaire"] {
            for element in definitions.profile(url)?.elements.prefix(20) ?? [] {
                _ = (element.id, element.fixed, element.slicing?.discriminators.count)
            }
        }
        let system = definitions.codeSystem("http://terminology.hl7.org/CodeSystem/v3-ActCode")
        _ = (system?.subsumes("_ActEncounterCode", "ACUTE"), system?.descendants(of: "AMB").count)
        let set = definitions.valueSet("http://hl7.org/fhir/ValueSet/administrative-gender")
        _ = (set?.contains(system: nil, code: "male"), set?.isEnumerable)
        _ = definitions.operations("expand", for: "ValueSet").first?.parameters.first?.type
    }
}
