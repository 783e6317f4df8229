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
        return Self.withPlainLineEnds(source[sourceRange(of: node)])
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

    /// Line ends as XML hands them over: a line feed each.
    private static func withPlainLineEnds(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        guard bytes.contains(0x0D) else { return Array(bytes) }
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

extension [UInt8] {
    /// Appends an attribute with the space in front of it.
    mutating func appendAttribute(_ name: String, _ value: some Collection<UInt8>) {
        append(0x20)
        self += name.utf8
        append(0x3D)
        append(0x22)
        appendXML(value, isValue: true)
        append(0x22)
    }

    /// Appends text, or the value of an attribute, with what XML asks to be written otherwise.
    mutating func appendXML(_ text: some Collection<UInt8>, isValue: Bool) {
        for byte in text {
            switch byte {
            case 0x26: self += "&amp;".utf8
            case 0x3C: self += "&lt;".utf8
            case 0x3E: self += "&gt;".utf8
            case 0x22 where isValue: self += "&quot;".utf8
            // A reader would make spaces of these in a value, and a line feed of the last anywhere.
            case 0x09 where isValue: self += "&#9;".utf8
            case 0x0A where isValue: self += "&#10;".utf8
            case 0x0D: self += "&#13;".utf8
            default: append(byte)
            }
        }
    }
}
