import Deflate
import Kernel
import Sealing

/// Reads the content of a backup and refuses it at the first byte that is not as it was written.
///
/// Not sendable: it belongs to one thread at a time.
final class ChunkReader {
    private static let sealedBytesMax =
        ChunkWriter.chunkBytes + 1 + SealedStream.overheadBytes

    private let source: FileSource
    private let opener: StreamOpener
    private var content: [UInt8] = []
    private var start = 0
    private let bodyEnd: Int

    init(_ source: FileSource, key: SecretBytes, header: BackupHeader, binding: [UInt8]) {
        self.source = source
        opener = StreamOpener(key: key, prefix: header.noncePrefix, binding: binding)
        bodyEnd = source.byteCount - Trailer.byteCount
    }

    /// The part of the file that was read, 0 to 1.
    var part: Double { Double(source.position) / Double(max(1, source.byteCount)) }

    /// The next `count` bytes of the content.
    ///
    /// - Throws: ``Problem`` `.security` that names the chunk where the file is not as it was
    ///   written, also where the content ends too early.
    func take(_ count: Int) throws -> [UInt8] {
        while content.count - start < count {
            guard !opener.isAtEnd else {
                throw fault("its content ends before all files are whole")
            }
            content.removeFirst(start)
            start = 0
            content += try chunk()
        }
        let bytes = Array(content[start..<start + count])
        start += count
        return bytes
    }

    /// Checks that the content, the chunks and the file end here, and the digest of the whole.
    func finish() throws {
        // An empty last chunk may follow a full one.
        if !opener.isAtEnd, start == content.count { content += try chunk() }
        guard opener.isAtEnd, start == content.count else {
            throw fault("something follows after its last file")
        }
        let digest = source.finishDigest()
        guard let bytes = try source.take(Trailer.byteCount, isDigested: false),
            let trailer = Trailer(bytes), source.isAtEnd
        else { throw fault("its end was changed or cut off") }
        guard trailer == Trailer(chunkCount: opener.count, digest: digest) else {
            throw fault("its end does not fit what comes before")
        }
    }

    private func chunk() throws -> [UInt8] {
        guard let head = try source.take(4) else { throw fault("it is cut off") }
        let count = head.reduce(0) { $0 << 8 | Int($1) }
        guard count <= Self.sealedBytesMax, source.position + count <= bodyEnd,
            let sealed = try source.take(count)
        else { throw fault("it is cut off, or the length of the chunk was changed") }
        let plain: [UInt8]
        do {
            plain = try sealed.withUnsafeBytes { try opener.open($0) }
        } catch let error as SealedStream.Fault {
            throw fault(Self.words(error))
        }
        switch plain.first {
        case ChunkWriter.stored: return Array(plain.dropFirst())
        case ChunkWriter.deflated:
            return try Deflate.decompress(
                Array(plain.dropFirst()), bytesMax: ChunkWriter.chunkBytes)
        default: throw fault("the chunk has a form that this release does not know")
        }
    }

    private static func words(_ fault: SealedStream.Fault) -> String {
        switch fault {
        case .cut: "the chunk is cut off"
        case .foreign: "the chunk belongs to another backup"
        case .misplaced(let place): "chunk \(place + 1) stands there instead"
        case .afterEnd: "something follows after its last chunk"
        case .changed: "the chunk was changed"
        }
    }

    private func fault(_ what: String) -> Problem {
        Problem(
            .security,
            "\(source.path) is not as it was written: at chunk \(opener.count + 1), "
                + "\(what). Nothing was restored. Use another copy of the backup.",
            location: "chunk \(opener.count + 1)")
    }
}
