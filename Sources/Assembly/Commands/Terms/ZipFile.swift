import Deflate
import Glibc
import Kernel

/// The files of a zip, read where they lie; none is taken into memory as a whole.
///
/// Spec: ZIP File Format Specification 6.3,
/// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
final class ZipFile {
    /// Files of one zip.
    static let entriesMax = 20_000
    private static let directoryBytesMax = 32 << 20
    private static let blockBytes = 262_144

    /// One file.
    struct Entry {
        let path: String
        let byteCount: Int
        fileprivate let packedCount: Int
        fileprivate let checksum: Int
        fileprivate let isDeflated: Bool
        fileprivate let place: Int
    }

    private let file: Int32
    private(set) var entries: [Entry] = []

    /// Opens a zip and reads its list of files.
    ///
    /// - Throws: ``Problem`` that says what is wrong with it.
    init(_ path: String) throws(Problem) {
        file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw Problem(.incomplete, "\(path) cannot be read: \(SystemReason.text).")
        }
        try readDirectory()
    }

    deinit { close(file) }

    private static let broken = Problem(
        .incomplete, "The zip is damaged or not complete. Download it again.")

    private func bytes(at place: Int, _ count: Int) throws(Problem) -> [UInt8] {
        var out = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            let read = out.withUnsafeMutableBytes {
                pread(file, $0.baseAddress?.advanced(by: done), count - done, off_t(place + done))
            }
            if read < 0 && errno == EINTR { continue }
            guard read > 0 else { throw Self.broken }
            done += read
        }
        return out
    }

    private static func number(_ bytes: [UInt8], _ place: Int, _ count: Int) -> Int {
        guard place >= 0, place + count <= bytes.count else { return 0 }
        return (0..<count).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
    }

    private func readDirectory() throws(Problem) {
        let size = Int(lseek(file, 0, SEEK_END))
        let tailCount = min(size, 65_557)
        guard tailCount >= 22 else { throw Self.broken }
        let tail = try bytes(at: size - tailCount, tailCount)
        let end = stride(from: tailCount - 22, through: 0, by: -1).first {
            Self.number(tail, $0, 4) == 0x0605_4B50
        }
        guard let end else { throw Self.broken }
        let (count, length) = (Self.number(tail, end + 10, 2), Self.number(tail, end + 12, 4))
        let start = Self.number(tail, end + 16, 4)
        guard start != 0xFFFF_FFFF, count <= Self.entriesMax, length <= Self.directoryBytesMax,
            start + length <= size
        else {
            throw Problem(
                .tooLong, "The zip is too large to be read. Unpack it, and load the folder.")
        }
        let directory = try bytes(at: start, length)
        var place = 0
        for _ in 0..<count {
            guard Self.number(directory, place, 4) == 0x0201_4B50 else { throw Self.broken }
            let nameCount = Self.number(directory, place + 28, 2)
            let more =
                Self.number(directory, place + 30, 2) + Self.number(directory, place + 32, 2)
            guard place + 46 + nameCount <= directory.count else { throw Self.broken }
            let name = directory[(place + 46)..<(place + 46 + nameCount)]
            let method = Self.number(directory, place + 10, 2)
            let isPlain = Self.number(directory, place + 8, 2) & 1 == 0
            if isPlain, method == 0 || method == 8 {
                entries.append(
                    Entry(
                        path: String(decoding: name, as: UTF8.self),
                        byteCount: Self.number(directory, place + 24, 4),
                        packedCount: Self.number(directory, place + 20, 4),
                        checksum: Self.number(directory, place + 16, 4),
                        isDeflated: method == 8, place: Self.number(directory, place + 42, 4)))
            }
            place += 46 + nameCount + more
        }
    }

    /// Hands over a file piece by piece; its checksum is checked at the end.
    func read(_ entry: Entry, _ take: ([UInt8]) async throws -> Void) async throws {
        let head = try bytes(at: entry.place, 30)
        guard Self.number(head, 0, 4) == 0x0403_4B50 else { throw Self.broken }
        var place = entry.place + 30 + Self.number(head, 26, 2) + Self.number(head, 28, 2)
        let end = place + entry.packedCount
        // A gzip file is the same stream between a head and an end of its own.
        let stream = GunzipStream(bytesMax: max(1, entry.byteCount))
        if entry.isDeflated {
            _ = try stream.inflate([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])
        }
        while place < end {
            let block = try bytes(at: place, min(Self.blockBytes, end - place))
            place += block.count
            do {
                try await take(entry.isDeflated ? try stream.inflate(block) : block)
            } catch is DeflateError {
                throw Self.broken
            }
        }
        guard entry.isDeflated else { return }
        let trailer = [entry.checksum, entry.byteCount].flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
        do throws(DeflateError) {
            _ = try stream.inflate(trailer)
            try stream.finish()
        } catch {
            throw Self.broken
        }
    }
}
