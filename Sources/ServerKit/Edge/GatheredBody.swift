package import NIOCore

/// A body as it comes in, of which no byte is held twice.
///
/// An array that grows by doubling needs half as much again while it moves, which for the largest
/// Bundle is 32 MiB.
package struct GatheredBody {
    private static let pieceBytesMax = 1_048_576

    private var pieces: [[UInt8]] = []
    private var last: [UInt8] = []

    /// Bytes so far.
    package private(set) var count = 0

    /// Starts with nothing.
    package init() {}

    /// Takes the next part.
    package mutating func add(_ part: ByteBuffer) {
        count += part.readableBytes
        part.withUnsafeReadableBytes { last.append(contentsOf: $0) }
        guard last.count >= Self.pieceBytesMax else { return }
        pieces.append(last)
        last = []
    }

    /// All bytes in one; the pieces are gone afterwards.
    package mutating func take() -> [UInt8] {
        defer { (last, count) = ([], 0) }
        guard !pieces.isEmpty else { return last }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        pieces.append(last)
        pieces.reverse()
        while let piece = pieces.popLast() { bytes.append(contentsOf: piece) }
        return bytes
    }
}
