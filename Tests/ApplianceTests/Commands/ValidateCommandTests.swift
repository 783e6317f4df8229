import FHIRModel
import TestKit
import Testing

@Suite("Validate command")
struct ValidateCommandTests {
    @Test func `files are checked without a box, and an error ends the command with 1`() async {
        let scratch = Scratch()
        let good = scratch.write("a.json", #"{"resourceType":"Patient","gender":"female"}"#.utf8)
        let bad = scratch.write(
            "b.ndjson",
            (#"{"resourceType":"Patient"}"# + "\n\n" + #"{"resourceType":"Patient","gender":"f"}"#
                + "\nnot JSON\n").utf8)
        let fine = Said()
        #expect(await fine.run(["validate", good]) == 0)
        #expect(fine.out.last == "1 resource in 1 file: 0 errors, 1 warning.")
        let said = Said()
        #expect(await said.run(["validate", bad]) == 1)
        #expect(said.text.contains("\(bad), line 3: error: Patient.gender: "))
        #expect(said.text.contains("\(bad), line 4: error: "))
        #expect(await Said().run(["validate", "/nowhere.json"]) == 1)
    }

    @Test func `a profile can be asked for, and a script reads the findings`() async throws {
        let scratch = Scratch()
        let file = scratch.write("a.json", #"{"resourceType":"Patient"}"#.utf8)
        let said = Said()
        let core = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-patient"
        #expect(await said.run(["validate", file, "--profile", core, "--json"]) == 1)
        let report = try JSON.parse(Array((said.out.last ?? "").utf8))
        #expect(report["resources"]?.int == 1)
        let places = report["findings"]?.elements.compactMap { $0.string("location") } ?? []
        #expect(Set(places).isSuperset(of: ["Patient.identifier", "Patient.name"]))
    }
}
