import Glibc
import MulticastDNS
import ServerKit

/// The addresses under which this machine is reached.
package enum NetworkInterfaces {
    private static let isUp: UInt32 = 0x1
    private static let isLoopback: UInt32 = 0x8
    private static let isMulticast: UInt32 = 0x1000

    /// One address of one interface.
    struct Entry {
        let index: Int
        let flags: UInt32
        let network: LocalLink.Network
        let text: String
    }

    /// Loopback first, then the private addresses of the interfaces; the box's own authority may
    /// vouch for no others.
    package static func addresses() -> [String] {
        let loopback = ["127.0.0.1", "::1"]
        let found = entries().filter { $0.flags & isUp != 0 && isPrivate($0.network.address) }
        return loopback + Set(found.map(\.text)).subtracting(loopback).sorted()
    }

    /// The networks on which the box may say its name: private, able to multicast, and served.
    ///
    /// - Parameter listen: where HTTPS is served; only addresses that it answers are told.
    static func links(listen: ListenAddress) -> [LocalLink] {
        let mask = isUp | isMulticast
        let usable = entries().filter { entry in
            entry.flags & mask == mask && entry.flags & isLoopback == 0
                && isPrivate(entry.network.address) && serves(listen.host, entry)
        }
        return Dictionary(grouping: usable, by: \.index).map { index, entries in
            LocalLink(
                index: index,
                networks: entries.map(\.network).sorted {
                    $0.address.lexicographicallyPrecedes($1.address)
                })
        }.sorted { $0.index < $1.index }
    }

    private static func serves(_ host: String, _ entry: Entry) -> Bool {
        switch host {
        case "0.0.0.0": entry.network.address.count == 4
        case "::": true
        default: host == entry.text
        }
    }

    /// Whether an address belongs to a network of one's own.
    ///
    /// Spec: RFC 1918, 3, https://www.rfc-editor.org/rfc/rfc1918; RFC 4193, 3.1,
    /// https://www.rfc-editor.org/rfc/rfc4193; RFC 3927, 2.1, https://www.rfc-editor.org/rfc/rfc3927
    static func isPrivate(_ address: [UInt8]) -> Bool {
        if address.count == 16 { return address[0] & 0xFE == 0xFC }
        guard address.count == 4 else { return false }
        return address[0] == 10 || address[0] == 127 || (address[0] == 192 && address[1] == 168)
            || (address[0] == 172 && (16...31).contains(address[1]))
            || (address[0] == 169 && address[1] == 254)
    }

    private static func entries() -> [Entry] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: [Entry] = []
        var next = list
        while let one = next {
            next = one.pointee.ifa_next
            guard let address = bytes(one.pointee.ifa_addr), let text = text(address) else {
                continue
            }
            let mask = bytes(one.pointee.ifa_netmask) ?? []
            found.append(
                Entry(
                    index: Int(if_nametoindex(one.pointee.ifa_name)), flags: one.pointee.ifa_flags,
                    network: LocalLink.Network(
                        address: address, prefixBits: mask.reduce(0) { $0 + $1.nonzeroBitCount }),
                    text: text))
        }
        return found
    }

    private static func bytes(_ address: UnsafeMutablePointer<sockaddr>?) -> [UInt8]? {
        guard let address else { return nil }
        let raw = UnsafeRawPointer(address)
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            let whole = raw.loadUnaligned(as: sockaddr_in.self)
            return withUnsafeBytes(of: whole.sin_addr) { Array($0) }
        case AF_INET6:
            let whole = raw.loadUnaligned(as: sockaddr_in6.self)
            return withUnsafeBytes(of: whole.sin6_addr) { Array($0) }
        default: return nil
        }
    }

    /// An address as people write it.
    static func text(_ address: [UInt8]) -> String? {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = address.count == 4 ? AF_INET : AF_INET6
        guard inet_ntop(family, address, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    /// The machine's own name in lower case; nil for one that no certificate can carry.
    static func hostName() -> String? {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, 255) == 0 else { return nil }
        let text = String(
            decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self
        ).lowercased()
        return Setting.isHostName(text) && text != "localhost" ? text : nil
    }

    /// Whether the name servers lead a host name to this machine; waits for them, so call it on a
    /// thread that nobody needs.
    static func leadsHere(_ host: String) -> Bool {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, nil, &hints, &list) == 0 else { return false }
        defer { freeaddrinfo(list) }
        let own = Set(entries().filter { $0.flags & isLoopback == 0 }.map(\.network.address))
        var next = list
        while let one = next {
            next = one.pointee.ai_next
            if let address = bytes(one.pointee.ai_addr), own.contains(address) { return true }
        }
        return false
    }
}
