import Glibc
import Kernel
import RecordStore
import ServerKit

/// Checks of the machine that need no data folder.
enum MachineChecks {
    private static let memoryKiBMin = 1 << 20
    private static let memoryFreeKiBMin = 256 << 10

    /// All of them.
    ///
    /// - Parameter isServing: whether a server of this folder runs, which then holds the ports.
    static func all(_ settings: ServeSettings, isServing: Bool) -> [Finding] {
        var findings: [Finding] = []
        if !isServing {
            findings.append(port("https-port", settings.listen, option: "--listen"))
            if let plain = settings.httpListen {
                findings.append(port("http-port", plain, option: "--http-listen"))
            }
        }
        if settings.isNameAnnounced, !isServing { findings.append(localName()) }
        return findings + [memory(), clock(), libraries()]
    }

    private static func port(_ name: String, _ address: ListenAddress, option: String) -> Finding {
        let place = "\(address.host):\(address.port)"
        switch PortProbe.fault(address) {
        case nil: return .ok(name, "\(place) is free.")
        case EADDRINUSE:
            return .failed(
                name, "\(place) is in use by another program.",
                cure: "Find it with: ss --listening --tcp --processes "
                    + "'sport = :\(address.port)'; stop it, or use another port with \(option).")
        case EACCES:
            return .failed(
                name, "\(place) may only be used by root.",
                cure: "Start by systemd as installed, or use a port from 1024 up with \(option).")
        case EADDRNOTAVAIL:
            return .failed(
                name, "This machine has no address \(address.host).",
                cure: "Use 0.0.0.0 for every address, with \(option).")
        case let fault?:
            return .failed(
                name, "\(place) cannot be used: \(String(cString: strerror(fault)).lowercased()).",
                cure: "Use another address with \(option).")
        }
    }

    private static func localName() -> Finding {
        guard let fault = MulticastSocket.fault() else {
            return .ok("local-name-port", "UDP port 5353 can be used for the name on the network.")
        }
        return .warning(
            "local-name-port", "UDP port 5353 cannot be used (\(fault)).",
            cure: "The box works without; devices then need its number. Or set MDNS=off.")
    }

    private static func memory() -> Finding {
        guard let total = memoryKiB("MemTotal"), let free = memoryKiB("MemAvailable") else {
            return .warning("memory", "The memory is not known.", cure: "Check with: free")
        }
        let text = "\(free >> 10) of \(total >> 10) MiB are available."
        if free < memoryFreeKiBMin {
            return .failed("memory", text, cure: "The box needs 256 MiB. Stop other programs.")
        }
        if total < memoryKiBMin {
            return .warning("memory", text, cure: "4 GiB let the box work without swapping.")
        }
        return .ok("memory", text)
    }

    /// A figure of `/proc/meminfo`; nil where it is not known.
    static func memoryKiB(_ name: String) -> Int? {
        guard let file = fopen("/proc/meminfo", "re") else { return nil }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(
                decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard text.hasPrefix(name + ":") else { continue }
            return Int(text.filter(\.isNumber))
        }
        return nil
    }

    private static func clock() -> Finding {
        let nowMs = SystemClock.clock.wallMs()
        guard let warning = ClockCheck.warning(nowMs: nowMs) else {
            return .ok("clock", "It is \(Timestamp.text(ms: nowMs).prefix(16))Z.")
        }
        return .failed("clock", warning, cure: "Set the clock, and let it follow a time server.")
    }

    private static func libraries() -> Finding {
        let list = LinkedLibraries.all().map { "\($0.name) \($0.version ?? "?")" }
        return .ok("libraries", list.joined(separator: ", "))
    }
}

/// Whether a program could listen somewhere.
enum PortProbe {
    /// Why a program cannot listen there, as an error number of the system.
    ///
    /// Nil where it can; port 0 always can.
    static func fault(_ address: ListenAddress) -> Int32? {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(address.host, "\(address.port)", &hints, &list) == 0, let first = list
        else { return EADDRNOTAVAIL }
        defer { freeaddrinfo(list) }
        let probe = socket(first.pointee.ai_family, Int32(SOCK_STREAM.rawValue), 0)
        guard probe >= 0 else { return errno }
        defer { close(probe) }
        var isOn: Int32 = 1
        setsockopt(
            probe, SOL_SOCKET, SO_REUSEADDR, &isOn, socklen_t(MemoryLayout<Int32>.size))
        guard bind(probe, first.pointee.ai_addr, first.pointee.ai_addrlen) == 0 else {
            return errno
        }
        return listen(probe, 1) == 0 ? nil : errno
    }
}
