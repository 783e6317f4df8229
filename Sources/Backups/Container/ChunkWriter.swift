import Deflate
import Kernel
import Sealing

/// Writes the content of a backup: header, chunks, trailer.
///
/// Each chunk is `length (4, big-endian) | sealed chunk`, and holds a byte that says whether it is
/// compressed and at most 64 KiB of content. The trailer has the number of chunks and the digest of
/// all bytes before it, by which a copy is checked without any key.
///
/// Not sendable: it belongs to one thread at a time.
final class ChunkWriter {
    static let chunkBytes = 64 << 10
    static let stored: UInt8 = 0
    static let deflated: UInt8 = 1

    private let sink: FileSink
    private let sealer: StreamSealer
    private var pending: [UInt8] = []

    init(_ sink: FileSink, header: BackupHeader, key: SecretBytes) throws {
        let (bytes, binding) = header.encoded
        self.sink = sink
        sealer = StreamSealer(key: key, prefix: header.noncePrefix, binding: binding)
        pending.reserveCapacity(2 * Self.chunkBytes)
        try sink.write(bytes)
    }

    /// Adds content.
    func write(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            // A full chunk waits until it is known that it is not the last one.
            if pending.count == Self.chunkBytes { try put(isLast: false) }
            let part = rest.prefix(Self.chunkBytes - pending.count)
            pending += part
            rest = rest.dropFirst(part.count)
        }
    }

    /// Writes the last chunk and the trailer.
    func finish() throws {
        try put(isLast: true)
        let digest = sink.finishDigest()
        try sink.write(Trailer(chunkCount: sealer.count, digest: digest).encoded)
    }

    private func put(isLast: Bool) throws {
        let packed = Deflate.compress(pending, level: 1)
        let pays = packed.count < pending.count - pending.count / 16
        let plain = [pays ? Self.deflated : Self.stored] + (pays ? packed : pending)
        let sealed = try plain.withUnsafeBytes { try sealer.seal($0, isLast: isLast) }
        try sink.write(withUnsafeBytes(of: UInt32(sealed.count).bigEndian) { Array($0) })
        try sink.write(sealed)
        pending.removeAll(keepingCapacity: true)
    }
}

/// The end of a backup file.
struct Trailer: Equatable {
    private static let magic = Array("TRIBALEHR-END---".utf8)
    static let byteCount = magic.count + 8 + SHA256.digestBytes

    let chunkCount: Int
    /// SHA-256 of all bytes before the trailer.
    let digest: [UInt8]

    init(chunkCount: Int, digest: [UInt8]) {
        self.chunkCount = chunkCount
        self.digest = digest
    }

    var encoded: [UInt8] {
        Self.magic + withUnsafeBytes(of: Int64(chunkCount).bigEndian) { Array($0) } + digest
    }

    /// Nil for bytes that are no trailer.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount, bytes.starts(with: Self.magic) else { return nil }
        let count = bytes[16..<24].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard let count = Int(exactly: count) else { return nil }
        self.init(chunkCount: count, digest: Array(bytes[24...]))
    }
}
