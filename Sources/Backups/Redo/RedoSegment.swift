import Glibc
import Kernel
package import RecordStore
import Sealing

/// A segment of the redo log that is being written.
///
/// Not sendable: it belongs to one thread at a time.
final class RedoSegmentWriter {
    let header: RedoHeader
    let path: String
    private let file: Int32
    private let sealer: StreamSealer
    private(set) var byteCount = 0
    private var isSynced = true

    /// Makes the file, with the keys of the box as its first chunk.
    init(_ header: RedoHeader, key: SecretBytes, keyRing: [UInt8], in folder: String) throws {
        let (bytes, binding) = header.encoded
        self.header = header
        path = folder + "/" + header.fileName
        file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard file >= 0 else { throw FileFault.problem("make", path) }
        sealer = StreamSealer(key: key, prefix: header.noncePrefix, binding: binding)
        try write(bytes)
        try put([RedoEntries.keyRing] + keyRing, isLast: false)
        try sync()
        try FileBytes.syncFolder(of: path)
    }

    deinit { close(file) }

    /// Adds commits as one chunk.
    func put(_ groups: [RedoGroup]) throws { try put(RedoEntries.encode(groups), isLast: false) }

    /// Ends the segment, so that nothing can be taken from its end unseen.
    func finish() throws {
        try put([RedoEntries.stored], isLast: true)
        try sync()
    }

    /// Waits until everything is on the disk.
    func sync() throws {
        guard !isSynced else { return }
        guard fdatasync(file) == 0 else { throw FileFault.problem("write", path) }
        isSynced = true
    }

    private func put(_ plain: [UInt8], isLast: Bool) throws {
        let sealed = try plain.withUnsafeBytes { try sealer.seal($0, isLast: isLast) }
        try write(withUnsafeBytes(of: UInt32(sealed.count).bigEndian) { Array($0) } + sealed)
    }

    private func write(_ bytes: [UInt8]) throws(Problem) {
        var done = 0
        isSynced = false
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file, $0.baseAddress.map { $0 + done }, bytes.count - done)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw FileFault.problem("write", path) }
            done += count
        }
        byteCount += bytes.count
    }
}

/// A segment of the redo log in a folder, whose header was read.
package struct RedoSegment: Sendable {
    /// How a segment ends.
    package enum End: Hashable, Sendable {
        /// As it was written.
        case whole
        /// It was not finished, as after a power cut; all its commits are whole.
        case open
        /// So many bytes at its end are no whole chunk.
        case torn(bytes: Int)
    }

    package let path: String
    package let header: RedoHeader

    /// Reads the header of a file.
    ///
    /// - Throws: ``Problem`` as for ``BackupFile/open(_:)``.
    package static func open(_ path: String) throws -> RedoSegment {
        RedoSegment(path: path, header: try RedoHeader.read(try FileSource(path)).header)
    }

    /// Whether a name is that of a segment: letters, digits, `.` and `-`, no path.
    package static func isName(_ name: String) -> Bool {
        name.hasPrefix(RedoHeader.filePrefix) && name.hasSuffix(RedoHeader.fileSuffix)
            && name.utf8.count <= 120
            && name.utf8.allSatisfy { byte in
                byte == 0x2E || byte == 0x2D || (0x30...0x39).contains(byte)
                    || (0x61...0x7A).contains(byte | 0x20)
            }
    }

    /// The segments in a folder in the order of their commits; what is none is left out.
    package static func list(in folder: String) -> [RedoSegment] {
        Folders.names(in: folder).filter { isName($0) }
            // A file that is no segment leaves a gap, which is told of where it matters.
            .compactMap { try? open(folder + "/" + $0) }
            .sorted { ($0.header.first, $0.path) < ($1.header.first, $1.path) }
    }

    /// Reads its commits in order.
    ///
    /// - Parameter body: called with each; false ends the reading.
    /// - Returns: the keys of the box at its beginning, and how it ends, as far as it was read.
    /// - Throws: ``Problem``: `.forbidden` where it does not open, `.security` where a chunk that is
    ///   not the last one was changed.
    package func read(
        _ unlock: BackupUnlock, _ body: (RedoGroup) throws -> Bool
    ) throws -> (keyRing: [UInt8], end: End) {
        let source = try FileSource(path)
        let (header, binding) = try RedoHeader.read(source)
        guard header == self.header else {
            throw Problem(.conflict, "\(path) was replaced while it was read. Try again.")
        }
        let reader = RedoReader(
            source, StreamOpener(key: try key(unlock), prefix: header.noncePrefix, binding: binding)
        )
        var keyRing: [UInt8] = []
        while let plain = try reader.next() {
            if plain.first == RedoEntries.keyRing {
                keyRing = Array(plain.dropFirst())
                continue
            }
            guard let groups = RedoEntries.decode(plain, line: header.line) else {
                throw reader.damaged
            }
            for group in groups where try !body(group) { return (keyRing, .whole) }
        }
        return (keyRing, reader.end)
    }

    /// The last commit in it; nil where it holds none.
    package func last(_ unlock: BackupUnlock) throws -> RedoGroup? {
        var last: RedoGroup?
        _ = try read(unlock) { group in
            last = group
            return true
        }
        return last
    }

    private func key(_ unlock: BackupUnlock) throws(Problem) -> SecretBytes {
        do throws(KeyRingError) {
            return try unlock.key(header.wraps, for: header.purpose)
        } catch {
            throw Problem(
                .forbidden,
                "The redo log \(path) needs kit \(header.kitIDs.joined(separator: " or ")). Restore "
                    + "the backup without it, or use that kit.")
        }
    }
}

/// Reads the chunks of a segment and tells a torn end from damage.
private final class RedoReader {
    private let source: FileSource
    private let opener: StreamOpener
    private(set) var end = RedoSegment.End.open

    init(_ source: FileSource, _ opener: StreamOpener) {
        self.source = source
        self.opener = opener
    }

    var damaged: Problem {
        Problem(
            .security,
            "\(source.path) is not as it was written: its chunk \(opener.count + 1) was changed. Use "
                + "another copy of it.")
    }

    /// The next chunk; nil at the end of what is whole.
    func next() throws -> [UInt8]? {
        if opener.isAtEnd {
            guard source.isAtEnd else { throw damaged }
            end = .whole
            return nil
        }
        let rest = source.byteCount - source.position
        guard rest > 0 else { return nil }
        guard let head = try source.take(4) else { return torn(rest) }
        let count = head.reduce(0) { $0 << 8 | Int($1) }
        // A power cut may leave zeros where the end had no time to be written.
        guard count > 0 else { return try isZero(rest - 4) ? torn(rest) : { throw damaged }() }
        guard count <= RedoEntries.chunkBytesMax + SealedStream.overheadBytes else { throw damaged }
        guard let sealed = try source.take(count) else { return torn(rest) }
        do {
            return try sealed.withUnsafeBytes { try opener.open($0) }
        } catch {
            // The end of what was written, or zeros where the rest had no time to be.
            guard try isZero(source.byteCount - source.position) else { throw damaged }
            return torn(rest)
        }
    }

    private func torn(_ bytes: Int) -> [UInt8]? {
        end = .torn(bytes: bytes)
        return nil
    }

    private func isZero(_ count: Int) throws -> Bool {
        var rest = count
        while rest > 0 {
            guard let piece = try source.take(min(rest, 1 << 20)) else { return false }
            guard piece.allSatisfy({ $0 == 0 }) else { return false }
            rest -= piece.count
        }
        return true
    }
}
