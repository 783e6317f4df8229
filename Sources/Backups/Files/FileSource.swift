import Glibc
import Kernel
import Sealing

/// A file that is read from its beginning to its end, and digested on the way.
///
/// What is added to it after it was opened is not read. Not sendable: it belongs to one thread at a time.
final class FileSource {
    private static let bufferBytes = 1 << 20

    let path: String
    private let file: Int32
    private let digest = DigestContext()
    private let buffer: UnsafeMutableRawBufferPointer
    private var start = 0
    private var end = 0
    /// Bytes of the file.
    let byteCount: Int
    /// Bytes that were taken so far.
    private(set) var position = 0

    /// Opens a file.
    ///
    /// - Throws: ``Problem`` where it is none, or cannot be read.
    init(_ path: String) throws(Problem) {
        file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw FileFault.problem("read", path) }
        var facts = stat()
        guard fstat(file, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw Problem(.invalid, "\(path) is not a file.")
        }
        byteCount = Int(facts.st_size)
        self.path = path
        buffer = .allocate(byteCount: Self.bufferBytes, alignment: 16)
        posix_fadvise(file, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    deinit {
        close(file)
        buffer.deallocate()
    }

    /// Has the system forget what it knows of the file, so that the disk itself is read.
    func forgetCache() { posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED) }

    /// The next `count` bytes; nil where the file ends before.
    func take(_ count: Int, isDigested: Bool = true) throws(Problem) -> [UInt8]? {
        guard count <= byteCount - position else { return nil }
        var failure: Problem?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { into, filled in
            do throws(Problem) {
                filled = try copy(count, to: UnsafeMutableRawBufferPointer(into))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        guard bytes.count == count else { return nil }
        position += count
        if isDigested { digest.update(bytes) }
        return bytes
    }

    /// Whether every byte was taken.
    var isAtEnd: Bool { position >= byteCount }

    /// The digest of what was taken and digested.
    func finishDigest() -> [UInt8] { digest.finish() }

    private func copy(
        _ count: Int, to target: UnsafeMutableRawBufferPointer
    ) throws(Problem) -> Int {
        var done = 0
        while done < count {
            if start == end, try !fill() { break }
            let part = min(count - done, end - start)
            UnsafeMutableRawBufferPointer(rebasing: target[done..<done + part])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[start..<start + part]))
            start += part
            done += part
        }
        return done
    }

    private func fill() throws(Problem) -> Bool {
        while true {
            let count = read(file, buffer.baseAddress, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw FileFault.problem("read", path) }
            start = 0
            end = count
            return count > 0
        }
    }
}
