import Glibc

/// Cuts the bytes of an NDJSON file into pieces of whole lines.
///
/// A piece has at most 500 lines and 4 MiB, but always at least one line.
package struct LineCutter: Sendable {
    /// What comes out, in the order of the file.
    package enum Cut: Hashable, Sendable {
        /// Whole lines with their ends; the number of the first one counts from 1.
        case piece(firstLine: Int, bytes: [UInt8])
        /// A line that is longer than ``lineBytesMax``; its bytes are gone.
        case tooLong(line: Int)
    }

    package static let linesMax = 500
    package static let pieceBytesMax = 4 * 1_048_576
    package static let lineBytesMax = 10 * 1_048_576

    private var pending: [UInt8] = []
    /// Where the line that is being read begins in ``pending``.
    private var lineStart = 0
    private var linesPending = 0
    private var lineNumber = 1
    private var isSkipping = false

    /// Starts at line 1.
    package init() {}

    /// Takes the next bytes of the file.
    package mutating func take(_ block: [UInt8]) -> [Cut] {
        var cuts: [Cut] = []
        var start = 0
        while start < block.count {
            guard let end = Self.newline(in: block, from: start) else {
                add(block[start...])
                break
            }
            add(block[start...end])
            start = end + 1
            endLine(&cuts)
        }
        return cuts
    }

    /// Takes the end of the file; the last line needs no newline.
    package mutating func finish() -> [Cut] {
        var cuts: [Cut] = []
        if isSkipping || pending.count > lineStart { endLine(&cuts) }
        flush(&cuts)
        return cuts
    }

    private mutating func add(_ bytes: ArraySlice<UInt8>) {
        guard !isSkipping else { return }
        pending += bytes
        if pending.count - lineStart > Self.lineBytesMax + 1 {
            pending.removeSubrange(lineStart...)
            isSkipping = true
        }
    }

    private mutating func endLine(_ cuts: inout [Cut]) {
        if isSkipping {
            flush(&cuts)
            cuts.append(.tooLong(line: lineNumber))
            isSkipping = false
        } else {
            if linesPending > 0 && pending.count > Self.pieceBytesMax {
                let line = Array(pending[lineStart...])
                pending.removeSubrange(lineStart...)
                flush(&cuts)
                pending = line
            }
            linesPending += 1
            lineStart = pending.count
        }
        lineNumber += 1
        if linesPending == Self.linesMax || pending.count >= Self.pieceBytesMax { flush(&cuts) }
    }

    private mutating func flush(_ cuts: inout [Cut]) {
        if linesPending > 0 {
            cuts.append(.piece(firstLine: lineNumber - linesPending, bytes: pending))
        }
        pending = []
        lineStart = 0
        linesPending = 0
    }

    private static func newline(in block: [UInt8], from start: Int) -> Int? {
        block.withUnsafeBytes { bytes in
            guard let first = bytes.baseAddress,
                let found = memchr(first + start, 0x0A, bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - first
        }
    }
}
