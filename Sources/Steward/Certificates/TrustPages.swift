import HTTPTypes
package import Hummingbird
import Kernel
import QRCode
import Sealing
package import ServerKit

/// The page on which a device learns to trust the box, with the files that it offers.
///
/// All that plain HTTP answers, beside the way to HTTPS: it holds nothing that is secret, and changes
/// nothing.
package struct TrustPages: Sendable {
    /// What the page says of the box.
    package struct Facts: Sendable {
        let clinicName: String
        /// The port of HTTPS.
        let httpsPort: Int
        /// Whether the page itself is read over plain HTTP.
        let isPlain: Bool
        /// The address of the box that the request came to; nil where it does not matter.
        let address: String?

        /// Collects the facts.
        package init(clinicName: String, httpsPort: Int, isPlain: Bool, address: String? = nil) {
            self.address = address
            self.clinicName = clinicName
            self.httpsPort = httpsPort
            self.isPlain = isPlain
        }
    }

    private static let template = "trust/index.html"

    private let keeper: CertificateKeeper
    private let assets: WebAssets
    private let clinicName: @Sendable () -> String

    /// Makes the pages.
    package init(
        keeper: CertificateKeeper, assets: WebAssets, clinicName: @escaping @Sendable () -> String
    ) {
        self.keeper = keeper
        self.assets = assets
        self.clinicName = clinicName
    }

    /// What plain HTTP answers to GET and HEAD; nil where it has nothing to say.
    ///
    /// - Parameter address: that of the box, which the request came to.
    package func plain(_ request: Request, address: String?, httpsPort: Int) -> Response? {
        let path = request.uri.path
        let files = "/a/\(assets.hash)/"
        if ["trust/", "styles/", "favicon.svg"].contains(where: { path.hasPrefix(files + $0) }) {
            return assets.file(for: request)
        }
        let facts = Facts(
            clinicName: clinicName(), httpsPort: httpsPort, isPlain: true, address: address)
        return path == "/" ? page(request, facts) : answer(request, facts)
    }

    /// The page and its files; nil for another path.
    func answer(_ request: Request, _ facts: Facts) -> Response? {
        let path = request.uri.path
        if path == "/trust" || path == "/trust/" { return page(request, facts) }
        guard let pem = keeper.authorityPEM else { return nil }
        switch path {
        case "/trust/ca.pem":
            return file(Array(pem.utf8), "application/x-pem-file", "tribal-ehr-ca.pem")
        case "/trust/ca.crt":
            // What the box made itself is read again without fault.
            guard let der = try? Certificates.der(ofPEM: pem) else { return nil }
            return file(der, "application/x-x509-ca-cert", "tribal-ehr-ca.crt")
        case "/trust/ca.mobileconfig":
            let profile = AppleProfile(
                name: facts.clinicName, fingerprint: keeper.fingerprintGroups.joined(), pem: pem)
            return file(
                Array(profile.text.utf8), "application/x-apple-aspen-config",
                "tribal-ehr.mobileconfig")
        default: return nil
        }
    }

    func httpsFacts(_ request: Request) -> Facts {
        let port = request.head.authority.flatMap { Self.port(of: $0) } ?? 443
        return Facts(clinicName: clinicName(), httpsPort: port, isPlain: false)
    }

    private func file(_ bytes: [UInt8], _ type: String, _ name: String) -> Response {
        .bytes(
            bytes, type: type,
            headers: [.contentDisposition: "attachment; filename=\"\(name)\""])
    }

    private func page(_ request: Request, _ facts: Facts) -> Response? {
        guard let bytes = assets.bytes(of: Self.template), keeper.authorityPEM != nil,
            let authority = request.head.authority, let host = HostRule.host(of: authority)
        else { return nil }
        let place = facts.httpsPort == 443 ? host : "\(host):\(facts.httpsPort)"
        let second = second(facts, host)
        let here = "\(facts.isPlain ? "http" : "https")://\(authority)/trust"
        let groups = keeper.fingerprintGroups
        let half = (groups.count + 1) / 2
        let parts: [(String, String)] = [
            ("/a/current/", "/a/\(assets.hash)/"),
            ("{{clinic}}", Self.escaped(facts.clinicName)),
            ("{{host}}", Self.escaped(host)),
            ("{{secure}}", Self.escaped("https://\(place)/")),
            ("{{second}}", Self.escaped(second)),
            ("{{here}}", Self.escaped(here)),
            ("{{start}}", facts.isPlain && request.uri.path == "/" ? "yes" : "no"),
            ("{{kind}}", keeper.isOwnAuthority(host) ? "box" : "other"),
            ("{{issuer}}", Self.escaped(keeper.issuer(for: host))),
            ("{{fingerprint-1}}", groups.prefix(half).joined(separator: " ")),
            ("{{fingerprint-2}}", groups.dropFirst(half).joined(separator: " ")),
            ("{{qr}}", Self.code(here)),
        ]
        var text = String(decoding: bytes, as: UTF8.self)
        for (mark, value) in parts { text = text.replacing(mark, with: value) }
        let policy =
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            + "connect-src https://\(place) \(second); base-uri 'none'; form-action 'none'; "
            + "frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
        return .bytes(
            Array(text.utf8), type: "text/html; charset=utf-8",
            headers: [.contentSecurityPolicy: policy])
    }

    /// The box by its number, where the page is read by a name.
    ///
    /// A browser that was told to go on in spite of a warning remembers it for the name alone; only a
    /// device that trusts the authority reaches the number as well.
    private func second(_ facts: Facts, _ host: String) -> String {
        guard let address = facts.address, address != host, keeper.isOwnAuthority(host),
            keeper.isName(address), !address.contains(":")
        else { return "" }
        return "https://\(address)" + (facts.httpsPort == 443 ? "" : ":\(facts.httpsPort)")
    }

    private static func code(_ text: String) -> String {
        // A name too long for a picture is still there to be typed.
        QRCode(text: text)?.svg(title: "The address of this page: \(text)") ?? ""
    }

    static func port(of authority: String) -> Int? {
        guard let colon = authority.lastIndex(of: ":"), !authority.hasSuffix("]") else {
            return nil
        }
        return Int(authority[authority.index(after: colon)...])
    }

    /// A text as it stands in a page: no markup, and no place that is filled in later.
    static func escaped(_ text: String) -> String {
        Markup.escaped(text).split(separator: "{", omittingEmptySubsequences: false)
            .joined(separator: "&#123;")
    }
}

/// A profile by which iPhones, iPads and Macs take the authority of the box.
///
/// Spec: Apple Configuration Profile Reference, com.apple.security.root,
/// https://developer.apple.com/documentation/devicemanagement/certificateroot
struct AppleProfile {
    let name: String
    /// 64 hexadecimal digits; the ids of the profile are made from it, so that the same authority
    /// replaces itself on a device.
    let fingerprint: String
    let pem: String

    var text: String {
        let title = TrustPages.escaped("Trust the record of \(name)")
        let data = pem.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
        let short = fingerprint.prefix(12).lowercased()
        return """
            <?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" \
            "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
            <plist version="1.0"><dict>
            <key>PayloadContent</key><array><dict>
            <key>PayloadCertificateFileName</key><string>tribal-ehr-ca.crt</string>
            <key>PayloadContent</key><data>\(data)</data>
            <key>PayloadDescription</key><string>Lets this device trust the box of the clinic. It \
            vouches for nothing else.</string>
            <key>PayloadDisplayName</key><string>\(title)</string>
            <key>PayloadIdentifier</key><string>tribal-ehr.\(short).authority</string>
            <key>PayloadType</key><string>com.apple.security.root</string>
            <key>PayloadUUID</key><string>\(id(from: 0))</string>
            <key>PayloadVersion</key><integer>1</integer>
            </dict></array>
            <key>PayloadDisplayName</key><string>\(title)</string>
            <key>PayloadIdentifier</key><string>tribal-ehr.\(short)</string>
            <key>PayloadType</key><string>Configuration</string>
            <key>PayloadUUID</key><string>\(id(from: 32))</string>
            <key>PayloadVersion</key><integer>1</integer>
            </dict></plist>

            """
    }

    private func id(from place: Int) -> String {
        let digits = Array(fingerprint.dropFirst(place).prefix(32))
        guard digits.count == 32 else { return fingerprint }
        let cuts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return cuts.map { String(digits[$0]) }.joined(separator: "-")
    }
}
