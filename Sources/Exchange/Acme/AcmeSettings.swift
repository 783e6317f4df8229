package import Kernel

/// How the clinic gets certificates from an authority that speaks ACME.
package struct AcmeSettings: Sendable, Hashable {
    /// Names that one certificate is for.
    package static let namesMax = 16
    /// The address of the authority's directory; nil where none is to be asked.
    package var directory: String?
    /// A mailbox that the authority may write to; nil for none.
    package var contact: String?
    /// Host names that the certificate is to carry.
    package var names: [String] = []
    /// The program that puts records into the name server; nil to answer on port 80 instead.
    package var hook: String?
    /// Whether the authority may be a machine of the clinic's network.
    package var allowsPrivate = false

    /// The defaults: nobody is asked.
    package init() {}

    /// Where it is asked, and nothing beside that; nil where nobody is.
    var address: OutgoingAddress? { directory.flatMap { try? Self.directory($0) } }  // nil is told

    /// Reads the address of a directory: HTTPS, or HTTP on this computer.
    ///
    /// - Throws: ``Problem`` `.value`.
    package static func directory(_ text: String) throws(Problem) -> OutgoingAddress {
        let address = try OutgoingAddress(text)
        guard address.isSecure || isHere(address.host) else {
            throw Problem(.value, "The address of the authority begins with https://.")
        }
        return address
    }

    /// Whether a text is a mailbox that an authority takes.
    package static func isContact(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        return text.utf8.count <= 254 && parts.count == 2 && !parts[0].isEmpty
            && parts[1].contains(UInt8(ascii: "."))
            && text.utf8.allSatisfy {
                (0x21...0x7E).contains($0) && !Array("\"<>,;:\\?&%".utf8).contains($0)
            }
    }

    /// The machine of the directory as the only one that may be asked.
    package func rules(authorityFile: String?) -> OutgoingRules {
        guard let address else { return OutgoingRules() }
        let host =
            address.host.utf8.contains(UInt8(ascii: ":")) ? "[\(address.host)]" : address.host
        let isHere = Self.isHere(address.host)
        let words = "\(host):\(address.port)" + (allowsPrivate || isHere ? "+private" : "")
        return OutgoingRules(
            targets: OutgoingTarget.list(words + (address.isSecure ? "" : "+http")) ?? [],
            authorityFile: authorityFile)
    }

    private static func isHere(_ host: String) -> Bool {
        ["127.0.0.1", "::1", "localhost"].contains(host)
    }
}
