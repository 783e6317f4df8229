import Exchange
import Kernel
import TestKit
import Testing

/// Addresses that the box may be told to send to, and those that it must never be led to.
@Suite struct `Outgoing addresses` {
    /// 60 forms that have led other servers astray, and what is right.
    private static let refused = [
        "http:hooks.example.org", "https:/hooks.example.org", "//hooks.example.org/x",
        "ftp://hooks.example.org/", "file:///etc/passwd", "gopher://hooks.example.org/",
        "dict://hooks.example.org/", "javascript:alert(1)", "ldap://hooks.example.org/",
        "https://", "https:///path", "https://:443/", "https://hooks.example.org:0/",
        "https://hooks.example.org:65536/", "https://hooks.example.org:999999/",
        "https://hooks.example.org:44a/", "https://hooks.example.org:/",
        "https://hooks.example.org:-1/", "https://user@hooks.example.org/",
        "https://user:word@hooks.example.org/", "https://hooks.example.org@evil.example/",
        "https://hooks.example.org%40evil.example/", "https://hooks.example.org\\@evil.example/",
        "https://evil.example\\.hooks.example.org/", "https://hooks.example.org#@evil.example/",
        "https://hooks.example.org/#x", "https://2130706433/", "https://0x7f000001/",
        "https://0x7f.0.0.1/", "https://017700000001/", "https://0177.0.0.1/",
        "https://127.1/", "https://127.0.1/", "https://127.0.0.01/", "https://127.0.0.1./",
        "https://256.1.1.1/", "https://1.2.3.4.5/", "https://hooks.example.org./",
        "https://.hooks.example.org/", "https://hooks..example.org/", "https://-hooks.example.org/",
        "https://hooks-.example.org/", "https://hooks_example.org/", "https://hööks.example.org/",
        "https://[::1/", "https://::1/", "https://[::1%25eth0]/", "https://[fe80::1%eth0]/",
        "https://[1:2:3]/", "https://[::ffff:127.0.0.1.5]/", "https://[hooks.example.org]/",
        "https://hooks.example.org /", " https://hooks.example.org/",
        "https://hooks.example.org/\n",
        "https://hooks.example.org/\r\nHost: evil", "https://hooks.example.org/\u{0}",
        "https://hooks.example.org/<x>", "https://hooks.example.org/\"x",
        "https://hooks.example.org|x/",
        "https://hooks.example.org^x/",
    ]

    @Test func `sixty crooked forms are refused before anybody is asked`() {
        #expect(Self.refused.count == 60)
        for text in Self.refused {
            #expect(throws: Problem.self, "\(text)") { try OutgoingAddress(text) }
        }
        #expect(throws: Problem.self) {
            try OutgoingAddress("https://a.example/" + String(repeating: "x", count: 2_048))
        }
    }

    @Test func `plain forms are read as they are written`() throws {
        let one = try OutgoingAddress("HTTPS://Hooks.Example.org/path?a=b")
        #expect((one.host, one.port) == ("hooks.example.org", 443))
        #expect(one.isSecure && one.rest == "/path?a=b")
        let two = try OutgoingAddress("http://127.0.0.1:9000")
        #expect((two.host, two.port) == ("127.0.0.1", 9000))
        #expect(!two.isSecure)
        let three = try OutgoingAddress("https://[2001:DB8::1]:8443/x")
        #expect((three.host, three.port) == ("2001:db8::1", 8443))
    }

    @Test func `the list allows exactly its hosts and ports`() throws {
        let targets = try #require(
            OutgoingTarget.list(
                "hooks.example.org lab.lan:8443+private 127.0.0.1:9000+private+http"))
        let rules = OutgoingRules(targets: targets)
        let allowed = [
            "https://hooks.example.org/x", "https://HOOKS.example.org:443/",
            "https://lab.lan:8443/",
            "http://127.0.0.1:9000/a",
        ]
        for text in allowed {
            #expect(rules.target(of: try OutgoingAddress(text)) != nil, "\(text)")
        }
        let others = [
            "http://hooks.example.org/", "https://hooks.example.org:444/",
            "https://hooks.example.org.evil.example/", "https://xhooks.example.org/",
            "https://example.org/", "https://lab.lan/", "http://127.0.0.1:9001/",
            "https://hooks.example.orgx/", "http://127.0.0.1/",
        ]
        for text in others {
            #expect(rules.target(of: try OutgoingAddress(text)) == nil, "\(text)")
        }
        for text in [
            "a b:x", "hooks.example.org+lan", "*.example.org", "hooks.example.org+http",
            "user@hooks.example.org", "https://hooks.example.org", "a.example+private+private",
        ] {
            #expect(OutgoingTarget.list(text) == nil, "\(text)")
        }
    }

    private static let reaches: [(bytes: [UInt8], reach: NetworkAddress.Reach)] = [
        ([8, 8, 8, 8], .everywhere), ([172, 32, 0, 1], .everywhere),
        ([100, 128, 0, 1], .everywhere),
        ([127, 0, 0, 1], .near), ([127, 255, 0, 9], .near), ([10, 1, 2, 3], .near),
        ([172, 16, 0, 1], .near), ([192, 168, 1, 1], .near), ([100, 64, 0, 1], .near),
        ([169, 254, 169, 254], .never), ([100, 100, 100, 200], .never), ([0, 0, 0, 0], .never),
        ([224, 0, 0, 251], .never), ([255, 255, 255, 255], .never), ([192, 0, 2, 1], .never),
        ([198, 18, 0, 1], .never), ([203, 0, 113, 9], .never),
    ]

    @Test func `addresses of networks are known in both families`() {
        for (bytes, reach) in Self.reaches {
            #expect(NetworkAddress(bytes).reach == reach, "\(bytes)")
            let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + bytes
            #expect(NetworkAddress(mapped).reach == reach, "mapped \(bytes)")
            // What hides an IPv4 address any other way is never asked.
            let compatible = [UInt8](repeating: 0, count: 12) + bytes
            if bytes != [0, 0, 0, 0] { #expect(NetworkAddress(compatible).reach == .never) }
            let translated = [0x00, 0x64, 0xFF, 0x9B] + [UInt8](repeating: 0, count: 8) + bytes
            #expect(NetworkAddress(translated).reach == .never)
            let six: [UInt8] = [0x20, 0x02] + bytes + [UInt8](repeating: 0, count: 10)
            #expect(NetworkAddress(six).reach == .never)
        }
        let zeros = [UInt8](repeating: 0, count: 15)
        #expect(NetworkAddress(zeros + [1]).reach == .near)
        #expect(NetworkAddress(zeros + [0]).reach == .never)
        #expect(NetworkAddress([0xFE, 0x80] + zeros.dropLast()).reach == .never)
        #expect(NetworkAddress([0xFD, 0x12] + zeros.dropLast()).reach == .near)
        #expect(NetworkAddress([0xFD, 0x00, 0x0E, 0xC2] + zeros.dropLast(4) + [2]).reach == .never)
        #expect(NetworkAddress([0xFF, 0x02] + zeros.dropLast()).reach == .never)
        #expect(NetworkAddress([0x26, 0x06] + zeros.dropLast()).reach == .everywhere)
        #expect(NetworkAddress([1, 2, 3]).reach == .never)
    }

    @Test func `no bytes make the reader fail in another way`() {
        var random = SeededRandom(seed: 7)
        let letters = Array("https://[]:@.#?%\\/0123456789abcxyz-_ \u{E9}\n")
        for _ in 0..<20_000 {
            let count = Int.random(in: 0...40, using: &random)
            let text = String(
                (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &random)] })
            for start in ["", "https://", "https://a.example"] {
                // Whatever is read names a host that a list of hosts can hold.
                if let one = try? OutgoingAddress(start + text) {
                    #expect(!one.host.isEmpty && !one.host.utf8.contains(0x40))
                    #expect((1...65_535).contains(one.port))
                }
            }
        }
    }
}
