import Glibc
import Kernel

/// The part of an address that one household or attacker has to itself.
enum NetworkAddress {
    /// The address of version 4 as it is; of version 6 its network of 64 bits, because everybody
    /// has as many addresses in theirs as they like.
    static func network(of address: String) -> String {
        let text = address.prefix { $0 != "%" }
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, String(text), &bytes) == 1 else { return address }
        let isMapped = bytes[..<10].allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
        if isMapped { return bytes[12...].map { "\($0)" }.joined(separator: ".") }
        return Hex.text(bytes[..<8]) + "/64"
    }
}
