import Glibc

/// The sockets that the service manager opened before it started this process.
///
/// They stay open while the service restarts, so that a browser waits instead of being refused, and
/// the service needs no right to listen on ports below 1024.
///
/// Spec: systemd, sd_listen_fds(3), https://www.freedesktop.org/software/systemd/man/sd_listen_fds.html
package struct InheritedSockets: Sendable {
    /// One socket that listens.
    package struct One: Hashable, Sendable {
        /// The file descriptor.
        package let descriptor: Int32
        /// The numeric address it listens on; `0.0.0.0` or `::` for every one.
        package let host: String
        package let port: Int

        /// Describes a socket.
        package init(descriptor: Int32, host: String, port: Int) {
            self.descriptor = descriptor
            self.host = host
            self.port = port
        }
    }

    private static let firstDescriptor: Int32 = 3
    private static let countMax: Int32 = 16

    /// All that listen for connections; others are left alone.
    package let all: [One]

    /// Makes it from sockets that are known.
    package init(_ all: [One]) { self.all = all }

    /// Takes what the environment announces for this process, and keeps it from programs that are
    /// started later.
    ///
    /// Empty where another process, or none, is meant.
    package init(
        environment: [String: String], process: Int32 = getpid(), first: Int32 = firstDescriptor
    ) {
        guard environment["LISTEN_PID"].flatMap({ Int32($0) }) == process,
            let count = environment["LISTEN_FDS"].flatMap({ Int32($0) }),
            1...Self.countMax ~= count
        else {
            all = []
            return
        }
        all = (first..<first + count).compactMap { descriptor in
            _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
            return Self.listening(descriptor)
        }
    }

    /// The socket that serves what `address` asks for: the same port, and the same address or both
    /// every one.
    package func serving(_ address: ListenAddress) -> One? {
        let wanted = address.host == "localhost" ? "127.0.0.1" : address.host
        return all.first { one in
            one.port == address.port
                && (one.host == wanted || Self.isEvery(one.host) && Self.isEvery(wanted))
        }
    }

    /// Closes those that serve none of the addresses.
    ///
    /// - Returns: them, to be told of: the service manager keeps them open.
    package func close(except addresses: [ListenAddress]) -> [One] {
        let served = Set(addresses.compactMap { serving($0)?.descriptor })
        let idle = all.filter { !served.contains($0.descriptor) }
        for one in idle { Glibc.close(one.descriptor) }
        return idle
    }

    private static func isEvery(_ host: String) -> Bool { host == "0.0.0.0" || host == "::" }

    private static func listening(_ descriptor: Int32) -> One? {
        var isListening: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &isListening, &length) == 0,
            isListening == 1
        else { return nil }
        var place = sockaddr_storage()
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        var port = [CChar](repeating: 0, count: Int(NI_MAXSERV))
        let code = withUnsafeMutablePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
                guard getsockname(descriptor, place, &length) == 0 else { return Int32(-1) }
                return getnameinfo(
                    place, length, &host, socklen_t(host.count), &port, socklen_t(port.count),
                    NI_NUMERICHOST | NI_NUMERICSERV)
            }
        }
        guard code == 0, let number = Int(text(port)) else { return nil }
        return One(descriptor: descriptor, host: text(host), port: number)
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
