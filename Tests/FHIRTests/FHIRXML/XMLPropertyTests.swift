import FHIRModel
import FHIRXML
import TestKit
import Testing

/// Makes resources of any type, in the order of the specification, with random content.
struct ResourceMaker {
    var random: TestKit.SeededRandom
    private let definitions = Definitions.r4
    private let words = [
        "a", "Yázhí", "<&>", "\"q\"", " x ", "l\nf", "t\tb\r", "\u{1F33E}", "]]>", "\\",
    ]
    private let numbers = ["0", "-1.50", "1e5", "12.3E-2", "100", "0.000"]

    init(seed: UInt64) { random = TestKit.SeededRandom(seed: seed) }

    mutating func resource(depth: Int = 0) -> String {
        let type = random.pick(definitions.resourceTypes)
        let members = members(of: type, depth: depth)
        return "{\(([("\"resourceType\":\"\(type)\"")] + members).joined(separator: ","))}"
    }

    private mutating func members(of type: String, depth: Int) -> [String] {
        guard let definition = definitions.type(type) else { return [] }
        var made: [String] = []
        // Attributes come first out of XML, wherever the specification has them.
        let elements =
            definition.elements.filter(\.isAttribute)
            + definition.elements.filter { !$0.isAttribute }
        for element in elements where random.isChance(percent: depth > 3 ? 6 : 15) {
            let suffix = element.isChoice ? random.pick(element.types).code : ""
            let name = element.name + suffix.prefix(1).uppercased() + suffix.dropFirst()
            guard let found = definition.element(json: name) else { continue }
            made += member(name, element, found.type, depth: depth)
        }
        return made
    }

    private mutating func member(
        _ name: String, _ element: ElementDefinition, _ type: String, depth: Int
    ) -> [String] {
        let kind = definitions.type(type)?.kind
        let count = element.isList ? 1 + random.below(3) : 1
        if element.isAttribute { return ["\"\(name)\":\(text())"] }
        if kind == .primitive, type != "xhtml" {
            return primitives(name, type, count: count, isList: element.isList, depth: depth)
        }
        var values: [String] = []
        for _ in 0..<count {
            if let value = value(type, depth: depth) { values.append(value) }
        }
        guard !values.isEmpty else { return [] }
        return [
            "\"\(name)\":" + (element.isList ? "[\(values.joined(separator: ","))]" : values[0])
        ]
    }

    private mutating func value(_ type: String, depth: Int) -> String? {
        if type == "xhtml" {
            return #""<div xmlns=\"http://www.w3.org/1999/xhtml\"> <b>x</b>&lt;<br/></div>""#
        }
        guard depth < 6 else { return nil }
        if definitions.isResource(type) { return resource(depth: depth + 1) }
        let inner = members(of: type, depth: depth + 1)
        return inner.isEmpty ? nil : "{\(inner.joined(separator: ","))}"
    }

    private mutating func primitives(
        _ name: String, _ type: String, count: Int, isList: Bool, depth: Int
    ) -> [String] {
        var values: [String] = []
        var mores: [String] = []
        for _ in 0..<count {
            let more =
                depth < 6 && random.isChance(percent: 15) ? members(of: "Element", depth: 5) : []
            let hasExtension = more.contains { $0.hasPrefix("\"extension\"") }
            let isLeftOut = hasExtension && random.isChance(percent: 50)
            values.append(isLeftOut ? "null" : primitive(type))
            mores.append(more.isEmpty ? "null" : "{\(more.joined(separator: ","))}")
        }
        var made: [String] = []
        for (key, list) in [(name, values), ("_\(name)", mores)]
        where list.contains(where: { $0 != "null" }) {
            made.append("\"\(key)\":" + (isList ? "[\(list.joined(separator: ","))]" : list[0]))
        }
        return made
    }

    private mutating func primitive(_ type: String) -> String {
        switch type {
        case "boolean": random.pick(["true", "false"])
        case "integer", "positiveInt", "unsignedInt": "\(random.below(2_000) - 1_000)"
        case "decimal": random.pick(numbers)
        default: text()
        }
    }

    private mutating func text() -> String {
        var writer = JSONWriter()
        writer.string(random.pick(words) + random.pick(words))
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

@Suite("XML properties")
struct XMLPropertyTests {
    @Test func `any resource comes back from XML as it was, byte for byte`() throws {
        var maker = ResourceMaker(seed: 404)
        var bytes = 0
        for _ in 0..<1_500 {
            let text = Array(maker.resource().utf8)
            let json = try JSON.parse(text)
            let xml = try FHIRXML.r4.xml(from: json)
            #expect(try FHIRXML.r4.json(from: xml) == json.canonicalBytes())
            bytes += xml.count
        }
        #expect(bytes > 100_000)
    }

    @Test(arguments: [11, 22, 33, 44] as [UInt64])
    func `damaged documents never crash, are never slow, and never come out as nonsense`(
        seed: UInt64
    ) throws {
        var random = TestKit.SeededRandom(seed: seed)
        let seeds = Self.documents
        var taken = 0
        for _ in 0..<2_000 {
            let document = Self.damaged(random.pick(seeds), random.pick(seeds), &random)
            let seconds = try Effort.seconds {
                do {
                    let bytes = try FHIRXML.r4.json(from: document)
                    let json = try JSON.parse(bytes, limits: .any)
                    let again = try FHIRXML.r4.xml(from: json)
                    #expect(try FHIRXML.r4.json(from: again) == bytes, "seed \(seed)")
                    taken += 1
                } catch is XMLError {}
            }
            #expect(seconds < 1, "seed \(seed)")
        }
        #expect(taken > 0)
    }

    /// Examples that are not large, or documents made here where the data is absent.
    private static let documents: [[UInt8]] = {
        let examples = ExamplePair.all.map(\.xml).filter { $0.count < 12_000 }
        guard examples.isEmpty else { return examples }
        var maker = ResourceMaker(seed: 7)
        return (0..<50).compactMap { _ in
            // Each is sound; the other test shows it.
            try? FHIRXML.r4.xml(from: JSON.parse(Array(maker.resource().utf8)))
        }
    }()

    private static let spice =
        [
            "<", ">", "/", "\"", "'", "&", ";", "=", " ", "\0", "<!--", "-->", "<![CDATA[", "]]>",
            "<?", "?>",
            "<!DOCTYPE x [", "<!ENTITY a 'b'>", "&a;", "&#0;", "&#x10FFFF;", "&amp;", "xmlns=''",
            " xmlns:p='u'",
            "p:", " value='1'", " id='x'", "<extension url='u'/>", "<contained>", "</contained>",
            "<div xmlns='http://www.w3.org/1999/xhtml'>", "\u{FEFF}", "\u{FFFF}", "true",
        ].map { Array($0.utf8) } + [[0xFF], [0xC3], [0xED, 0xA0, 0x80]]

    private static func damaged(
        _ document: [UInt8], _ other: [UInt8], _ random: inout TestKit.SeededRandom
    ) -> [UInt8] {
        var bytes = document
        for _ in 0...random.below(4) where !bytes.isEmpty {
            let place = random.below(bytes.count)
            let end = min(bytes.count, place + random.below(200))
            switch random.below(7) {
            case 0: bytes.insert(contentsOf: random.pick(spice), at: place)
            case 1: bytes.removeSubrange(place..<end)
            case 2: bytes[place] ^= UInt8(1 << random.below(8))
            case 3: bytes.removeSubrange(place...)
            case 4: bytes.insert(contentsOf: bytes[place..<end], at: random.below(bytes.count))
            case 5:
                let start = random.below(other.count)
                bytes.insert(contentsOf: other[start..<min(other.count, start + 100)], at: place)
            default: bytes.swapAt(place, random.below(bytes.count))
            }
        }
        return bytes
    }
}
