/// A network that the machine is on, by one of its interfaces.
package struct LocalLink: Hashable, Sendable {
    /// An address with the part of it that names the network.
    package struct Network: Hashable, Sendable {
        /// Four bytes, or sixteen.
        package let address: [UInt8]
        /// How many leading bits name the network.
        package let prefixBits: Int

        /// Collects both.
        package init(address: [UInt8], prefixBits: Int) {
            self.address = address
            self.prefixBits = prefixBits
        }

        /// Whether another address is of the same network.
        package func holds(_ other: [UInt8]) -> Bool {
            guard other.count == address.count else { return false }
            for bit in 0..<min(prefixBits, address.count * 8) {
                let mask = UInt8(0x80) >> UInt8(bit % 8)
                if (address[bit / 8] ^ other[bit / 8]) & mask != 0 { return false }
            }
            return true
        }
    }

    /// The number of the interface.
    package let index: Int
    /// The addresses that other machines of this network may be told.
    package let networks: [Network]

    /// Collects both.
    package init(index: Int, networks: [Network]) {
        self.index = index
        self.networks = networks
    }

    /// Whether a packet from an address comes from this network.
    ///
    /// Spec: RFC 6762, 11, https://www.rfc-editor.org/rfc/rfc6762#section-11
    package func isOnLink(_ source: [UInt8]) -> Bool {
        if source.count == 4, source[0] == 169, source[1] == 254 { return true }
        return networks.contains { $0.holds(source) }
    }
}
