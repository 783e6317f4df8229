import Glibc
import Kernel
import Sealing

/// Reading and writing of open files, with their digests on the way.
enum StorageBytes {
    private static let chunkBytes = 1_048_576

    /// The length of an open file.
    static func size(of file: Int32) -> Int64 {
        var facts = stat()
        return fstat(file, &facts) == 0 ? Int64(facts.st_size) : 0
    }

    /// Writes everything.
    static func write(_ bytes: [UInt8], to file: Int32) -> Bool {
        bytes.withUnsafeBytes { write($0, to: file) }
    }

    private static func write(_ bytes: UnsafeRawBufferPointer, to file: Int32) -> Bool {
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(
                file, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    /// Copies one open file into another.
    ///
    /// - Parameters:
    ///   - bytes: how long the input is; one that ends earlier or later is refused.
    ///   - reading: the folder that a failed read is told of.
    ///   - writing: the folder that a failed write is told of.
    static func copy(
        _ input: Int32, _ output: Int32, bytes: Int64, reading: OpenFolder? = nil,
        writing: OpenFolder? = nil, goesOn: (Double) -> Bool
    ) throws(Problem) -> StoredSeal {
        var done: Int64 = 0
        let seal = try walk(input, folder: reading) { chunk throws(Problem) in
            guard write(chunk, to: output) else {
                throw writing?.failure("write to")
                    ?? Problem(.noStore, "Cannot write: \(SystemWords.text(errno)).")
            }
            done += Int64(chunk.count)
            guard goesOn(bytes > 0 ? Double(done) / Double(bytes) : 1) else {
                throw Problem(.transient, "The copying was stopped; it is begun anew later.")
            }
        }
        guard seal.bytes == bytes else {
            throw Problem(.incomplete, "The backup changed while it was copied.")
        }
        return seal
    }

    /// The seal of an open file, from its beginning.
    static func seal(
        _ file: Int32, folder: OpenFolder?, beat: () -> Void = {}
    ) throws(Problem) -> StoredSeal {
        try walk(file, folder: folder) { (_: UnsafeRawBufferPointer) throws(Problem) in beat() }
    }

    /// The digest of how an open file begins.
    static func headDigest(_ file: Int32, _ folder: OpenFolder) throws(Problem) -> [UInt8] {
        var head = [UInt8](repeating: 0, count: StoredSeal.headBytesMax)
        var filled = 0
        while filled < head.count {
            let count = head.withUnsafeMutableBytes {
                pread(
                    file, $0.baseAddress?.advanced(by: filled), $0.count - filled, off_t(filled))
            }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw folder.failure("read") }
            if count == 0 { break }
            filled += count
        }
        return SHA256.digest(Array(head.prefix(filled)))
    }

    private static func walk(
        _ file: Int32, folder: OpenFolder?,
        _ body: (UnsafeRawBufferPointer) throws(Problem) -> Void
    ) throws(Problem) -> StoredSeal {
        let whole = DigestContext()
        var head: [UInt8] = []
        var total: Int64 = 0
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: chunkBytes, alignment: 4_096)
        defer { buffer.deallocate() }
        lseek(file, 0, SEEK_SET)
        while true {
            let count = read(file, buffer.baseAddress, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else {
                throw folder?.failure("read")
                    ?? Problem(.incomplete, "Cannot read: \(SystemWords.text(errno)).")
            }
            if count == 0 { break }
            let chunk = UnsafeRawBufferPointer(rebasing: buffer[..<count])
            whole.update(chunk)
            if head.count < StoredSeal.headBytesMax {
                head += chunk.prefix(StoredSeal.headBytesMax - head.count)
            }
            try body(chunk)
            total += Int64(count)
        }
        return StoredSeal(
            bytes: total, digest: whole.finish(), headDigest: SHA256.digest(head))
    }
}
