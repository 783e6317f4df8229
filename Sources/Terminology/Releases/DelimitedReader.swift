/// Takes a table apart that comes piece by piece: a row a line, fields between separators.
///
/// With quotes, a field may hold separators, line ends and doubled quotes, as in CSV; without, every
/// byte stands for itself, as in RF2 and RRF.
///
/// Spec: RFC 4180, https://www.rfc-editor.org/rfc/rfc4180
package struct DelimitedReader: Sendable {
    /// Bytes of one row; a longer one ends the reading.
    package static let rowBytesMax = 1 << 20
    private static let fieldsMax = 500

    private let separator: UInt8
    private let hasQuotes: Bool
    private var row: [String] = []
    private var field: [UInt8] = []
    private var rowBytes = 0
    private var isQuoted = false
    private var wasQuote = false
    private var isAtStart = true
    /// The line that is being read, from 1.
    package private(set) var line = 1
    /// Whether a row was longer than ``rowBytesMax``, so that nothing more is read.
    package private(set) var isTooLong = false

    /// Makes a reader.
    package init(separator: UInt8, hasQuotes: Bool) {
        self.separator = separator
        self.hasQuotes = hasQuotes
    }

    /// Reads a piece and hands over the rows that end in it.
    package mutating func take(_ bytes: [UInt8], _ row: ([String]) throws -> Void) rethrows {
        for byte in bytes where !isTooLong { try take(byte, row) }
    }

    /// Hands over the last row where no line end stands behind it.
    package mutating func finish(_ body: ([String]) throws -> Void) rethrows {
        guard !isTooLong, rowBytes > 0 else { return }
        try endRow(body)
    }

    private mutating func take(_ byte: UInt8, _ body: ([String]) throws -> Void) rethrows {
        if isAtStart, byte == 0xEF || byte == 0xBB || byte == 0xBF { return }
        isAtStart = false
        rowBytes += 1
        if rowBytes > Self.rowBytesMax {
            isTooLong = true
            return
        }
        if byte == 0x0A { line += 1 }
        if hasQuotes, byte == 0x22 {
            if isQuoted {
                isQuoted = false
                wasQuote = true
            } else if wasQuote {
                field.append(byte)
                isQuoted = true
                wasQuote = false
            } else if field.isEmpty {
                isQuoted = true
            } else {
                field.append(byte)
            }
            return
        }
        wasQuote = false
        if isQuoted {
            field.append(byte)
        } else if byte == separator {
            endField()
        } else if byte == 0x0A {
            try endRow(body)
        } else if byte != 0x0D {
            field.append(byte)
        }
    }

    private mutating func endField() {
        if row.count < Self.fieldsMax { row.append(String(decoding: field, as: UTF8.self)) }
        field.removeAll(keepingCapacity: true)
        wasQuote = false
    }

    private mutating func endRow(_ body: ([String]) throws -> Void) rethrows {
        endField()
        let done = row
        row.removeAll(keepingCapacity: true)
        rowBytes = 0
        isQuoted = false
        if done.count > 1 || !(done.first?.isEmpty ?? true) { try body(done) }
    }
}
