import Deflate
import Glibc
import Kernel

/// The content of a file, block by block, decompressed where it is gzip.
final class FileBlocks {
    private static let blockBytes = 262_144

    private let name: String
    private let file: Int32
    private let bytesMax: Int
    private let gunzip: GunzipStream?
    private let onRead: (Int) -> Void
    private var outBytes = 0
    private var isAtEnd = false

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - bytesMax: how much may come out, decompressed.
    ///   - onRead: called with the bytes that were taken from the disk.
    /// - Throws: ``Problem`` with the cause; its place is the caller's to say.
    init(
        _ file: ImportFile, bytesMax: Int, onRead: @escaping (Int) -> Void = { _ in }
    ) throws(Problem) {
        self.bytesMax = bytesMax
        self.onRead = onRead
        name = file.path
        gunzip = file.isCompressed ? GunzipStream(bytesMax: bytesMax) : nil
        self.file = open(file.path, O_RDONLY | O_CLOEXEC)
        guard self.file >= 0 else {
            throw Problem(.incomplete, "The file cannot be read: \(SystemReason.text).")
        }
    }

    deinit { close(file) }

    /// The next bytes, at least one; nil at the end.
    func next() throws(Problem) -> [UInt8]? {
        while !isAtEnd {
            let block = try readBlock()
            if block.isEmpty {
                isAtEnd = true
                try finish()
                return nil
            }
            let content = try inflated(block)
            outBytes += content.count
            guard outBytes <= bytesMax else { throw Self.tooLong(bytesMax) }
            if !content.isEmpty { return content }
        }
        return nil
    }

    /// All bytes.
    func all() throws(Problem) -> [UInt8] {
        var bytes: [UInt8] = []
        while let block = try next() { bytes += block }
        return bytes
    }

    private func readBlock() throws(Problem) -> [UInt8] {
        var failed: Int32 = 0
        let block = [UInt8](unsafeUninitializedCapacity: Self.blockBytes) { buffer, count in
            var got = read(file, buffer.baseAddress, Self.blockBytes)
            while got < 0 && errno == EINTR {
                got = read(file, buffer.baseAddress, Self.blockBytes)
            }
            if got < 0 { failed = errno }
            count = max(0, got)
        }
        guard failed == 0 else {
            throw Problem(
                .incomplete,
                "The file cannot be read: \(String(cString: strerror(failed)).lowercased()).")
        }
        onRead(block.count)
        return block
    }

    private func inflated(_ block: [UInt8]) throws(Problem) -> [UInt8] {
        guard let gunzip else { return block }
        do throws(DeflateError) {
            return try gunzip.inflate(block)
        } catch {
            throw Problem(.structure, "\(error)")
        }
    }

    private func finish() throws(Problem) {
        guard let gunzip else { return }
        do throws(DeflateError) {
            try gunzip.finish()
        } catch {
            throw Problem(.structure, "\(error)")
        }
    }

    private static func tooLong(_ bytesMax: Int) -> Problem {
        Problem(
            .tooLong,
            "The file is larger than the limit of \(bytesMax / 1_048_576) MiB. Split it into "
                + "smaller files.")
    }
}
