package import Kernel

/// An address that something is sent to, read so strictly that nobody can read it another way.
///
/// Spec: RFC 3986, https://www.rfc-editor.org/rfc/rfc3986; SECURITY S44.
package struct OutgoingAddress: Sendable, Hashable {
    /// Bytes of the whole text.
    package static let bytesMax = 2_048
    /// Whether it is asked with TLS.
    package let isSecure: Bool
    /// In lower case; an IPv6 address without its brackets.
    package let host: String
    package let port: Int
    /// Path and query; empty or from `/` or `?` on.
    package let rest: String

    /// Reads `https://host[:port]/path?query`, or the same with `http`.
    ///
    /// - Throws: ``Problem`` `.value` that says what is wrong with it.
    package init(_ text: String) throws(Problem) {
        guard text.utf8.count <= Self.bytesMax,
            text.utf8.allSatisfy({ (0x21...0x7E).contains($0) && !Self.forbidden.contains($0) })
        else {
            throw Self.wrong(
                "is at most \(Self.bytesMax) characters of ASCII without blanks, quotes, # and \\")
        }
        guard let colon = text.firstRange(of: "://") else {
            throw Self.wrong("begins with https://")
        }
        switch text[..<colon.lowerBound].lowercased() {
        case "https": isSecure = true
        case "http": isSecure = false
        default: throw Self.wrong("begins with https://")
        }
        let after = text[colon.upperBound...]
        let end = after.firstIndex { $0 == "/" || $0 == "?" } ?? after.endIndex
        let place = String(after[..<end])
        guard !place.utf8.contains(UInt8(ascii: "@")) else {
            throw Self.wrong("holds no name and password; send them in channel.header")
        }
        guard let (host, port) = Self.hostAndPort(place, usual: isSecure ? 443 : 80) else {
            throw Self.wrong(
                "names a host such as hooks.example.org, an IPv4 address of four decimal numbers, or "
                    + "an IPv6 address in brackets, with a port from 1 to 65535")
        }
        self.host = host
        self.port = port
        rest = String(after[end...])
    }

    /// The text that the client library is given, made from the parts that were checked.
    var text: String {
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        let path = rest.hasPrefix("/") ? rest : "/" + rest
        return "\(isSecure ? "https" : "http")://\(name):\(port)\(path)"
    }

    /// The address as the other machine reads it: without a port that goes without saying.
    var written: String {
        let name = host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]" : host
        let place = port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
        return "\(isSecure ? "https" : "http")://\(place)\(rest)"
    }

    /// The same address with more steps on its path.
    func appending(_ steps: String...) -> OutgoingAddress {
        let cut = rest.firstIndex(of: "?") ?? rest.endIndex
        var path = String(rest[..<cut])
        if path.hasSuffix("/") { path.removeLast() }
        for step in steps { path += "/" + step }
        return OutgoingAddress(isSecure, host, port, path + rest[cut...])
    }

    private init(_ isSecure: Bool, _ host: String, _ port: Int, _ rest: String) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.rest = rest
    }

    private static let forbidden = Set("\"<>\\^`{}|#".utf8)

    private static func wrong(_ words: String) -> Problem {
        Problem(.value, "An address to send to \(words).", location: "channel.endpoint")
    }

    /// A host, and the port behind it or the usual one.
    static func hostAndPort(_ text: String, usual: Int) -> (host: String, port: Int)? {
        var host = text
        var port = usual
        let isBracketed = text.hasPrefix("[")
        let from = isBracketed ? text.firstIndex(of: "]") ?? text.startIndex : text.startIndex
        if let colon = text[from...].lastIndex(of: ":") {
            let digits = text[text.index(after: colon)...]
            guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy(isDigit),
                let number = Int(digits), (1...65_535).contains(number)
            else { return nil }
            port = number
            host = String(text[..<colon])
        }
        guard isBracketed else {
            return isName(host) || isIPv4(host) ? (host.lowercased(), port) : nil
        }
        guard host.hasSuffix("]") else { return nil }
        let inside = String(host.dropFirst().dropLast())
        return NetworkAddress.ipv6(inside) == nil ? nil : (inside.lowercased(), port)
    }

    /// A name whose last part begins with a letter: whatever ends in a number could be read as an
    /// address in decimal, octal or hexadecimal.
    ///
    /// Spec: RFC 1123, 2.1, https://www.rfc-editor.org/rfc/rfc1123#section-2.1
    private static func isName(_ text: String) -> Bool {
        guard (1...253).contains(text.utf8.count) else { return false }
        let labels = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard let last = labels.last?.first, isLetter(last) else { return false }
        return labels.allSatisfy { label in
            (1...63).contains(label.count) && label.first != UInt8(ascii: "-")
                && label.last != UInt8(ascii: "-")
                && label.allSatisfy { isDigit($0) || isLetter($0) || $0 == UInt8(ascii: "-") }
        }
    }

    private static func isIPv4(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 4
            && parts.allSatisfy { part in
                (1...3).contains(part.count) && part.allSatisfy(isDigit)
                    && (part.count == 1 || part.first != UInt8(ascii: "0"))
                    && part.reduce(0) { $0 * 10 + Int($1 - 0x30) } <= 255
            }
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
    private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte | 0x20) }
}
