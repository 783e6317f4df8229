import Glibc

/// The address that a name led to, as it is about to be connected to.
package struct NetworkAddress: Sendable, Hashable {
    /// What kind of network an address belongs to.
    package enum Reach: Sendable {
        /// Reachable from everywhere.
        case everywhere
        /// This computer, or a network of the clinic.
        case near
        /// Nothing is ever sent there: link-local, where clouds keep their secrets, multicast,
        /// documentation, addresses that hide another one.
        case never
    }

    /// 4 bytes of IPv4 or 16 of IPv6.
    private let bytes: [UInt8]

    /// Makes an address of 4 or 16 bytes.
    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// What kind of network it belongs to.
    ///
    /// Spec: IANA special-purpose registries, https://www.iana.org/assignments/iana-ipv4-special-registry
    package var reach: Reach {
        switch bytes.count {
        case 4: Self.reach(bytes[0], bytes[1], bytes[2], bytes[3])
        case 16: reachOfIPv6
        default: .never
        }
    }

    private static func reach(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) -> Reach {
        switch (a, b, c) {
        // One cloud keeps what its machines may know here.
        case (100, 100, 100) where d == 200: .never
        case (10, _, _), (127, _, _), (172, 16...31, _), (192, 168, _), (100, 64...127, _): .near
        case (0, _, _), (169, 254, _), (192, 0, 0), (192, 0, 2), (192, 88, 99), (198, 18...19, _),
            (198, 51, 100), (203, 0, 113), (224..., _, _):
            .never
        default: .everywhere
        }
    }

    private var reachOfIPv6: Reach {
        let head = bytes[0..<12]
        // An IPv4 address in the form of IPv6 is what it maps to.
        if head.dropLast(2).allSatisfy({ $0 == 0 }), bytes[10] == 0xFF, bytes[11] == 0xFF {
            return Self.reach(bytes[12], bytes[13], bytes[14], bytes[15])
        }
        if bytes.dropLast().allSatisfy({ $0 == 0 }) { return bytes[15] == 1 ? .near : .never }
        if bytes[0] & 0xFE == 0xFC {
            // The same secrets of another cloud, in the range of private networks.
            let isMetadata =
                bytes[0] == 0xFD && bytes[1] == 0x00 && bytes[2] == 0x0E
                && bytes[3] == 0xC2
            return isMetadata ? .never : .near
        }
        guard bytes[0] & 0xE0 == 0x20 else { return .never }
        switch (bytes[0], bytes[1], bytes[2], bytes[3]) {
        case (0x20, 0x01, 0x00...0x01, _), (0x20, 0x01, 0x0D, 0xB8), (0x20, 0x02, _, _),
            (0x3F, 0xFF, 0x00...0x0F, _):
            return .never
        default: return .everywhere
        }
    }

    /// The bytes of an IPv6 address in text, without zone and brackets.
    static func ipv6(_ text: String) -> [UInt8]? {
        guard text.utf8.count <= 45,
            text.utf8.allSatisfy({
                $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
                    || (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20)
            })
        else { return nil }
        var address = in6_addr()
        guard inet_pton(AF_INET6, text, &address) == 1 else { return nil }
        return withUnsafeBytes(of: &address) { Array($0) }
    }
}
