import FHIRModel
import Glibc
package import Kernel

/// One message over the control socket: a JSON object and bytes that go with it.
///
/// Four bytes with the length of the JSON, four with the length of the attachment, both
/// big-endian, then the two.
package struct ControlFrame: Sendable {
    /// The most bytes of the JSON object.
    package static let jsonBytesMax = 16 * 1_048_576
    /// The most bytes that go with it.
    package static let attachmentBytesMax = 80 * 1_048_576

    package let json: [UInt8]
    package let attachment: [UInt8]

    /// Makes a frame.
    package init(json: [UInt8], attachment: [UInt8] = []) {
        self.json = json
        self.attachment = attachment
    }

    /// Writes the frame to a socket; blocks.
    package func write(to socket: Int32) throws(Problem) {
        var head: [UInt8] = []
        for count in [json.count, attachment.count] {
            withUnsafeBytes(of: UInt32(count).bigEndian) { head.append(contentsOf: $0) }
        }
        try Self.send(head + json, to: socket)
        try Self.send(attachment, to: socket)
    }

    /// Reads a frame from a socket; blocks.
    ///
    /// Nil when the other side has closed it.
    package static func read(from socket: Int32) throws(Problem) -> ControlFrame? {
        guard let head = try receive(8, from: socket) else { return nil }
        let counts = [0, 4].map { start in
            head[start..<start + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        guard counts[0] <= jsonBytesMax, counts[1] <= attachmentBytesMax else {
            throw Problem(.tooLong, "A command carries at most \(attachmentBytesMax) bytes.")
        }
        guard let json = try receive(counts[0], from: socket),
            let attachment = try receive(counts[1], from: socket)
        else { throw closed }
        return ControlFrame(json: json, attachment: attachment)
    }

    private static let closed = Problem(
        .transient, "The server ended while it worked on the command. Look at its log and repeat.")

    private static func send(_ bytes: [UInt8], to socket: Int32) throws(Problem) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(
                    socket, buffer.baseAddress?.advanced(by: done), buffer.count - done,
                    Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw closed }
            done += count
        }
    }

    private static func receive(_ wanted: Int, from socket: Int32) throws(Problem) -> [UInt8]? {
        guard wanted > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: wanted)
        var done = 0
        while done < wanted {
            let count = bytes.withUnsafeMutableBytes { buffer in
                recv(socket, buffer.baseAddress?.advanced(by: done), wanted - done, 0)
            }
            if count < 0 && errno == EINTR { continue }
            if count == 0 && done == 0 { return nil }
            guard count > 0 else { throw closed }
            done += count
        }
        return bytes
    }
}

/// A Unix socket by its path.
package enum ControlSocket {
    /// Connects to a server; nil where none listens.
    package static func connect(_ path: String) -> Int32? {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0 else { return nil }
        guard withAddress(path, { Glibc.connect(socket, $0, $1) }) == 0 else {
            close(socket)
            return nil
        }
        return socket
    }

    /// Listens on a path, for the owner of the folder only.
    ///
    /// - Throws: ``Problem`` if the path is too long or cannot be used.
    static func listen(_ path: String) throws(Problem) -> Int32 {
        unlink(path)
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard socket >= 0, withAddress(path, { bind(socket, $0, $1) }) == 0,
            chmod(path, 0o600) == 0, Glibc.listen(socket, 16) == 0
        else {
            throw Problem(
                .incomplete,
                "Cannot listen on \(path): \(String(cString: strerror(errno)).lowercased()). The "
                    + "path of the data folder may have at most 95 letters.")
        }
        return socket
    }

    private static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            errno = ENAMETOOLONG
            return -1
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
