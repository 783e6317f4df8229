import Glibc
import MulticastDNS

/// A socket for the names of one network.
struct MulticastSocket {
    static let port: UInt16 = 5_353
    private static let group: [UInt8] = [224, 0, 0, 251]
    private static let ipMulticastAll: Int32 = 49

    /// Why a socket could not be made.
    struct Failure: Error {
        /// The reason of the system.
        let code: Int32

        var sentence: String { String(cString: strerror(code)).lowercased() }
    }

    /// One packet and who sent it.
    struct Received {
        let bytes: [UInt8]
        let source: [UInt8]
        let port: Int
        let sender: sockaddr_in
    }

    let file: Int32

    /// Joins the group on one interface, beside other responders of this machine.
    init(link: Int) throws(Failure) {
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        file = socket(AF_INET, kind, 0)
        guard file >= 0 else { throw Failure(code: errno) }
        do throws(Failure) {
            try put(SOL_SOCKET, SO_REUSEADDR, Int32(1))
            var address = Self.address([0, 0, 0, 0])
            guard Self.bound(file, &address) else { throw Failure(code: errno) }
            try put(Int32(IPPROTO_IP), Self.ipMulticastAll, Int32(0))
            try put(Int32(IPPROTO_IP), IP_MULTICAST_TTL, Int32(255))
            try put(Int32(IPPROTO_IP), IP_MULTICAST_LOOP, Int32(1))
            var member = ip_mreqn()
            member.imr_multiaddr = Self.address(Self.group).sin_addr
            member.imr_ifindex = Int32(link)
            try put(Int32(IPPROTO_IP), IP_MULTICAST_IF, member)
            try put(Int32(IPPROTO_IP), IP_ADD_MEMBERSHIP, member)
        } catch {
            Glibc.close(file)
            throw error
        }
    }

    func close() { Glibc.close(file) }

    /// Why a program could not answer to names here; nil where it can.
    static func fault() -> String? {
        let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue)
        let probe = socket(AF_INET, kind, 0)
        guard probe >= 0 else { return Failure(code: errno).sentence }
        defer { Glibc.close(probe) }
        var isOn: Int32 = 1
        setsockopt(probe, SOL_SOCKET, SO_REUSEADDR, &isOn, 4)
        var address = address([0, 0, 0, 0])
        return bound(probe, &address) ? nil : Failure(code: errno).sentence
    }

    /// The next packet that waits, or nil.
    func receive() -> Received? {
        var buffer = [UInt8](repeating: 0, count: DNSMessage.bytesMax + 1)
        var sender = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let count = withUnsafeMutablePointer(to: &sender) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                recvfrom(file, &buffer, buffer.count, 0, $0, &length)
            }
        }
        guard count >= 0 else { return nil }
        return Received(
            bytes: Array(buffer.prefix(count)),
            source: withUnsafeBytes(of: sender.sin_addr) { Array($0) },
            port: Int(UInt16(bigEndian: sender.sin_port)), sender: sender)
    }

    /// Sends a packet; one that gets lost is asked for again.
    func send(_ bytes: [UInt8], to target: sockaddr_in? = nil) {
        var address = target ?? Self.address(Self.group)
        withUnsafePointer(to: &address) { pointer in
            _ = pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                sendto(file, bytes, bytes.count, 0, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }

    private func put<Value: BitwiseCopyable>(
        _ level: Int32, _ name: Int32, _ value: Value
    ) throws(Failure) {
        let code = withUnsafeBytes(of: value) {
            setsockopt(file, level, name, $0.baseAddress, socklen_t($0.count))
        }
        guard code == 0 else { throw Failure(code: errno) }
    }

    private static func address(_ bytes: [UInt8]) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        withUnsafeMutableBytes(of: &address.sin_addr) { $0.copyBytes(from: bytes) }
        return address
    }

    private static func bound(_ file: Int32, _ address: inout sockaddr_in) -> Bool {
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(file, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
