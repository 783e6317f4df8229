internal import CTerminology

/// One unit as UCUM's own file defines it.
struct UnitRow: Sendable {
    let code: String
    var name = ""
    var isMetric = false
    var isSpecial = false
    var isArbitrary = false
    var isBase = false
    /// What it counts: a number, as a text with a power of ten, and a unit.
    var value = "1"
    var unit = "1"
    /// The name of the function of a unit that is no multiple of others, such as `Cel`.
    var function: String?
}

/// Reads `ucum-essence.xml`, which is built into the program as its owner publishes it.
///
/// Reads that file and no other: tags, attributes and plain text, in the order they stand in.
///
/// Spec: UCUM essence, https://ucum.org/
struct UnitFile {
    private(set) var rows: [UnitRow] = []
    /// The name and the value of each prefix by its code.
    private(set) var prefixes: [String: (name: String, value: String)] = [:]

    static let builtIn: UnitFile = {
        var byteCount = 0
        let start = terminology_units(&byteCount)
        return UnitFile(UnsafeRawBufferPointer(start: start, count: byteCount))
    }()

    private var prefix: (code: String, name: String)?
    private var row: UnitRow?
    private var text = ""

    init(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        while index < bytes.count {
            guard let open = bytes[index...].firstIndex(of: 0x3C) else { break }
            text += Self.plain(bytes[index..<open])
            guard let close = bytes[open...].firstIndex(of: 0x3E) else { break }
            take(tag: bytes[(open + 1)..<close])
            index = close + 1
        }
    }

    private mutating func take(tag: Slice<UnsafeRawBufferPointer>) {
        if tag.first == 0x2F {
            end(String(decoding: tag.dropFirst(), as: UTF8.self))
            return
        }
        let name = String(decoding: tag.prefix { $0 > 0x20 && $0 != 0x2F }, as: UTF8.self)
        let isEmpty = tag.last == 0x2F
        begin(name, Self.attributes(tag))
        if isEmpty { end(name) }
    }

    private mutating func begin(_ name: String, _ attributes: [String: String]) {
        switch name {
        case "prefix": prefix = (attributes["Code"] ?? "", "")
        case "base-unit", "unit":
            var found = UnitRow(code: attributes["Code"] ?? "")
            found.isBase = name == "base-unit"
            found.isMetric = found.isBase || attributes["isMetric"] == "yes"
            found.isSpecial = attributes["isSpecial"] == "yes"
            found.isArbitrary = attributes["isArbitrary"] == "yes"
            row = found
        case "value":
            if let prefix {
                prefixes[prefix.code] = (prefix.name, attributes["value"] ?? "1")
            } else if row?.function == nil {
                row?.value = attributes["value"] ?? "1"
                row?.unit = attributes["Unit"] ?? "1"
            }
        case "function":
            row?.function = attributes["name"]
            row?.value = attributes["value"] ?? "1"
            row?.unit = attributes["Unit"] ?? "1"
        case "name": text = ""
        default: break
        }
    }

    private mutating func end(_ name: String) {
        switch name {
        case "name":
            if prefix != nil { prefix?.name = text }
            if row?.name.isEmpty ?? false { row?.name = text }
        case "prefix": prefix = nil
        case "unit", "base-unit":
            if let row { rows.append(row) }
            row = nil
        default: break
        }
    }

    private static func attributes(_ tag: Slice<UnsafeRawBufferPointer>) -> [String: String] {
        var found: [String: String] = [:]
        var rest = tag.drop { $0 > 0x20 }
        while let equals = rest.firstIndex(of: 0x3D) {
            let name = rest[..<equals].filter { $0 > 0x20 }
            guard let open = rest[equals...].firstIndex(of: 0x22),
                let close = rest[(open + 1)...].firstIndex(of: 0x22)
            else { break }
            found[String(decoding: name, as: UTF8.self)] = plain(rest[(open + 1)..<close])
            rest = rest[(close + 1)...]
        }
        return found
    }

    /// The text with its references resolved.
    private static func plain(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        guard text.utf8.contains(0x26) else { return text }
        var out = ""
        var rest = Substring(text)
        while let start = rest.firstIndex(of: "&") {
            out += rest[..<start]
            guard let end = rest[start...].firstIndex(of: ";") else { return out + rest[start...] }
            let word = rest[rest.index(after: start)..<end]
            if word.hasPrefix("#"), let code = UInt32(word.dropFirst()),
                let scalar = Unicode.Scalar(code)
            {
                out.unicodeScalars.append(scalar)
            } else {
                out += ["amp": "&", "lt": "<", "gt": ">", "quot": "\"", "apos": "'"][word] ?? ""
            }
            rest = rest[rest.index(after: end)...]
        }
        return out + rest
    }
}
