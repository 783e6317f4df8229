import Glibc

/// Tells the service manager how the service stands.
///
/// Spec: systemd, sd_notify(3), https://www.freedesktop.org/software/systemd/man/sd_notify.html
package struct SystemdNotice: Sendable {
    /// The longest path of a socket, in bytes.
    private static let pathBytesMax = 107

    private let path: String?
    /// How often, in milliseconds, the service manager wants to hear that the service is alive; nil
    /// where it does not watch.
    package let watchdogMs: Int?

    /// Takes the socket and the interval from the environment; without them nothing is told.
    package init(environment: [String: String], process: Int32 = getpid()) {
        let place = environment["NOTIFY_SOCKET"] ?? ""
        let isUsable =
            (place.hasPrefix("/") || place.hasPrefix("@"))
            && 2...Self.pathBytesMax ~= place.utf8.count
        path = isUsable ? place : nil
        let watched = environment["WATCHDOG_PID"].map { Int32($0) == process } ?? true
        let interval = environment["WATCHDOG_USEC"].flatMap { Int($0) }.map { $0 / 1_000 }
        watchdogMs = isUsable && watched ? interval.flatMap { $0 > 0 ? $0 : nil } : nil
    }

    /// The service answers now.
    package func ready(_ status: String) { send("READY=1\nSTATUS=\(Self.oneLine(status))") }

    /// The start takes longer than the service manager expects, because of what the sentence says.
    ///
    /// - Parameter seconds: how long the next step may take.
    package func busy(_ sentence: String, seconds: Int) {
        send("EXTEND_TIMEOUT_USEC=\(seconds * 1_000_000)\nSTATUS=\(Self.oneLine(sentence))")
    }

    /// The service is on its way down.
    package func stopping() { send("STOPPING=1\nSTATUS=Finishing what is under way.") }

    /// The service is alive.
    package func alive() { send("WATCHDOG=1") }

    /// What the service is at, or what is wrong with it, in a sentence.
    package func status(_ sentence: String) { send("STATUS=\(Self.oneLine(sentence))") }

    private static func oneLine(_ text: String) -> String {
        String(decoding: text.utf8.map { $0 < 0x20 ? 0x20 : $0 }, as: UTF8.self)
    }

    /// A service manager that does not listen is not told; the service goes on.
    private func send(_ message: String) {
        guard let path else { return }
        let file = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard file >= 0 else { return }
        defer { close(file) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        // A name that begins with @ stands for one that lies in no folder, and begins with zero.
        if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        let text = Array(message.utf8)
        withUnsafePointer(to: &address) { address in
            address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = sendto(file, text, text.count, Int32(MSG_NOSIGNAL), address, length)
            }
        }
    }
}
