/// What an element says, in words, as XHTML.
struct NarrativeText {
    /// UTF-8 bytes of one value before it is cut off.
    private static let bytesMax = 600
    private static let depthMax = 3

    private(set) var bytes: [UInt8] = []
    private var isCut = false

    /// Adds what a value says; nothing for a structure that is empty or too deep.
    mutating func describe(_ json: JSON, depth: Int = 0) {
        switch json.kind {
        case .string: add(json.string ?? "")
        case .number: add(json.numberText ?? "")
        case .bool: add(json.bool == true ? "yes" : "no")
        case .null: return
        case .array: list(json.elements.map { $0 }, ", ", depth)
        case .object: structure(json, depth)
        }
    }

    /// A name in a program as words: `birthDate` as `Birth date`.
    static func label(_ name: String) -> String {
        var out = ""
        for (index, scalar) in name.unicodeScalars.enumerated() {
            let isLarge = ("A"..."Z").contains(scalar)
            if index == 0 {
                out += String(scalar).uppercased()
            } else if isLarge {
                out += " " + String(scalar).lowercased()
            } else {
                out.unicodeScalars.append(scalar)
            }
        }
        return out
    }

    /// Appends a text in which nothing is markup; signs that XML does not have become blanks.
    static func append(_ text: String, to out: inout [UInt8]) {
        for byte in text.utf8 {
            switch byte {
            case 0x26: out += "&amp;".utf8
            case 0x3C: out += "&lt;".utf8
            case 0x3E: out += "&gt;".utf8
            case 0..<0x20: out.append(0x20)
            default: out.append(byte)
            }
        }
    }

    private mutating func add(_ text: String) {
        guard !isCut else { return }
        let room = Self.bytesMax - bytes.count
        guard text.utf8.count > room else { return Self.append(text, to: &bytes) }
        isCut = true
        var part = text[...]
        var size = 0
        // Cut between characters: a letter in halves is no letter.
        if let end = text.indices.first(where: { index in
            size += text[index].utf8.count
            return size > room
        }) {
            part = text[..<end]
        }
        Self.append("\(part)…", to: &bytes)
    }

    private mutating func list(_ values: [JSON], _ separator: String, _ depth: Int) {
        var isFirst = true
        for value in values where !isCut {
            let before = bytes.count
            if !isFirst { add(separator) }
            let start = bytes.count
            describe(value, depth: depth)
            if bytes.count == start {
                bytes.removeLast(start - before)
            } else {
                isFirst = false
            }
        }
    }

    /// A structure by what it looks like: data types have no name of their own in JSON.
    private mutating func structure(_ json: JSON, _ depth: Int) {
        guard depth < Self.depthMax else { return }
        if let codings = json["coding"] {
            if let text = json.string("text") { return add(text) }
            return list(codings.elements.map { $0 }, ", ", depth)
        }
        if json["reference"] != nil { return add(json.string("display") ?? reference(json)) }
        if json["family"] != nil || json["given"] != nil { return name(json) }
        if json["start"] != nil || json["end"] != nil, json.count <= 3 { return period(json) }
        if json["low"] != nil || json["high"] != nil { return range(json, depth) }
        if let numerator = json["numerator"] {
            return list([numerator, json["denominator"]].compactMap { $0 }, " / ", depth)
        }
        if json["value"]?.kind == .number { return quantity(json) }
        if json["line"] != nil || json["city"] != nil { return address(json) }
        if json["contentType"] != nil {
            return add(json.string("title") ?? json.string("contentType") ?? "")
        }
        if let code = json.string("code") { return add(json.string("display") ?? code) }
        if json["value"]?.kind == .string { return identifier(json) }
        if let text = json.string("text") { return add(text) }
        if let display = json.string("display") { return add(display) }
        parts(json, depth)
    }

    private func reference(_ json: JSON) -> String {
        let text = json.string("reference") ?? ""
        return text.hasPrefix("#") ? "" : text
    }

    private mutating func name(_ json: JSON) {
        if let text = json.string("text") { return add(text) }
        let parts = ["prefix", "given", "family", "suffix"].compactMap { json[$0] }
        list(parts.flatMap { $0.isArray ? Array($0.elements) : [$0] }, " ", 0)
    }

    private mutating func period(_ json: JSON) {
        switch (json.string("start"), json.string("end")) {
        case (let start?, let end?): add(start == end ? start : "\(start) to \(end)")
        case (let start?, nil): add("since \(start)")
        case (nil, let end?): add("until \(end)")
        case (nil, nil): return
        }
    }

    private mutating func range(_ json: JSON, _ depth: Int) {
        switch (json["low"], json["high"]) {
        case (let low?, let high?): list([low, high], " to ", depth)
        case (let low?, nil):
            add("from ")
            describe(low, depth: depth)
        case (nil, let high?):
            add("up to ")
            describe(high, depth: depth)
        case (nil, nil): return
        }
    }

    private mutating func quantity(_ json: JSON) {
        if let comparator = json.string("comparator") { add("\(comparator) ") }
        add(json["value"]?.numberText ?? "")
        if let unit = json.string("unit") ?? json.string("code") ?? json.string("currency") {
            add(" \(unit)")
        }
    }

    private mutating func address(_ json: JSON) {
        if let text = json.string("text") { return add(text) }
        let parts = ["line", "city", "state", "postalCode", "country"].compactMap { json[$0] }
        list(parts, ", ", 0)
    }

    private mutating func identifier(_ json: JSON) {
        let kind = json.at("type", "text")?.string ?? json.at("type", "coding", 0, "code")?.string
        let channels = ["phone", "fax", "email", "pager", "url", "sms"]
        let channel = json.string("system").flatMap { channels.contains($0) ? $0 : nil }
        if let word = kind ?? channel { add("\(word): ") }
        add(json.string("value") ?? "")
    }

    private mutating func parts(_ json: JSON, _ depth: Int) {
        var isFirst = true
        for (key, value) in json.members where !isCut {
            guard !["id", "extension", "modifierExtension", "url", "data"].contains(key),
                key.utf8.first != 0x5F
            else { continue }
            var inner = NarrativeText()
            inner.describe(value, depth: depth + 1)
            guard !inner.bytes.isEmpty, bytes.count + inner.bytes.count < Self.bytesMax else {
                continue
            }
            if !isFirst { bytes += "; ".utf8 }
            isFirst = false
            Self.append(Self.label(key).lowercased(), to: &bytes)
            bytes += ": ".utf8
            bytes += inner.bytes
        }
    }
}
