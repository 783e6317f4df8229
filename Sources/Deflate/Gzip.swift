import CZlib

/// Gzip as a whole, for responses and small files.
///
/// Spec: RFC 1952, https://www.rfc-editor.org/rfc/rfc1952
package enum Gzip {
    /// Compresses bytes into one member; level 1 is fastest, 9 smallest.
    package static func compress(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
        bytes.withUnsafeBytes { Deflater(level: level, window: 31).compress($0) }
    }

    /// Decompresses all members; the limits of ``GunzipStream``.
    package static func decompress(_ bytes: [UInt8], bytesMax: Int) throws(DeflateError) -> [UInt8]
    {
        let stream = GunzipStream(bytesMax: bytesMax)
        var out: [UInt8] = []
        try bytes.withUnsafeBytes { bytes in
            stream.inflated(bytes) { out.append(contentsOf: $0) }
        }.get()
        try stream.finish()
        return out
    }

    /// Whether bytes begin as gzip does.
    package static func isGzip(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 2 && bytes[0] == 0x1F && bytes[1] == 0x8B
    }
}

/// Decompresses gzip piece by piece, with as many members as there are.
///
/// Not sendable.
///
/// Zero bytes after the last member are padding of tapes and are left out.
///
/// Spec: RFC 1952, https://www.rfc-editor.org/rfc/rfc1952
package final class GunzipStream {
    /// How many times more may come out than goes in; records of one kind give about 30.
    package static let ratioMax = 100
    /// How much may come out before the ratio is looked at, in bytes.
    package static let ratioFreeBytes = 1 << 20

    private let inflater = Inflater(window: 31)
    private let bytesMax: Int
    private let ratioMax: Int
    private var inBytes = 0
    private var outBytes = 0
    /// Bytes of the present member that have come in; the first two of each are its mark.
    private var memberBytes = 0
    private var members = 0
    private var piece = [UInt8](repeating: 0, count: 64 << 10)

    /// Makes a stream that lets at most `bytesMax` bytes out.
    package init(bytesMax: Int, ratioMax: Int = ratioMax) {
        self.bytesMax = bytesMax
        self.ratioMax = ratioMax
    }

    /// Decompresses the next piece and hands out what comes of it, at most 64 KiB at a time.
    ///
    /// - Throws: ``DeflateError``; the stream is of no use afterwards.
    package func inflate(
        _ bytes: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) -> Void
    ) throws(DeflateError) {
        try inflated(bytes, take).get()
    }

    /// Decompresses the next piece.
    package func inflate(_ bytes: [UInt8]) throws(DeflateError) -> [UInt8] {
        var out: [UInt8] = []
        try bytes.withUnsafeBytes { inflated($0) { out.append(contentsOf: $0) } }.get()
        return out
    }

    /// Says that there are no more pieces.
    ///
    /// - Throws: ``DeflateError/truncated`` if the last member is not complete.
    package func finish() throws(DeflateError) {
        if inBytes == 0 { throw DeflateError.notGzip }
        guard members > 0, memberBytes == 0 else { throw DeflateError.truncated }
    }

    func inflated(
        _ bytes: UnsafeRawBufferPointer, _ take: (UnsafeRawBufferPointer) -> Void
    ) -> Result<Void, DeflateError> {
        var rest = bytes.bindMemory(to: UInt8.self)[...]
        inBytes += rest.count
        while !rest.isEmpty {
            if members > 0 && memberBytes == 0 {
                rest = rest.drop { $0 == 0 }
                if rest.isEmpty { break }
            }
            if memberBytes < 2 {
                guard rest[rest.startIndex] == [0x1F, 0x8B][memberBytes] else {
                    return .failure(.notGzip)
                }
                // The mark goes to zlib byte by byte, so that it may be cut between two pieces.
                if let error = step(rest.prefix(1), take).error { return .failure(error) }
                memberBytes += 1
                rest = rest.dropFirst()
                continue
            }
            let (used, error) = step(rest, take)
            if let error { return .failure(error) }
            rest = rest.dropFirst(used)
        }
        return .success(())
    }

    /// Feeds zlib until the input is used up or the member ends.
    private func step(
        _ input: Slice<UnsafeBufferPointer<UInt8>>, _ take: (UnsafeRawBufferPointer) -> Void
    ) -> (used: Int, error: DeflateError?) {
        let stream = inflater.stream
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: UnsafeBufferPointer(rebasing: input).baseAddress)
        stream.pointee.avail_in = UInt32(clamping: input.count)
        let given = Int(stream.pointee.avail_in)
        while true {
            let (code, count) = inflatePiece()
            outBytes += count
            if outBytes > bytesMax { return (0, .tooLarge(bytesMax: bytesMax)) }
            if outBytes > GunzipStream.ratioFreeBytes && outBytes / ratioMax > inBytes {
                return (0, .tooDense(ratioMax: ratioMax))
            }
            if count > 0 {
                piece.withUnsafeBytes { take(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            }
            switch code {
            case Z_STREAM_END:
                members += 1
                memberBytes = 0
                let used = given - Int(stream.pointee.avail_in)
                inflateReset(stream)
                return (used, nil)
            case Z_OK, Z_BUF_ERROR:
                if stream.pointee.avail_out > 0 {
                    return (given - Int(stream.pointee.avail_in), nil)
                }
            case Z_MEM_ERROR: return (0, .noMemory)
            default: return (0, .corrupt)
            }
        }
    }

    private func inflatePiece() -> (code: Int32, count: Int) {
        piece.withUnsafeMutableBufferPointer { piece in
            inflater.stream.pointee.next_out = piece.baseAddress
            inflater.stream.pointee.avail_out = UInt32(piece.count)
            let code = CZlib.inflate(inflater.stream, Z_NO_FLUSH)
            return (code, piece.count - Int(inflater.stream.pointee.avail_out))
        }
    }
}
