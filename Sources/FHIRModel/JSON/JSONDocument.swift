/// One entry of the tape: a value or a member name, and where it stands in the source bytes.
///
/// A member is two entries, its name (a string) and its value. The entries of a container follow it
/// directly; `next` skips them.
struct JSONNode: Sendable {
    /// The largest number of entries that `tag` can count.
    static let countMax = (1 << 28) - 1

    /// First byte; of a string the first after the quote.
    let start: UInt32
    /// One past the last byte; of a string the closing quote.
    var end: UInt32
    /// Index of the entry after this value and all it holds.
    var next: UInt32
    /// Kind in bits 0-2, «has escapes» in bit 3, count of members or elements above.
    var tag: UInt32

    init(kind: JSON.Kind, start: Int, end: Int, next: Int, escaped: Bool = false) {
        self.start = UInt32(truncatingIfNeeded: start)
        self.end = UInt32(truncatingIfNeeded: end)
        self.next = UInt32(truncatingIfNeeded: next)
        self.tag = UInt32(kind.rawValue) | (escaped ? 8 : 0)
    }

    var kind: JSON.Kind { JSON.Kind(rawValue: UInt8(tag & 7)) ?? .null }
    var isEscaped: Bool { tag & 8 != 0 }
    var count: Int { Int(tag >> 4) }
    var range: Range<Int> { Int(start)..<Int(end) }

    mutating func countOneMore() { tag &+= 16 }
}

/// The source bytes of a document and the tape over them; shared by all views of it.
final class JSONDocument: Sendable {
    let bytes: [UInt8]
    let nodes: ContiguousArray<JSONNode>

    init(bytes: [UInt8], nodes: ContiguousArray<JSONNode>) {
        self.bytes = bytes
        self.nodes = nodes
    }

    /// Whether the string at a node is the given text, byte for byte after unescaping.
    func string(at node: Int, equals text: String) -> Bool {
        let entry = nodes[node]
        guard !entry.isEscaped else {
            let length = text.utf8.count
            // A name or address of a megabyte is not written out for each word it is compared with.
            guard entry.range.count > length,
                entry.range.count <= length * JSONText.escapeBytesMax
            else { return false }
            return unescaped(entry.range).elementsEqual(text.utf8)
        }
        let utf8 = text.utf8
        guard entry.range.count == utf8.count else { return false }
        return bytes[entry.range].elementsEqual(utf8)
    }

    /// The text of the string at a node; half a surrogate pair becomes U+FFFD.
    func string(at node: Int) -> String {
        let entry = nodes[node]
        if entry.isEscaped { return String(decoding: unescaped(entry.range), as: UTF8.self) }
        return String(decoding: bytes[entry.range], as: UTF8.self)
    }

    /// The bytes of a value as the source has them, quotes included.
    func sourceRange(of node: Int) -> Range<Int> {
        let entry = nodes[node]
        guard entry.kind == .string else { return entry.range }
        return Int(entry.start) - 1..<Int(entry.end) + 1
    }
}
