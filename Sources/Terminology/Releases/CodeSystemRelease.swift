package import FHIRModel
package import Kernel

/// A CodeSystem resource as a release that is loaded, code by code.
///
/// Spec: FHIR R4 CodeSystem, https://hl7.org/fhir/R4/codesystem.html
package struct CodeSystemRelease: Sendable {
    /// Codes of one resource.
    package static let codesMax = 1_000_000
    private static let depthMax = 60
    private static let textBytesMax = 4_000
    private static let codeBytesMax = 200

    /// What is told before the codes.
    package let draft: TermReleaseDraft
    /// The codes, each after the one that it is below.
    package private(set) var pieces: [TermPiece] = []

    /// Reads a resource.
    ///
    /// - Throws: ``Problem`` that says why it cannot be loaded.
    package init(_ json: JSON) throws(Problem) {
        guard json.string("resourceType") == "CodeSystem" else {
            throw Problem(
                .notSupported,
                "The file holds no CodeSystem. ValueSet and ConceptMap are taken in with "
                    + "tribal-ehr import.")
        }
        guard let url = json.string("url"), !url.isEmpty, url.utf8.count <= 400,
            !url.contains(where: \.isWhitespace)
        else { throw Problem(.required, "The CodeSystem has no address (url).") }
        guard !["not-present", "supplement"].contains(json.string("content") ?? "") else {
            throw Problem(
                .incomplete,
                "The CodeSystem \(url) holds no codes of its own (content is "
                    + "\(json.string("content") ?? "")). Load the file of its publisher.")
        }
        draft = TermReleaseDraft(
            system: url, version: Self.short(json.string("version") ?? "unknown"),
            title: Self.short(json.string("title") ?? json.string("name") ?? url),
            licence: Self.short(json.string("copyright") ?? "As the CodeSystem says"))
        if let concepts = json["concept"] { try take(concepts, below: nil, depth: 1) }
    }

    private mutating func take(_ concepts: JSON, below parent: String?, depth: Int) throws(Problem)
    {
        guard depth <= Self.depthMax else {
            throw Problem(.tooCostly, "The codes stand more than \(Self.depthMax) levels deep.")
        }
        for json in concepts.elements {
            guard let code = json.string("code"), !code.isEmpty,
                code.utf8.count <= Self.codeBytesMax
            else { throw Problem(.value, "A concept of \(draft.system) has no code.") }
            guard pieces.count < Self.codesMax else {
                throw Problem(.tooCostly, "A CodeSystem takes at most \(Self.codesMax) codes.")
            }
            pieces.append(Self.piece(code, json, below: parent))
            if let inner = json["concept"] { try take(inner, below: code, depth: depth + 1) }
        }
    }

    private static func piece(_ code: String, _ json: JSON, below parent: String?) -> TermPiece {
        var piece = TermPiece(code: code)
        piece.display = json.string("display").map(short)
        piece.flags = 0
        piece.parents = parent.map { [$0] } ?? []
        piece.names =
            json["designation"]?.elements.prefix(40).compactMap { $0.string("value").map(short) }
            ?? []
        if let text = json.string("definition") { piece.facts.append(("definition", short(text))) }
        for property in json["property"].map({ Array($0.elements.prefix(100)) }) ?? [] {
            guard let name = property.string("code"),
                let value = property.members.first(where: { $0.0.hasPrefix("value") })?.1
            else { continue }
            let text = value.string ?? value.numberText ?? value.string("code")
            let isSo = value.bool == true || text == "true"
            switch name {
            case "parent", "subsumedBy": if let text { piece.parents.append(text) }
            case "notSelectable", "abstract": if isSo { piece.flags = (piece.flags ?? 0) | 1 }
            case "inactive": if isSo { piece.flags = (piece.flags ?? 0) | 2 }
            case "status" where ["retired", "deprecated", "inactive"].contains(text ?? ""):
                piece.flags = (piece.flags ?? 0) | 2
            default: if let text { piece.facts.append((name, short(text))) }
            }
        }
        return piece
    }

    private static func short(_ text: String) -> String {
        text.utf8.count <= textBytesMax
            ? text : String(decoding: text.utf8.prefix(textBytesMax), as: UTF8.self)
    }
}
