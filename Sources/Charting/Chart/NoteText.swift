package import FHIRModel

/// The readable text of a document: plain text as it is, HTML without its tags.
package struct NoteText: Sendable, Hashable {
    /// The most bytes of an attachment that are read.
    package static let attachmentBytesMax = 1_048_576
    /// The most characters of a preview.
    package static let previewCharactersMax = 200

    /// The logical id of the DocumentReference.
    package let id: String
    /// What the document is called.
    package let title: String
    /// When it was made, as written.
    package let date: String?
    /// Who made it, as far as the reference names them.
    package let author: String?
    /// The media type of the attachment that was read, without parameters.
    package let contentType: String
    /// The text; of a type that cannot be shown as text, a sentence that says so.
    package let text: String
    /// Whether the document is in `text`, wholly or cut at `attachmentBytesMax`.
    package let isReadable: Bool

    /// The text of a document; plain text is taken before HTML.
    package static func of(documentReference json: JSON) -> NoteText {
        let attachments = attachments(of: json)
        let stored = attachments.filter { $0["data"] != nil }
        let chosen =
            stored.first { media(of: $0) == "text/plain" } ?? stored.first(where: isHTML)
            ?? attachments.first
        let type = chosen.map(media) ?? ""
        let readable = chosen.flatMap { text(of: $0, bytesMax: attachmentBytesMax) }
        let authors = json.list("author", max: 10).compactMap { $0.string("display") }
        return NoteText(
            id: json.string("id") ?? "", title: title(of: json), date: ClinicalDate.text(of: json),
            author: authors.isEmpty ? nil : authors.joined(separator: ", "),
            contentType: type, text: readable ?? refusal(chosen, type: type),
            isReadable: readable != nil)
    }

    /// The note as JSON for the page.
    package func encode() -> [UInt8] {
        var out = JSONWriter(reservingBytes: text.utf8.count + 256)
        out.object { out in
            out.member("id", id)
            out.member("title", title)
            out.member("date", optional: date)
            out.member("author", optional: author)
            out.member("contentType", contentType)
            out.member("isReadable", isReadable)
            out.member("text", text)
        }
        return out.bytes
    }

    /// What a document is called: its description, else its type, else the name of its file.
    static func title(of json: JSON) -> String {
        if let text = json.string("description"), !text.isEmpty { return Concept.clipped(text) }
        return Concept.text(json["type"])
            ?? json.at("content", 0, "attachment", "title")?.string.map(Concept.clipped)
            ?? "Document without a title"
    }

    /// Whether a document is a clinical note, by its category or its LOINC type.
    ///
    /// Spec: US Core 6.1.0 Clinical Notes, https://hl7.org/fhir/us/core/STU6.1/clinical-notes.html
    package static func isNote(_ json: JSON) -> Bool {
        Concept.allCodings(json["category"]).contains {
            $0["code"]?.equals("clinical-note") == true
        }
            || Concept.codings(json["type"]).contains {
                $0.string("code").map(noteTypes.contains) ?? false
            }
    }

    /// The ids of the documents that these ones say they take the place of.
    ///
    /// The status alone does not tell: some systems call every note superseded but the last one,
    /// though each is about a visit of its own.
    static func replacedIDs(by documents: [JSON]) -> Set<Substring> {
        var found: Set<Substring> = []
        for document in documents {
            for relation in document.list("relatesTo", max: 20) {
                guard relation["code"]?.equals("replaces") == true,
                    let target = relation.at("target", "reference")?.string
                else { continue }
                found.insert(ReferencedResources.id(in: target))
            }
        }
        return found
    }

    /// The first words of a note on one line; empty if it cannot be shown as text.
    static func preview(of json: JSON) -> String {
        for attachment in attachments(of: json) {
            guard let text = text(of: attachment, bytesMax: 2_048) else { continue }
            let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return String(words.prefix(previewCharactersMax))
        }
        return ""
    }

    private static let noteTypes: Set = [
        "11488-4", "11504-8", "11506-3", "18842-5", "28570-0", "34109-9", "34111-5", "34117-2",
        "34133-9", "34746-8", "51847-2", "57133-1", "75443-2", "75492-9", "78583-2", "84215-3",
    ]

    private static func attachments(of json: JSON) -> [JSON] {
        json.list("content", max: 20).compactMap { $0["attachment"] }
    }

    private static func media(of attachment: JSON) -> String {
        let type = attachment.string("contentType") ?? ""
        let media = type.split(separator: ";", maxSplits: 1).first.map(String.init) ?? ""
        return media.lowercased().filter { !$0.isWhitespace }
    }

    private static func isHTML(_ attachment: JSON) -> Bool {
        ["text/html", "application/xhtml+xml"].contains(media(of: attachment))
    }

    /// The text of an attachment of a readable type; nil for the others and for damaged data.
    private static func text(of attachment: JSON, bytesMax: Int) -> String? {
        let isPlain = media(of: attachment) == "text/plain"
        guard isPlain || isHTML(attachment), let data = attachment["data"], data.kind == .string,
            let bytes = Base64Text.decode(data.rawBytes.dropFirst().dropLast(), bytesMax: bytesMax)
        else { return nil }
        let charset = attachment.string("contentType")?.lowercased() ?? ""
        let isLatin = charset.contains("8859-1") || charset.contains("1252")
        let text =
            isLatin
            ? String(String.UnicodeScalarView(bytes.map { Unicode.Scalar($0) }))
            : String(decoding: bytes, as: UTF8.self)
        return isPlain ? PlainText.cleaned(text) : PlainText.ofHTML(text)
    }

    private static func refusal(_ attachment: JSON?, type: String) -> String {
        guard let attachment else { return "This document has no content." }
        if attachment["data"] == nil {
            return "The content of this document is kept elsewhere; only its address is here."
        }
        if type == "text/plain" || isHTML(attachment) {
            return "The content of this document is damaged and cannot be read; ask its sender."
        }
        return "This document is of type \(Concept.clipped(type)); open it in a program for it."
    }
}
