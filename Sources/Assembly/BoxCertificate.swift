package import AccessControl
import FHIRModel
import Glibc
import Kernel
import RecordStore
import Sealing
import Steward

/// The certificate that browsers see, and the authority of the box that vouches for it.
///
/// Both are kept sealed in the settings; the authority's certificate, which is public, is also
/// written to `tls/ca.pem` for people to take to their devices.
package struct BoxCertificate: Sendable {
    private static let authoritySetting = "tls.authority"
    private static let leafSetting = "tls.leaf"

    let box: Box
    /// Names beside `localhost` and the box's own, from the configuration.
    let hosts: [String]

    /// Makes the keeper of an open box's certificate.
    package init(box: Box, hosts: [String]) {
        self.box = box
        self.hosts = hosts
    }

    /// What the server needs.
    package struct Current: Sendable {
        package let certificatePEM: [UInt8]
        package let keyPEM: [UInt8]
        /// Every name that the certificate carries.
        package let names: [String]
        /// UTC milliseconds.
        package let notAfterMs: Int64
    }

    /// The certificate in force; made where there is none, where a name or address of the box is
    /// not in it, and where two thirds of its life are over.
    package func current(_ grant: Grant) async throws -> Current {
        let nowMs = box.clock.wallMs()
        let authority = try await authority(grant, nowMs: nowMs)
        try FileBytes.replace(
            box.folder.tls + "/ca.pem", with: Array(authority.certificatePEM.utf8), mode: 0o644)
        let names = names()
        let kept = try await pair(grant, Self.leafSetting)
        if let kept, kept.names == names.all, try isFresh(kept.pair, nowMs: nowMs) {
            return try Self.current(kept.pair, names: names.all)
        }
        let leaf: Certificates.Pair
        do {
            leaf = try Certificates.makeLeaf(
                dnsNames: names.dns, addresses: names.addresses, authority: authority,
                nowMs: try Self.within(authority, nowMs))
        } catch {
            throw Problem(
                .incomplete,
                "The certificate of the box cannot be made: \(error) Check HOSTS in the "
                    + "configuration.")
        }
        try await keep(grant, Self.leafSetting, leaf, names: names.all)
        return try Self.current(leaf, names: names.all)
    }

    private func authority(_ grant: Grant, nowMs: Int64) async throws -> Certificates.Pair {
        if let kept = try await pair(grant, Self.authoritySetting) { return kept.pair }
        let made = try Certificates.makeAuthority(
            name: "Tribal EHR \(boxName)", dnsNames: hosts,
            nowMs: max(nowMs, ClockCheck.plausibleFromMs))
        try await keep(grant, Self.authoritySetting, made, names: hosts)
        return made
    }

    /// The time nearest to now at which the authority may sign: a clock that is years off must not
    /// keep the box from starting.
    private static func within(_ authority: Certificates.Pair, _ nowMs: Int64) throws -> Int64 {
        let life = try Certificates.facts(ofPEM: authority.certificatePEM)
        let dayMs: Int64 = 86_400_000
        return min(max(nowMs, life.notBeforeMs + dayMs), life.notAfterMs - dayMs)
    }

    private var boxName: String { box.clinic?.boxName ?? "tribal-ehr" }

    private func names() -> (dns: [String], addresses: [String], all: [String]) {
        let dns = ["localhost", "\(boxName).local"] + hosts
        let addresses = HostAddresses.all().prefix(Certificates.namesMax - dns.count)
        return (dns, Array(addresses), dns + addresses)
    }

    private func isFresh(_ pair: Certificates.Pair, nowMs: Int64) throws -> Bool {
        let facts = try Certificates.facts(ofPEM: pair.certificatePEM)
        let life = facts.notAfterMs - facts.notBeforeMs
        return facts.notBeforeMs <= nowMs && nowMs < facts.notAfterMs - life / 3
    }

    private func pair(
        _ grant: Grant, _ name: String
    ) async throws -> (pair: Certificates.Pair, names: [String])? {
        let bytes = try await box.store.rows(grant) { try SettingRows.value(grant, name, $0) }
        guard let bytes else { return nil }
        let json = try JSON.parse(bytes)
        guard let certificate = json.string("certificate"), let key = json.string("key") else {
            throw Problem(.incomplete, "The setting \(name) is damaged.")
        }
        let pair = Certificates.Pair(
            certificatePEM: certificate, keyPEM: SecretBytes(copying: Array(key.utf8)))
        return (pair, json["names"]?.elements.compactMap(\.string) ?? [])
    }

    private func keep(
        _ grant: Grant, _ name: String, _ pair: Certificates.Pair, names: [String]
    ) async throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("certificate", pair.certificatePEM)
        writer.member("key", pair.keyPEM.withBytes { String(decoding: $0, as: UTF8.self) })
        writer.array("names") { list in
            for one in names { list.string(one) }
        }
        writer.endObject()
        let bytes = writer.bytes
        try await box.store.changeRows(grant, note: AuditNote(grant.ask, detail: name)) {
            try SettingRows.put(grant, name, bytes, $0)
        }
    }

    private static func current(_ pair: Certificates.Pair, names: [String]) throws -> Current {
        Current(
            certificatePEM: Array(pair.certificatePEM.utf8),
            keyPEM: pair.keyPEM.withBytes { Array($0) }, names: names,
            notAfterMs: try Certificates.facts(ofPEM: pair.certificatePEM).notAfterMs)
    }
}

/// The addresses under which this machine is reached.
enum HostAddresses {
    /// Loopback first, then the private addresses of the interfaces; the box's own authority may
    /// vouch for no others.
    static func all() -> [String] {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return ["127.0.0.1", "::1"] }
        defer { freeifaddrs(list) }
        var found: [String] = []
        var next = list
        while let entry = next {
            next = entry.pointee.ifa_next
            guard let address = entry.pointee.ifa_addr, let text = text(address),
                isPrivate(text), text != "127.0.0.1", text != "::1", !found.contains(text)
            else { continue }
            found.append(text)
        }
        return ["127.0.0.1", "::1"] + found.sorted()
    }

    /// Whether an address belongs to a network of one's own.
    ///
    /// Spec: RFC 1918, 3, https://www.rfc-editor.org/rfc/rfc1918; RFC 4193, 3.1,
    /// https://www.rfc-editor.org/rfc/rfc4193
    static func isPrivate(_ text: String) -> Bool {
        if text.contains(":") { return text.hasPrefix("fc") || text.hasPrefix("fd") }
        let parts = text.split(separator: ".").compactMap { Int($0) }
        guard parts.count == 4 else { return false }
        return parts[0] == 10 || parts[0] == 127 || (parts[0] == 192 && parts[1] == 168)
            || (parts[0] == 172 && (16...31).contains(parts[1]))
    }

    private static func text(_ address: UnsafeMutablePointer<sockaddr>) -> String? {
        let family = Int32(address.pointee.sa_family)
        guard family == AF_INET || family == AF_INET6 else { return nil }
        let length = socklen_t(
            family == AF_INET ? MemoryLayout<sockaddr_in>.size : MemoryLayout<sockaddr_in6>.size)
        var host = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = getnameinfo(
            address, length, &host, socklen_t(host.count), nil, 0, NI_NUMERICHOST)
        guard code == 0 else { return nil }
        return String(decoding: host.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
