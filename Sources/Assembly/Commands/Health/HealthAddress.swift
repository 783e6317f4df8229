package import ServerKit

/// A box on this machine.
package struct HealthAddress: Hashable, Sendable {
    package let host: String
    package let port: Int

    /// Names a box.
    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Where this machine reaches a box that listens so: on every address, this machine's own loopback
    /// is one of them.
    package init(listening: ListenAddress) {
        let isEvery = listening.host == "0.0.0.0" || listening.host == "::"
        host = isEvery ? "127.0.0.1" : listening.host
        port = listening.port
    }

    /// Reads `https://HOST:PORT` with or without a path of `/` or `/ready`; nil for another form,
    /// and for a host that is not this machine.
    package init?(_ url: String) {
        let scheme = "https://"
        guard url.hasPrefix(scheme) else { return nil }
        var rest = String(url.dropFirst(scheme.count))
        for path in ["/ready", "/"] where rest.hasSuffix(path) {
            rest.removeLast(path.count)
            break
        }
        let hasPort =
            rest.hasPrefix("[") ? rest.contains("]:") : rest.utf8.contains(UInt8(ascii: ":"))
        guard let address = Setting.address(hasPort ? rest : rest + ":443"), address.port > 0
        else { return nil }
        let isLoopback =
            address.host == "localhost" || address.host == "::1"
            || address.host.hasPrefix("127.")
                && address.host.allSatisfy { $0 == "." || $0.isASCII && $0.isNumber }
        guard isLoopback else { return nil }
        host = address.host
        port = address.port
    }
}
