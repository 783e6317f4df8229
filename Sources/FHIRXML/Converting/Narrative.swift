/// The markup of narratives on its way between the two forms.
///
/// Only carriage returns need care: XML takes one that stands by itself for a line feed, and keeps
/// one that is written as a reference.
enum Narrative {
    private static let reference = Array("&#13;".utf8)

    /// The markup for JSON of a narrative in XML.
    static func json(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        let plain = bytes.contains(0x0D) ? withLineFeeds(bytes)[...] : bytes
        guard plain.contains(0x26), let found = first(reference, in: plain), !hasSections(plain)
        else { return Array(plain) }
        var out = Array(plain[..<found])
        var rest = plain[found...]
        while let next = first(reference, in: rest) {
            out += rest[..<next]
            out.append(0x0D)
            rest = rest[(next + reference.count)...]
        }
        return out + rest
    }

    /// The markup for XML of a narrative in JSON, appended.
    static func append(_ bytes: ArraySlice<UInt8>, to out: inout [UInt8]) {
        guard bytes.contains(0x0D), !hasSections(bytes) else {
            out += bytes
            return
        }
        var quote: UInt8?
        var isInTag = false
        for byte in bytes {
            switch byte {
            // Between the attributes of a tag it is space, and a reference may not stand there.
            case 0x0D where !isInTag || quote != nil: out += reference
            default: out.append(byte)
            }
            if byte == quote {
                quote = nil
            } else if isInTag, quote == nil, byte == 0x22 || byte == 0x27 {
                quote = byte
            } else if quote == nil, byte == 0x3C || byte == 0x3E {
                isInTag = byte == 0x3C
            }
        }
    }

    /// Whether there are comments or CDATA sections, in which a reference is plain text.
    private static func hasSections(_ bytes: ArraySlice<UInt8>) -> Bool {
        first([0x3C, 0x21], in: bytes) != nil
    }

    private static func first(_ mark: [UInt8], in bytes: ArraySlice<UInt8>) -> Int? {
        guard let start = mark.first, bytes.count >= mark.count else { return nil }
        return (bytes.startIndex...bytes.endIndex - mark.count).first {
            bytes[$0] == start && bytes[$0..<$0 + mark.count].elementsEqual(mark)
        }
    }

    private static func withLineFeeds(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count)
        var isAfterReturn = false
        for byte in bytes {
            if byte == 0x0D {
                out.append(0x0A)
            } else if byte != 0x0A || !isAfterReturn {
                out.append(byte)
            }
            isAfterReturn = byte == 0x0D
        }
        return out
    }
}

extension XMLStorage {
    /// The markup of a narrative, so that it can stand alone.
    ///
    /// It has the bytes of the source, unless it uses a namespace that is declared further out.
    func narrative(_ node: Int) throws(XMLFault) -> [UInt8] {
        guard name(of: node).local == "div", name(of: node).namespace == XMLTree.xhtml else {
            throw XMLFault(code: .narrative, node: node)
        }
        guard standsAlone(node) else {
            var out: [UInt8] = []
            try rewrite(node, inside: "", to: &out)
            return out
        }
        return Narrative.json(source[sourceRange(of: node)])
    }

    private func standsAlone(_ node: Int) -> Bool {
        guard nodes[node].declaresDefault else { return false }
        for node in node..<Int(nodes[node].next) where !nodes[node].isText {
            if !name(of: node).prefix.isEmpty { return false }
            for attribute in attributes(of: node) {
                let prefix = names[Int(attribute.name)].prefix
                if !prefix.isEmpty && prefix != "xml" { return false }
            }
        }
        return true
    }

    /// Writes an element without prefixes.
    private func rewrite(
        _ node: Int, inside namespace: String, to out: inout [UInt8]
    ) throws(XMLFault) {
        let name = name(of: node)
        out.append(0x3C)
        out += name.local.utf8
        if name.namespace != namespace { out.appendAttribute("xmlns", Array(name.namespace.utf8)) }
        for attribute in attributes(of: node) {
            let own = names[Int(attribute.name)]
            guard own.prefix.isEmpty || own.prefix == "xml" else {
                throw XMLFault(code: .narrative, node: node)
            }
            out.appendAttribute(
                own.prefix.isEmpty ? own.local : "xml:\(own.local)",
                text[Int(attribute.start)..<Int(attribute.end)])
        }
        let end = Int(nodes[node].next)
        guard node + 1 < end else {
            out += "/>".utf8
            return
        }
        out.append(0x3E)
        var child = node + 1
        while child < end {
            let entry = nodes[child]
            if entry.isText {
                out.appendXML(
                    text[Int(entry.first)..<Int(entry.first) + Int(entry.count)], isValue: false)
            } else {
                try rewrite(child, inside: name.namespace, to: &out)
            }
            child = Int(entry.next)
        }
        out += "</\(name.local)>".utf8
    }
}
