/// A machine that the box may send to: an exact name or address, and a port.
///
/// Written as `HOST[:PORT][+private][+http]`: `+private` lets the name lead into a network of the
/// clinic, `+http` leaves out TLS, which only a machine on this computer may do.
/// Spec: SECURITY S44.
package struct OutgoingTarget: Sendable, Hashable {
    /// Targets that one box may have.
    package static let countMax = 64
    /// In lower case; an IPv6 address without its brackets.
    package let host: String
    package let port: Int
    /// Whether the name may lead to an address of a private network or of this computer.
    package let allowsPrivate: Bool
    /// Whether it may be asked without TLS.
    package let allowsPlain: Bool

    /// Reads a target; nil for what is none.
    package init?(_ text: String) {
        var words = text.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
        let place = words.removeFirst()
        guard Set(words).count == words.count,
            words.allSatisfy({ $0 == "private" || $0 == "http" })
        else { return nil }
        allowsPrivate = words.contains("private")
        allowsPlain = words.contains("http")
        guard let (host, port) = OutgoingAddress.hostAndPort(place, usual: allowsPlain ? 80 : 443)
        else { return nil }
        guard !allowsPlain || ["127.0.0.1", "::1", "localhost"].contains(host) else { return nil }
        self.host = host
        self.port = port
    }

    /// The text that ``init(_:)`` reads.
    var text: String {
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        return "\(name):\(port)" + (allowsPrivate ? "+private" : "") + (allowsPlain ? "+http" : "")
    }

    /// Reads a list with blanks or commas between; nil where one of it is no target.
    package static func list(_ text: String) -> [OutgoingTarget]? {
        let words = text.split { $0 == " " || $0 == "," || $0 == "\t" }
        let targets = words.compactMap { OutgoingTarget(String($0)) }
        return targets.count == words.count && targets.count <= countMax ? targets : nil
    }
}

/// Where the box may send at present, and whom it trusts there.
package struct OutgoingRules: Sendable, Hashable {
    package var targets: [OutgoingTarget]
    /// A file with further authorities in PEM; nil for those of the system alone.
    package var authorityFile: String?

    /// Makes rules.
    package init(targets: [OutgoingTarget] = [], authorityFile: String? = nil) {
        self.targets = targets
        self.authorityFile = authorityFile
    }

    /// The rule for exactly this host and port; nil where nothing may be sent there.
    package func target(of address: OutgoingAddress) -> OutgoingTarget? {
        targets.first {
            $0.host == address.host && $0.port == address.port
                && (address.isSecure || $0.allowsPlain)
        }
    }
}
