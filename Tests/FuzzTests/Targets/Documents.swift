import FHIRModel
import FHIRPath
import FHIRXML

/// What is taken as JSON comes out the same when it is written and read again.
enum JSONInput {
    static func take(_ bytes: [UInt8]) {
        guard let json = try? JSON.parse(bytes) else {
            // What the strict limits refuse, the free ones may still take.
            _ = try? JSON.parse(bytes, limits: .any)
            return
        }
        let canonical = json.canonicalBytes()
        guard let again = try? JSON.parse(canonical, limits: .any),
            let pretty = try? JSON.parse(json.prettyBytes(), limits: .any)
        else { preconditionFailure("what was written cannot be read") }
        precondition(again.canonicalBytes() == canonical, "the canonical form is not stable")
        precondition(pretty.canonicalBytes() == canonical, "the pretty form says something else")
        _ = ResourceCheck.problems(in: json)
        _ = Subset(summary: "true")?.bytes(of: json)
    }
}

/// What is taken as FHIR's XML is JSON that can be written as XML again.
enum XMLInput {
    static func take(_ bytes: [UInt8]) {
        _ = try? XMLPatch(bytes)
        guard let json = try? FHIRXML.r4.json(from: bytes) else { return }
        guard let read = try? JSON.parse(json) else {
            preconditionFailure("XML became JSON that cannot be read")
        }
        guard let xml = try? FHIRXML.r4.xml(from: read) else { return }
        guard let again = try? FHIRXML.r4.json(from: xml) else {
            preconditionFailure("XML that was written cannot be read")
        }
        precondition(again == json, "XML that was written says something else")
    }
}

/// A document, a zero byte, a patch in one of the three languages.
enum PatchInput {
    static func take(_ bytes: [UInt8]) {
        let parts = bytes.parts(2)
        guard parts.count == 2, let json = try? JSON.parse(Array(parts[0].utf8)) else { return }
        let patch = Array(parts[1].utf8)
        if let xml = try? XMLPatch(patch) { _ = try? xml.applied(to: json) }
        guard let operations = try? JSON.parse(patch) else { return }
        if let steps = try? JSONPatch(operations), let made = try? steps.applied(to: json) {
            precondition((try? JSON.parse(made, limits: .any)) != nil, "a patch made no JSON")
        }
        if let steps = try? FHIRPathPatch(operations), let made = try? steps.applied(to: json) {
            precondition((try? JSON.parse(made, limits: .any)) != nil, "a patch made no JSON")
        }
    }
}
