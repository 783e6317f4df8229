import Kernel

/// Follows a chunked body and refuses every form that two readers could understand in two ways.
///
/// Stricter than the standard: no chunk extensions and no trailer fields, which no client of this
/// box needs and which have hidden a second request elsewhere.
/// Spec: RFC 9112, 7.1 Chunked Transfer Coding, https://www.rfc-editor.org/rfc/rfc9112#section-7.1
package struct ChunkScan: Sendable {
    private enum State {
        case size(digits: Int, value: Int)
        case sizeEnd(value: Int)
        case data(left: Int)
        case dataReturn, dataEnd, lastReturn, lastEnd, done
    }

    private var state = State.size(digits: 0, value: 0)
    private var bodyBytes = 0
    private let bodyBytesMax: Int

    /// Makes a reader at the start of a body.
    package init(bodyBytesMax: Int) { self.bodyBytesMax = bodyBytesMax }

    /// Whether the body has ended.
    package var isDone: Bool { if case .done = state { true } else { false } }

    /// Takes in bytes up to the end of the body.
    ///
    /// - Returns: how many of the bytes belong to the body.
    package mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(EdgeRefusal) -> Int {
        var index = 0
        while index < bytes.count, !isDone {
            if case .data(let left) = state {
                let taken = min(left, bytes.count - index)
                index += taken
                state = taken == left ? .dataReturn : .data(left: left - taken)
            } else {
                state = try next(bytes[index])
                index += 1
            }
        }
        return index
    }

    private mutating func next(_ byte: UInt8) throws(EdgeRefusal) -> State {
        switch state {
        case .size(let digits, let value): return try size(byte, digits: digits, value: value)
        case .sizeEnd(let value):
            try require(byte, .lineFeed)
            bodyBytes += value
            guard bodyBytes <= bodyBytesMax else {
                throw EdgeRefusal(413, .tooLong, "A body takes at most \(bodyBytesMax) bytes.")
            }
            return value == 0 ? .lastReturn : .data(left: value)
        case .dataReturn:
            try require(byte, .carriageReturn)
            return .dataEnd
        case .dataEnd:
            try require(byte, .lineFeed)
            return .size(digits: 0, value: 0)
        case .lastReturn:
            guard byte == .carriageReturn else {
                throw .malformed("Trailer fields behind a chunked body are not taken.")
            }
            return .lastEnd
        case .lastEnd:
            try require(byte, .lineFeed)
            return .done
        case .data, .done: return state
        }
    }

    private func size(_ byte: UInt8, digits: Int, value: Int) throws(EdgeRefusal) -> State {
        if let worth = byte.hexWorth {
            guard digits < 8 else { throw .malformed("The size of a chunk has too many digits.") }
            return .size(digits: digits + 1, value: value << 4 | worth)
        }
        guard digits > 0, byte == .carriageReturn else {
            throw .malformed("The size of a chunk is not one hexadecimal number.")
        }
        return .sizeEnd(value: value)
    }

    private func require(_ byte: UInt8, _ wanted: UInt8) throws(EdgeRefusal) {
        guard byte == wanted else {
            throw .malformed("A chunk of the body ends in the wrong place.")
        }
    }
}
