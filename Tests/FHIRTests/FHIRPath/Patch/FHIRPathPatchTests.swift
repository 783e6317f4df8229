import FHIRModel
import FHIRPath
import FHIRXML
import Foundation
import Testing

/// Changes to resources at places that expressions find.
@Suite struct `FHIRPath Patch` {
    private static let patient = """
        {"resourceType":"Patient","id":"p","active":true,"name":[{"use":"official",\
        "given":["Ana","Bea"],"_given":[null,{"id":"g"}]},{"use":"old","family":"Nez"}],\
        "deceasedBoolean":false,"contact":[{"name":{"text":"C"}}]}
        """

    /// An operation from its parts as JSON members behind their names.
    private func operation(_ parts: (name: String, value: String)...) -> String {
        let list = parts.map { #"{"name":"\#($0.name)",\#($0.value)}"# }
        return #"{"name":"operation","part":[\#(list.joined(separator: ","))]}"#
    }

    private func patched(_ operations: String..., resource: String = patient) throws -> JSON {
        let text =
            #"{"resourceType":"Parameters","parameter":[\#(operations.joined(separator: ","))]}"#
        let patch = try FHIRPathPatch(try JSON.parse(Array(text.utf8)))
        return try JSON.parse(try patch.applied(to: try JSON.parse(Array(resource.utf8))))
    }

    private func type(_ word: String) -> (name: String, value: String) {
        ("type", #""valueCode":"\#(word)""#)
    }

    private func path(_ text: String) -> (name: String, value: String) {
        ("path", #""valueString":"\#(text)""#)
    }

    @Test func `elements are added where there are none, and to the end of lists`() throws {
        let json = try patched(
            operation(
                type("add"), path("Patient"), ("name", #""valueString":"birthDate""#),
                ("value", #""valueDate":"1980""#)),
            operation(
                type("add"), path("Patient.name.where(use='official')"),
                ("name", #""valueString":"given""#), ("value", #""valueString":"Cai""#)),
            operation(
                type("add"), path("Patient"), ("name", #""valueString":"multipleBirth""#),
                ("value", #""valueInteger":2"#)),
            operation(
                type("add"), path("Patient"), ("name", #""valueString":"contact""#),
                (
                    "value",
                    #""part":[{"name":"relationship","valueCodeableConcept":{"text":"M"}},"#
                        + #"{"name":"gender","valueCode":"female"}]"#
                )))
        #expect(json["birthDate"]?.string == "1980")
        #expect(json["multipleBirthInteger"]?.int == 2)
        #expect(
            json.at("name", 0, "given")?.elements.compactMap(\.string) == ["Ana", "Bea", "Cai"])
        #expect(json.at("name", 0, "_given")?.count == 3)
        #expect(json.at("contact", 1, "relationship", 0, "text")?.string == "M")
        #expect(json.at("contact", 1, "gender")?.string == "female")
    }

    @Test func `lists keep what stands beside their values`() throws {
        let moved = try patched(
            operation(
                type("move"), path("Patient.name[0].given"), ("source", #""valueInteger":1"#),
                ("destination", #""valueInteger":0"#)))
        #expect(moved.at("name", 0, "given")?.elements.compactMap(\.string) == ["Bea", "Ana"])
        #expect(moved.at("name", 0, "_given", 0, "id")?.string == "g")
        let left = try patched(operation(type("delete"), path("Patient.name[0].given[1]")))
        #expect(left.at("name", 0, "given")?.count == 1 && left.at("name", 0, "_given") == nil)
        let inserted = try patched(
            operation(
                type("insert"), path("Patient.name[0].given"), ("index", #""valueInteger":0"#),
                ("value", #""valueString":"Zoe","_valueString":{"id":"z"}"#)))
        #expect(inserted.at("name", 0, "_given", 0, "id")?.string == "z")
        #expect(inserted.at("name", 0, "_given", 2, "id")?.string == "g")
    }

    @Test func `what becomes empty goes, and what is not there is deleted already`() throws {
        let json = try patched(
            operation(type("delete"), path("Patient.contact[0].name.text")),
            operation(type("delete"), path("Patient.photo")))
        #expect(json["contact"] == nil && json["name"] != nil)
    }

    @Test func `a value is replaced, by one of another type where there is a choice`() throws {
        let json = try patched(
            operation(
                type("replace"), path("Patient.deceased"),
                ("value", #""valueDateTime":"2020-01-01""#)),
            operation(
                type("replace"), path("Patient.name[1].family"),
                ("value", #""valueString":"Yazzie""#)))
        #expect(json["deceasedBoolean"] == nil)
        #expect(json["deceasedDateTime"]?.string == "2020-01-01")
        #expect(json.at("name", 1, "family")?.string == "Yazzie")
    }

    @Test(arguments: [
        ("delete", "Patient.name", PatchError.Code.severalTargets),
        ("delete", "Patient", .wholeDocument), ("delete", "1 + 1", .badPath),
        ("delete", "Patient.name.given.first().length()", .badPath),
        ("delete", "Patient.(", .badPath),
        ("delete", "%vs.x", .badPath), ("fly", "Patient.name", .unknownOperation),
        ("replace", "Patient.photo", .badMember), ("add", "Patient", .badMember),
    ])
    func `what does not fit is refused with its operation`(
        word: String, place: String, code: PatchError.Code
    ) {
        #expect(throws: PatchError.self) {
            do {
                _ = try patched(
                    operation(type("delete"), path("Patient.active")),
                    operation(type(word), path(place)))
            } catch let error as PatchError {
                #expect(error.code == code && error.operationIndex == 1)
                throw error
            }
        }
    }

    @Test(arguments: [
        (#""valueString":"birthDate""#, #""valueDate":"1980""#, "Patient.photo", "noTarget"),
        (#""valueString":"color""#, #""valueString":"x""#, "Patient", "badValue"),
        (#""valueString":"active""#, #""valueBoolean":true"#, "Patient", "badPosition"),
        (#""valueString":"deceased""#, #""valueDateTime":"2020""#, "Patient", "badPosition"),
        (#""valueString":"deceased""#, #""valueString":"x""#, "Patient", "badValue"),
        (#""valueString":"use""#, #""valueCode":"usual""#, "Patient.name", "severalTargets"),
        (#""valueString":"x""#, #""valueCode":"usual""#, "Patient.active", "badValue"),
    ])
    func `an addition that has no place is refused`(
        name: String, value: String, place: String, code: String
    ) throws {
        #expect(throws: PatchError.self) {
            do {
                _ = try patched(
                    operation(type("add"), path(place), ("name", name), ("value", value)))
            } catch let error as PatchError {
                #expect(error.code.rawValue == code)
                throw error
            }
        }
    }

    @Test func `a patch that is none is refused`() throws {
        for text in [
            "[]", #"{"resourceType":"Patient"}"#,
            #"{"resourceType":"Parameters","parameter":[{"name":"other"}]}"#,
            #"{"resourceType":"Parameters","parameter":{}}"#,
        ] {
            let json = try JSON.parse(Array(text.utf8))
            #expect(throws: PatchError.self) { try FHIRPathPatch(json) }
        }
    }

    @Test func `the official cases come out as they say`() throws {
        guard let url = SharedData.url("fhirpath/patch/fhir-patch-tests.xml") else { return }
        var text = try String(contentsOf: url, encoding: .utf8)
        while let start = text.range(of: "<!--"),
            let end = text.range(of: "-->", range: start.upperBound..<text.endIndex)
        {
            text.removeSubrange(start.lowerBound..<end.upperBound)
        }
        let cases = text.components(separatedBy: "<case ").dropFirst()
        var count = 0
        for one in cases {
            let name = String(one.dropFirst(6).prefix { $0 != "\"" })
            guard let input = try Self.json("input", one), let diff = try Self.json("diff", one)
            else {
                Issue.record("\(name) lacks a part")
                continue
            }
            count += 1
            let output = try Self.json("output", one)
            do {
                let made = try FHIRPathPatch(diff).applied(to: input)
                let json = try Self.unquoted(JSON.parse(made))
                let wanted = try output.map(Self.unquoted)
                #expect(wanted.map { json.isEqual(to: $0) } == true, "\(name)")
            } catch let error as PatchError {
                #expect(output == nil, "\(name): \(error)")
            }
        }
        print("FHIRPath Patch: \(count) official cases")
        #expect(count == 33)
    }

    /// Narratives may write a quotation mark in two ways that mean the same.
    private static func unquoted(_ json: JSON) throws -> JSON {
        let text = String(decoding: json.canonicalBytes(), as: UTF8.self)
        return try JSON.parse(
            Array(text.replacingOccurrences(of: "&quot;", with: "\\\"").utf8))
    }

    private static func json(_ part: String, _ text: String) throws -> JSON? {
        guard let start = text.range(of: "<\(part)>"), let end = text.range(of: "</\(part)>") else {
            return nil
        }
        let xml = text[start.upperBound..<end.lowerBound].trimmingCharacters(
            in: .whitespacesAndNewlines)
        return try JSON.parse(try FHIRXML.r4.json(from: Array(xml.utf8)))
    }
}
