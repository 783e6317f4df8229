import FHIRModel
import FHIRPath
import FHIRSearch
import Foundation
import TestKit
import Testing

/// The narrative of resources that come without one.
@Suite struct `Generated narrative` {
    private static func json(_ text: String) throws -> JSON { try JSON.parse(Array(text.utf8)) }

    private static func div(_ resource: JSON) throws -> String {
        let text = try #require(GeneratedNarrative.text(of: resource))
        return try #require(try JSON.parse(text).string("div"))
    }

    private static func isSound(_ resource: JSON) throws -> Bool {
        let text = try #require(GeneratedNarrative.text(of: resource))
        let whole = try JSON.parse(
            resource.rewritten(setting: ["text": text]), limits: .resource)
        let check = try FHIRPathExpression("text.`div`.htmlChecks()")
        let values = try check.evaluate(on: whole, in: FHIRPathEnvironment(types: .r4))
        guard case .boolean(let isSound)? = values.first else { return false }
        return isSound
    }

    @Test func `it says what the elements say`() throws {
        let div = try Self.div(
            Self.json(
                """
                {"resourceType":"Condition","code":{"coding":[{"code":"E11","display":"Diabetes"}]},\
                "clinicalStatus":{"coding":[{"code":"active"}]},"onsetDateTime":"2019-05",\
                "subject":{"reference":"Patient/1"},"note":[{"text":"Diet"},{"text":"Walks"}]}
                """))
        #expect(
            div == #"<div xmlns="http://www.w3.org/1999/xhtml" class="tribal-ehr-narrative">"#
                + "<p><b>Condition</b></p><table><tbody><tr><th>Problem</th><td>Diabetes</td></tr>"
                + "<tr><th>Status</th><td>active</td></tr><tr><th>Since</th><td>2019-05</td></tr>"
                + "<tr><th>Note</th><td>Diet<br/>Walks</td></tr></tbody></table></div>")
    }

    @Test func `data types are told as people write them`() throws {
        let div = try Self.div(
            Self.json(
                """
                {"resourceType":"Observation","code":{"text":"Blood pressure"},"component":[{"code":\
                {"text":"Systolic"},"valueQuantity":{"value":120,"unit":"mm[Hg]"}}],\
                "effectivePeriod":{"start":"2020","end":"2021"},"referenceRange":[{"low":{\
                "value":1.50,"unit":"g"},"high":{"value":2,"unit":"g"}}]}
                """))
        #expect(div.contains("<td>code: Systolic; value quantity: 120 mm[Hg]</td>"))
        #expect(div.contains("<td>2020 to 2021</td>"))
        #expect(div.contains("<td>1.50 g to 2 g</td>"))
        let patient = try Self.div(
            Self.json(
                """
                {"resourceType":"Patient","name":[{"given":["Ana","B"],"family":"Nez"}],"telecom":[{\
                "system":"phone","value":"555"}],"extension":[{"url":"http://hl7.org/fhir/us/core/\
                StructureDefinition/us-core-race","extension":[{"url":"text","valueString":"Diné"}]}]}
                """))
        #expect(patient.contains("<td>Ana B Nez</td>"))
        #expect(patient.contains("<td>phone: 555</td>"))
        #expect(patient.contains("<th>Race</th><td>Diné</td>"))
    }

    @Test func `nothing in it is markup, whatever the record holds`() throws {
        let evil = try Self.json(
            #"{"resourceType":"Goal","description":{"text":"<script>alert(1)</script>&\"'\u0000"},"#
                + #""lifecycleStatus":"<b"}"#)
        let div = try Self.div(evil)
        #expect(!div.contains("<script"))
        #expect(div.contains("&lt;script&gt;alert(1)&lt;/script&gt;&amp;"))
        #expect(!div.utf8.contains(0))
        #expect(try Self.isSound(evil))
    }

    @Test func `it stays within its bounds`() throws {
        let long = String(repeating: "ᎠᏓ ", count: 4_000)
        let many = (0..<500).map { #"{"text":"\#($0) \#(long.prefix(700))"}"# }
        let big = try Self.json(
            #"{"resourceType":"Condition","code":{"text":"\#(long)"},"note":["#
                + many.joined(separator: ",") + "]}")
        let div = try Self.div(big)
        #expect(div.utf8.count <= GeneratedNarrative.divBytesMax)
        #expect(div.contains("…"))
        #expect(div.contains("There is more in the record itself"))
        #expect(try Self.isSound(big))
    }

    @Test func `types without a narrative get none, and what somebody wrote is known`() throws {
        #expect(
            GeneratedNarrative.text(of: try Self.json(#"{"resourceType":"Binary"}"#)) == nil)
        #expect(
            GeneratedNarrative.text(of: try Self.json(#"{"resourceType":"Bundle"}"#)) == nil)
        let own = try Self.json(
            #"{"resourceType":"Goal","text":{"status":"additional","div":"<div>Mine</div>"}}"#)
        #expect(GeneratedNarrative.isWritten(in: own))
        let made = try JSON.parse(
            own.rewritten(setting: ["text": GeneratedNarrative.text(of: own)]))
        #expect(GeneratedNarrative.isGenerated(in: made))
        #expect(!GeneratedNarrative.isWritten(in: made))
    }

    @Test func `its words are in no index`() throws {
        let goal = try Self.json(
            #"{"resourceType":"Goal","description":{"text":"Walking"},"lifecycleStatus":"active"}"#)
        let told = try JSON.parse(
            goal.rewritten(setting: ["text": GeneratedNarrative.text(of: goal)]))
        let extractor = IndexExtractor()
        let plain = extractor.words(of: goal).filter { $0.parameter == "_content" }
        let with = extractor.words(of: told).filter { $0.parameter == "_content" }
        #expect(plain.map(\.value) != [])
        // The status of the narrative itself is a word of the resource.
        #expect(
            "\(with.map(\.value))".split(separator: " ").count
                <= "\(plain.map(\.value))".split(separator: " ").count + 1)
        #expect(!extractor.words(of: told).contains { $0.parameter == "_text" })
    }

    @Test func `every published example gets a sound one in little time`() throws {
        guard let archive = SharedData.url("fhir-examples/r4-example-pairs.tar.gz") else { return }
        var resources: [JSON] = []
        try SharedData.withFiles(ofArchive: archive) { files in
            for file in files where file.pathExtension == "json" {
                let json = try JSON.parse(Array(Data(contentsOf: file)))
                if GeneratedNarrative.text(of: json) != nil { resources.append(json) }
            }
        }
        for resource in resources {
            let name = "\(resource.string("resourceType") ?? "")/\(resource.string("id") ?? "")"
            #expect(try Self.isSound(resource), "\(name)")
            #expect(try Self.div(resource).utf8.count <= GeneratedNarrative.divBytesMax)
        }
        #expect(resources.count > 100)
        let seconds = Effort.seconds {
            for resource in resources { _ = GeneratedNarrative.text(of: resource) }
        }
        let each = seconds / Double(resources.count) * 1e6
        print("Narrative: \(Int(each)) µs each for \(resources.count) examples")
        #expect(each < 5_000)
    }
}
