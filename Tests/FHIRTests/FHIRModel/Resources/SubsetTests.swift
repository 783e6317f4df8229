import FHIRModel
import Testing

/// Parts of resources that clients ask for.
@Suite struct `Subsets` {
    private static let patient = """
        {"resourceType":"Patient","id":"a","meta":{"versionId":"1","tag":[{"code":"x"}]},\
        "text":{"status":"generated","div":"<div xmlns='http://www.w3.org/1999/xhtml'>A</div>"},\
        "contained":[{"resourceType":"Organization","id":"o"}],\
        "extension":[{"url":"urn:e","valueString":"e"}],"identifier":[{"value":"1"}],\
        "_active":{"extension":[{"url":"urn:f","valueString":"f"}]},"name":[{"family":"Nez"}],\
        "birthDate":"1980","maritalStatus":{"text":"M"},"contact":[{"name":{"family":"B"}}],\
        "photo":[{"contentType":"image/png","data":"AA=="}],\
        "link":[{"other":{"reference":"Patient/b"},"type":"seealso"}]}
        """

    private func names(_ text: String, _ subset: Subset) throws -> [String] {
        let bytes = subset.bytes(of: try JSON.parse(Array(text.utf8)))
        return try JSON.parse(bytes).members.map(\.key)
    }

    @Test func `a summary has what the standard marks, and what must be there`() throws {
        #expect(
            try names(Self.patient, .summary) == [
                "resourceType", "id", "meta", "identifier", "_active", "name", "birthDate", "link",
            ])
        let observation = """
            {"resourceType":"Observation","id":"o","status":"final","code":{"text":"c"},\
            "valueQuantity":{"value":1.50,"unit":"kg"},"note":[{"text":"n"}],\
            "referenceRange":[{"text":"r"}],"component":[{"code":{"text":"c"},\
            "valueString":"v","referenceRange":[{"text":"r"}]}]}
            """
        let bytes = Subset.summary.bytes(of: try JSON.parse(Array(observation.utf8)))
        let json = try JSON.parse(bytes)
        #expect(
            json.members.map(\.key) == [
                "resourceType", "id", "status", "code", "valueQuantity", "component", "meta",
            ])
        #expect(json.at("valueQuantity", "value")?.numberText == "1.50")
        #expect(json.at("component", 0)?.members.map(\.key) == ["code", "valueString"])
    }

    @Test func `text, data and elements keep what was asked for and what must be there`() throws {
        #expect(try names(Self.patient, .text) == ["resourceType", "id", "meta", "text"])
        #expect(try names(Self.patient, .data).contains("text") == false)
        #expect(try names(Self.patient, .data).contains("photo"))
        #expect(
            try names(Self.patient, .elements(["birthDate", "Patient.name", "active"])) == [
                "resourceType", "id", "meta", "_active", "name", "birthDate", "link",
            ])
        let observation = """
            {"resourceType":"Observation","status":"final","code":{"text":"c"},\
            "valueString":"v","note":[{"text":"n"}]}
            """
        #expect(
            try names(observation, .elements(["value"])) == [
                "resourceType", "status", "code", "valueString", "meta",
            ])
    }

    @Test func `a part is marked as one, once`() throws {
        let once = Subset.data.bytes(of: try JSON.parse(Array(Self.patient.utf8)))
        let twice = Subset.data.bytes(of: try JSON.parse(once))
        #expect(once == twice)
        let codes = try JSON.parse(once).at("meta", "tag")?.elements.compactMap {
            $0.string("code")
        }
        #expect(codes == ["x", "SUBSETTED"])
    }

    @Test func `a resource of a type that nobody defined keeps its names`() throws {
        #expect(
            try names(#"{"resourceType":"Nothing","id":"1","x":1}"#, .summary)
                == ["resourceType", "id", "meta"])
    }

    @Test func `words that are no summaries give none`() {
        #expect(Subset(summary: "true") == .summary && Subset(summary: "text") == .text)
        #expect(Subset(summary: "count") == nil && Subset(summary: "TRUE") == nil)
    }
}
