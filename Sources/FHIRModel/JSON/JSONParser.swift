/// Reads a document in one pass over its bytes and writes the tape.
///
/// Unsafe pointers are used in the files of this type alone, because the bounds check of every byte
/// would halve the speed; each read is guarded by `at < end` or `at + 8 <= end` right before it. The
/// parser does not recurse, so that deep nesting costs no stack.
///
/// Spec: RFC 8259, https://www.rfc-editor.org/rfc/rfc8259
struct JSONParser {
    let bytes: UnsafeBufferPointer<UInt8>
    let end: Int
    let limits: JSONLimits
    var at = 0
    private(set) var nodes: ContiguousArray<JSONNode> = []
    private(set) var open: [Int] = []

    init(_ bytes: UnsafeBufferPointer<UInt8>, limits: JSONLimits) {
        self.bytes = bytes
        self.end = bytes.count
        self.limits = limits
    }

    /// The tape of the whole document; its first entry is the top value.
    mutating func parse() throws(JSONError) -> ContiguousArray<JSONNode> {
        guard end <= limits.bytesMax else { throw error(.tooLarge, at: 0) }
        if end >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF {
            throw error(.byteOrderMark, at: 0)
        }
        nodes.reserveCapacity(min(end / 10 + 8, limits.nodesMax))
        skipSpace()
        guard at < end else { throw error(.empty, at: at) }
        repeat {
            if try !readValue() { continue }
            try closeFinished()
        } while !open.isEmpty
        skipSpace()
        guard at == end else { throw error(.trailingContent, at: at) }
        return nodes
    }

    /// Reads a scalar, an empty container, or the start of a container up to its first value;
    /// answers whether a whole value was read.
    private mutating func readValue() throws(JSONError) -> Bool {
        skipSpace()
        guard at < end else { throw error(.unexpectedEnd, at: at) }
        switch bytes[at] {
        case 0x22: try readString()
        case 0x7B: return try openContainer(.object, closing: 0x7D)
        case 0x5B: return try openContainer(.array, closing: 0x5D)
        case 0x2D, 0x30...0x39: try readNumber()
        case 0x74: try readWord("true", .bool)
        case 0x66: try readWord("false", .bool)
        case 0x6E: try readWord("null", .null)
        case 0x61...0x7A, 0x41...0x5A: throw error(.invalidLiteral, at: at)
        default: throw error(.unexpectedByte, at: at)
        }
        return true
    }

    private mutating func openContainer(
        _ kind: JSON.Kind, closing: UInt8
    ) throws(JSONError) -> Bool {
        guard open.count < limits.depthMax else { throw error(.tooDeep, at: at) }
        try append(JSONNode(kind: kind, start: at, end: at, next: 0))
        at += 1
        skipSpace()
        open.append(nodes.count - 1)
        guard at < end else { throw error(.unexpectedEnd, at: at) }
        if bytes[at] == closing {
            try closeTop()
            return true
        }
        if kind == .object { try readKey() }
        return false
    }

    /// Consumes commas and closing brackets after a whole value, up to where the next value starts.
    private mutating func closeFinished() throws(JSONError) {
        while let top = open.last {
            nodes[top].countOneMore()
            skipSpace()
            guard at < end else { throw error(.unexpectedEnd, at: at) }
            let isObject = nodes[top].kind == .object
            switch bytes[at] {
            case 0x2C:
                at += 1
                if isObject {
                    skipSpace()
                    try readKey()
                }
                return
            case 0x7D where isObject, 0x5D where !isObject: try closeTop()
            default: throw error(.unexpectedByte, at: at)
            }
        }
    }

    private mutating func closeTop() throws(JSONError) {
        let top = open[open.count - 1]
        at += 1
        nodes[top].end = UInt32(truncatingIfNeeded: at)
        nodes[top].next = UInt32(truncatingIfNeeded: nodes.count)
        if limits.duplicateKeys == .refuse, nodes[top].kind == .object, nodes[top].count > 1 {
            try refuseDuplicates(in: top)
        }
        open.removeLast()
    }

    private mutating func readKey() throws(JSONError) {
        guard at < end else { throw error(.unexpectedEnd, at: at) }
        guard bytes[at] == 0x22 else { throw error(.unexpectedByte, at: at) }
        try readString()
        skipSpace()
        guard at < end else { throw error(.unexpectedEnd, at: at) }
        guard bytes[at] == 0x3A else { throw error(.unexpectedByte, at: at) }
        at += 1
    }

    mutating func append(_ node: JSONNode) throws(JSONError) {
        guard nodes.count < limits.nodesMax else { throw error(.tooManyValues, at: at) }
        nodes.append(node)
    }

    private mutating func skipSpace() {
        while at < end {
            switch bytes[at] {
            case 0x20, 0x0A, 0x0D, 0x09: at += 1
            default: return
            }
        }
    }

    private mutating func readWord(
        _ word: StaticString, _ kind: JSON.Kind
    ) throws(JSONError) {
        let start = at
        for index in 0..<word.utf8CodeUnitCount {
            guard at < end else { throw error(.unexpectedEnd, at: at) }
            guard bytes[at] == word.utf8Start[index] else {
                throw error(.invalidLiteral, at: start)
            }
            at += 1
        }
        try append(JSONNode(kind: kind, start: start, end: at, next: nodes.count + 1))
    }
}
