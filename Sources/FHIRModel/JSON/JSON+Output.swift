extension JSON {
    /// The value on one line: no space between tokens, strings escaped as little as possible,
    /// numbers as written, members in their order.
    package func canonicalBytes() -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(document.sourceRange(of: node).count)
        appendCanonical(to: &out)
        return out
    }

    /// Appends what `canonicalBytes()` returns.
    package func appendCanonical(to out: inout [UInt8]) {
        document.appendCanonical(node, to: &out)
    }

    /// The value on many lines, for people to read; otherwise as `canonicalBytes()`.
    package func prettyBytes(indentWidth: Int = 2) -> [UInt8] {
        var out: [UInt8] = []
        appendPretty(to: &out, indent: 0, width: indentWidth)
        out.append(0x0A)
        return out
    }

    private func appendPretty(to out: inout [UInt8], indent: Int, width: Int) {
        guard count > 0 else { return appendCanonical(to: &out) }
        func newLine(_ columns: Int) {
            out.append(0x0A)
            out.append(contentsOf: repeatElement(0x20, count: columns))
        }
        out.append(isObject ? 0x7B : 0x5B)
        var isFirst = true
        func separate() {
            if !isFirst { out.append(0x2C) }
            isFirst = false
            newLine(indent + width)
        }
        for (key, value) in members {
            separate()
            JSONText.appendQuoted(key.utf8, to: &out)
            out += [0x3A, 0x20]
            value.appendPretty(to: &out, indent: indent + width, width: width)
        }
        for element in elements {
            separate()
            element.appendPretty(to: &out, indent: indent + width, width: width)
        }
        newLine(indent)
        out.append(isObject ? 0x7D : 0x5D)
    }

    /// Whether both are the same value: members in any order, strings by their bytes after
    /// unescaping, numbers by their written form, so that `1.0` is not `1`.
    package func isEqual(to other: JSON) -> Bool {
        guard kind == other.kind, count == other.count else { return false }
        switch kind {
        case .null: return true
        case .bool, .number: return rawBytes.elementsEqual(other.rawBytes)
        case .string: return stringBytes.elementsEqual(other.stringBytes)
        case .array: return zip(elements, other.elements).allSatisfy { $0.isEqual(to: $1) }
        case .object: return hasEqualMembers(as: other)
        }
    }

    private var stringBytes: ArraySlice<UInt8> {
        entry.isEscaped ? document.unescaped(entry.range)[...] : document.bytes[entry.range]
    }

    private func hasEqualMembers(as other: JSON) -> Bool {
        let isInOrder = zip(members, other.members).allSatisfy { mine, theirs in
            mine.key.utf8.elementsEqual(theirs.key.utf8) && mine.value.isEqual(to: theirs.value)
        }
        if isInOrder { return true }
        guard count > 24 else {
            return members.allSatisfy { key, value in
                other[key].map { value.isEqual(to: $0) } ?? false
            }
        }
        var table: [[UInt8]: JSON] = [:]
        for (key, value) in other.members where table[Array(key.utf8)] == nil {
            table[Array(key.utf8)] = value
        }
        return members.allSatisfy { key, value in
            table[Array(key.utf8)].map { value.isEqual(to: $0) } ?? false
        }
    }
}

extension JSONDocument {
    /// Appends the value at a node without space between tokens.
    func appendCanonical(_ node: Int, to out: inout [UInt8]) {
        let entry = nodes[node]
        switch entry.kind {
        case .null, .bool, .number: out += bytes[entry.range]
        case .string: appendCanonicalString(node, to: &out)
        case .array:
            appendChildren(of: node, open: 0x5B, close: 0x5D, to: &out) { child, out in
                appendCanonical(child, to: &out)
                return child
            }
        case .object:
            appendChildren(of: node, open: 0x7B, close: 0x7D, to: &out) { name, out in
                appendCanonicalString(name, to: &out)
                out.append(0x3A)
                appendCanonical(name + 1, to: &out)
                return name + 1
            }
        }
    }

    /// Appends the string at a node with its quotes.
    func appendCanonicalString(_ node: Int, to out: inout [UInt8]) {
        let entry = nodes[node]
        if entry.isEscaped {
            JSONText.appendMinimal(bytes[entry.range], to: &out)
        } else {
            out += bytes[sourceRange(of: node)]
        }
    }

    /// Appends brackets and commas; `each` appends one child and answers its value's node.
    func appendChildren(
        of node: Int, open: UInt8, close: UInt8, to out: inout [UInt8],
        each: (Int, inout [UInt8]) -> Int
    ) {
        out.append(open)
        var child = node + 1
        let end = Int(nodes[node].next)
        while child < end {
            if child > node + 1 { out.append(0x2C) }
            child = Int(nodes[each(child, &out)].next)
        }
        out.append(close)
    }
}
