import Exchange
import Kernel
import TestKit
import Testing

/// What leaves the box, over real sockets.
@Suite(.timeLimit(.minutes(6))) struct `Outgoing requests` {
    private static func send(
        _ address: String, names: [String: String] = [:], _ rules: OutgoingRules,
        headers: [String] = []
    ) async throws -> OutgoingAnswer {
        let client = OutgoingClient(names: names) { rules }
        let answer = await client.send(
            OutgoingRequest(
                method: "POST", address: try OutgoingAddress(address), headers: headers,
                body: Array("{}".utf8)))
        client.close()
        return answer
    }

    private static func targets(_ text: String) -> [OutgoingTarget] {
        OutgoingTarget.list(text) ?? []
    }

    @Test func `a listed machine with a trusted certificate is asked`() async throws {
        try await Receiver.with { receiver in
            let answer = try await Self.send(
                receiver.address, receiver.rules, headers: ["Authorization: Bearer abc"])
            #expect(answer == .answered(200))
            #expect(receiver.deliveries.first?.body == Array("{}".utf8))
            #expect(receiver.deliveries.first?["authorization"] == "Bearer abc")
        }
    }

    @Test func `a name that leads to this computer gets no packet`() async throws {
        try await Receiver.with { receiver in
            let port = receiver.port
            for led in ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "0.0.0.0"] {
                let rules = OutgoingRules(
                    targets: Self.targets("hooks.example.org:\(port)"),
                    authorityFile: receiver.certificateFile)
                let answer = try await Self.send(
                    "https://hooks.example.org:\(port)/x",
                    names: ["hooks.example.org:\(port)": led], rules)
                #expect(answer == .failed(.nearAddress), "\(led)")
            }
            #expect(receiver.connections == 0)
        }
    }

    @Test func `link-local addresses are refused also where private ones are allowed`()
        async throws
    {
        let rules = OutgoingRules(targets: Self.targets("cloud.example:80+private"))
        for led in ["169.254.169.254", "100.100.100.200", "[fe80::1]", "224.0.0.251"] {
            let answer = try await Self.send(
                "https://cloud.example:80/latest", names: ["cloud.example:80": led], rules)
            #expect(answer == .failed(.nearAddress), "\(led)")
        }
    }

    @Test func `what is not listed, not trusted, or not there says so`() async throws {
        try await Receiver.with { receiver in
            var rules = receiver.rules
            let other = "https://127.0.0.1:\(receiver.port)/"
            var answer = try await Self.send(other, rules)
            #expect(answer == .failed(.notListed))
            rules.authorityFile = nil
            answer = try await Self.send(receiver.address, rules)
            #expect(answer == .failed(.certificate))
            // The certificate is that of localhost.
            rules = receiver.rules
            rules.targets += Self.targets("127.0.0.1:\(receiver.port)+private")
            answer = try await Self.send(other, rules)
            #expect(answer == .failed(.certificate))
            #expect(receiver.deliveries.isEmpty)
        }
        let rules = OutgoingRules(targets: Self.targets("localhost:1+private"))
        let refused = try await Self.send("https://localhost:1/", rules)
        #expect(refused == .failed(.connect))
        let unknown = OutgoingRules(targets: Self.targets("none.invalid"))
        let unnamed = try await Self.send("https://none.invalid/", unknown)
        #expect(unnamed == .failed(.name))
    }

    @Test func `redirects are told and not followed`() async throws {
        try await Receiver.with { other in
            let place = other.address
            try await Receiver.with({ _ in (307, [("Location", place)]) }) { receiver in
                var rules = receiver.rules
                rules.targets += other.rules.targets
                let answer = try await Self.send(receiver.address, rules)
                #expect(answer == .answered(307))
                #expect(other.connections == 0)
            }
        }
    }
}
