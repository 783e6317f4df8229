import Glibc
import HTTPTypes
import Hummingbird
import Kernel
import NIOCore

/// A backup on its way to a browser, in pieces, so that its size does not matter.
final class BackupDownload: Sendable {
    private static let chunkBytes = 262_144

    private let file: Int32
    private let bytes: Int

    /// Opens a file; nil where there is none.
    init?(path: String) {
        file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { return nil }
        var facts = stat()
        bytes = fstat(file, &facts) == 0 ? Int(facts.st_size) : 0
    }

    deinit { close(file) }

    /// The answer that carries it.
    func response(name: String) -> Response {
        var headers = HTTPFields()
        headers[.contentType] = "application/octet-stream"
        headers[.contentDisposition] = "attachment; filename=\"\(name)\""
        let body = ResponseBody(contentLength: bytes) { writer in
            var done = 0
            while done < self.bytes {
                var chunk = [UInt8](repeating: 0, count: Self.chunkBytes)
                let count = pread(self.file, &chunk, chunk.count, off_t(done))
                guard count > 0 else {
                    throw Problem(.incomplete, "The backup could not be read to its end.")
                }
                try await writer.write(ByteBuffer(bytes: chunk.prefix(count)))
                done += count
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }
}
