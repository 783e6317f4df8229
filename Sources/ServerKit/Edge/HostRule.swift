import Synchronization

/// Which names a request may be addressed to.
///
/// A page elsewhere can make its own name point at the box (DNS rebinding) and would then count as
/// the same origin. Such a request names the other page's host; addresses in digits cannot be
/// pointed anywhere and are always taken.
package struct HostRule: Sendable {
    private let names: Set<String>
    private let isName: @Sendable (String) -> Bool
    private let taken = TakenHosts()

    /// Makes a rule for the names of the box; `localhost` is always one of them.
    ///
    /// - Parameters:
    ///   - names: host names without ports, in any letter case.
    ///   - isName: whether the box has got another name since, in lower case; must answer from
    ///     memory.
    package init(names: [String], isName: @escaping @Sendable (String) -> Bool = { _ in false }) {
        self.names = Set(names.map { $0.lowercased() } + ["localhost"])
        self.isName = isName
    }

    /// Whether the host of a request, with or without a port, is one of the box.
    package func allows(_ authority: String) -> Bool {
        if taken.contains(authority) { return true }
        guard let host = Self.host(of: authority) else { return false }
        guard names.contains(host) || Self.isAddress(host) else { return isName(host) }
        taken.insert(authority)
        return true
    }

    /// The host without its port, in lower case; nil for what is none.
    package static func host(of authority: String) -> String? {
        if authority.hasPrefix("[") {
            guard let end = authority.firstIndex(of: "]") else { return nil }
            let rest = authority[authority.index(after: end)...]
            guard rest.isEmpty || isPort(rest) else { return nil }
            return String(authority[...end])
        }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first, !name.isEmpty else { return nil }
        guard parts.count == 1 || isPort(authority[name.endIndex...]) else { return nil }
        let trimmed = name.hasSuffix(".") ? name.dropLast() : name
        return trimmed.lowercased()
    }

    private static func isPort(_ text: Substring) -> Bool {
        let digits = text.dropFirst()
        return text.first == ":" && !digits.isEmpty && digits.utf8.count <= 5
            && digits.utf8.allSatisfy(\.isDigit)
    }

    private static func isAddress(_ host: String) -> Bool {
        if host.hasPrefix("[") {
            let inside = host.dropFirst().dropLast().utf8
            return inside.contains(UInt8(ascii: ":"))
                && inside.allSatisfy { $0.hexWorth != nil || $0 == UInt8(ascii: ":") || $0 == 0x2E }
        }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4
            && numbers.allSatisfy { number in
                number.utf8.count <= 3 && number.utf8.allSatisfy(\.isDigit)
                    && (Int(number) ?? 256) <= 255
            }
    }
}

/// The few ways in which a box is addressed, so that not every request is taken apart again.
private final class TakenHosts: Sendable {
    private static let countMax = 64

    private let hosts = Mutex<Set<String>>([])

    func contains(_ authority: String) -> Bool { hosts.withLock { $0.contains(authority) } }

    func insert(_ authority: String) {
        hosts.withLock { hosts in
            guard hosts.count < Self.countMax else { return }
            hosts.insert(authority)
        }
    }
}
