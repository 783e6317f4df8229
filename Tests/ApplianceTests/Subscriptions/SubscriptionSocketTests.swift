import AccessControl
import Assembly
import Exchange
import FHIRModel
import Identity
import Kernel
import TestKit
import Testing

/// Programs that listen over web sockets, over real TLS.
@Suite(.timeLimit(.minutes(10))) struct `Subscription sockets` {
    private static func withBench(
        _ body: @escaping @Sendable (SubscriptionBench) async throws -> Void
    ) async throws {
        try await Receiver.with { receiver in
            try await SubscriptionBench.with(receiver) { bench in
                try await bench.test.put(SampleResources.patient("p1"))
                try await body(bench)
            }
        }
    }

    private static func plain(_ criteria: String) -> String {
        #"{"resourceType":"Subscription","status":"requested","reason":"Test","criteria":"#
            + #""\#(criteria)","channel":{"type":"websocket"}}"#
    }

    private static func made(_ visitor: Visitor, _ body: String) async throws -> String {
        let made = try await visitor.send("POST", "/fhir/Subscription", body)
        return try #require(made.status == 201 ? made.json?.string("id") : nil, "\(made.text)")
    }

    private static func socket(_ bench: SubscriptionBench, _ visitor: Visitor) async throws
        -> SocketClient
    {
        try await SocketClient(
            port: bench.served.port, ["Authorization": visitor.headers["Authorization"] ?? ""])
    }

    @Test func `a bound program is pinged of every change, also of those while it was away`()
        async throws
    {
        try await Self.withBench { bench in
            let program = try await bench.program("app", [.physician], "system/*.cruds")
            let id = try await Self.made(program, Self.plain("Observation"))
            _ = try await bench.settled(id, "active")
            let first = try await Self.socket(bench, program)
            #expect(first.seen.head.hasPrefix("HTTP/1.1 101 "))
            #expect(first.seen.head.contains("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="))
            try await first.say("bind \(id)")
            _ = await first.wait { $0.texts.contains("bound \(id)") }
            try await bench.measure(1)
            let told = await first.wait { $0.texts.contains("ping \(id)") }
            #expect(told.texts == ["bound \(id)", "ping \(id)"])
            first.close()
            let left = try await bench.settled(id) {
                $0?["isListening"]?.bool == false && $0?["delivered"]?.int == 1
            }
            #expect(left?["isListening"]?.bool == false && left?["delivered"]?.int == 1)
            for number in 2...4 { try await bench.measure(number) }
            let again = try await Self.socket(bench, program)
            try await again.say("bind \(id)")
            let late = await again.wait { $0.texts.contains("ping \(id)") }
            #expect(late.texts.first == "bound \(id)")
            let state = try await bench.settled(id) { $0?["delivered"]?.int == 4 }
            #expect(state?["delivered"]?.int == 4)
            again.close()
        }
    }

    @Test func `a token binds once, and Bundles of the backport come in order`() async throws {
        try await Self.withBench { bench in
            let program = try await bench.program("app", [.physician], "system/*.cruds")
            let id = try await Self.made(
                program,
                BackportTexts.subscription("Observation", payload: "full-resource", "websocket"))
            _ = try await bench.settled(id, "active")
            let asked = try await program.get("/fhir/Subscription/\(id)/$get-ws-binding-token")
            let parts = try #require(asked.json?["parameter"]).elements
            let token = try #require(
                parts.first { $0.string("name") == "token" }?.string("valueString"))
            #expect(
                parts.first { $0.string("name") == "websocket-url" }?.string("valueUrl")?
                    .hasSuffix("/api/v1/socket") == true)
            // Without a token of its own, as a page of a program opens it.
            let socket = try await SocketClient(port: bench.served.port)
            try await socket.say("bind \(id)")
            _ = await socket.wait { $0.texts.count == 1 }
            #expect(socket.seen.texts[0].hasPrefix("error "))
            try await socket.say("bind-with-token \(token)")
            _ = await socket.wait { $0.texts.count == 2 }
            for number in 1...5 { try await bench.measure(number) }
            let seen = await socket.wait { $0.texts.count == 7 }
            let bundles = try seen.texts.dropFirst().map { try JSON.parse(Array($0.utf8)) }
            #expect(
                bundles.map { BackportTexts.status($0, "type") }
                    == ["handshake"] + Array(repeating: "event-notification", count: 5))
            #expect(
                bundles.dropFirst().map { $0.at("entry", 1, "resource", "id")?.string }
                    == (1...5).map { "o\($0)" })
            let other = try await SocketClient(port: bench.served.port)
            try await other.say("bind-with-token \(token)")
            let refused = await other.wait { !$0.texts.isEmpty }
            #expect(refused.texts[0].hasPrefix("error The token was used"))
            socket.close()
            other.close()
        }
    }

    @Test func `whose token is taken away hears nothing more, and nobody else may listen`()
        async throws
    {
        try await Self.withBench { bench in
            let program = try await bench.program("app", [.physician], "system/*.cruds")
            let narrow = try await bench.program("app", [.physician], "user/Subscription.rs")
            let other = try await bench.program("other", [.physician], "system/*.cruds")
            let id = try await Self.made(program, Self.plain("Observation"))
            _ = try await bench.settled(id, "active")
            for stranger in [narrow, other] {
                let socket = try await Self.socket(bench, stranger)
                try await socket.say("bind \(id)")
                let seen = await socket.wait { !$0.texts.isEmpty }
                #expect(seen.texts.first?.contains("who made the subscription") == true)
                socket.close()
            }
            let socket = try await Self.socket(bench, program)
            try await socket.say("bind \(id)")
            _ = await socket.wait { !$0.texts.isEmpty }
            let tokens = bench.test.box.identity.tokens
            let box = bench.test.box
            let list = try await box.grant(.tokens(.search), bench.test.command)
            let revoking = try await box.grant(.tokens(.administer), bench.test.command)
            for token in try await tokens.list(list) {
                try await tokens.revoke(revoking, id: token.id)
            }
            try await bench.measure(1)
            let end = await socket.wait { $0.isEnded || $0.closeCode != nil }
            #expect(end.closeCode == 1_008 && !end.texts.contains("ping \(id)"))
            let state = try await bench.state(id)
            #expect(state?["delivered"]?.int == 0)
        }
    }

    @Test func `what its owner may not see is not pinged`() async throws {
        try await Self.withBench { bench in
            let program = try await bench.program("clerk", [.admin], "user/*.cruds")
            let id = try await Self.made(
                program, BackportTexts.subscription("Condition", payload: "id-only", "websocket"))
            _ = try await bench.settled(id, "active")
            let socket = try await Self.socket(bench, program)
            try await socket.say("bind \(id)")
            _ = await socket.wait { $0.texts.count == 1 }
            for (name, labels) in [("a", ["BH"]), ("b", [])] {
                try await bench.test.put(
                    SampleResources.condition(name, of: "p1", labels: labels))
            }
            let seen = await socket.wait { $0.texts.count == 2 }
            #expect(seen.texts.count == 2 && seen.texts[1].contains("Condition/b"))
            #expect(!seen.texts.joined().contains("Condition/a"))
            socket.close()
        }
    }

    @Test func `only a whole handshake at the one address opens a socket`() async throws {
        try await Self.withBench { bench in
            let port = bench.served.port
            for (fields, path) in [
                (["Sec-WebSocket-Version": "8"], "/api/v1/socket"),
                (["Sec-WebSocket-Key": "short"], "/api/v1/socket"),
                (["Upgrade": ""], "/api/v1/socket"), (["Connection": "close"], "/api/v1/socket"),
                (["Upgrade": "h2c"], "/api/v1/socket"), ([:], "/api/v1/box"),
                ([:], "/api/v1/socket?x=1"),
            ] {
                let client = try await SocketClient(port: port, fields, path: path)
                #expect(client.seen.head.hasPrefix("HTTP/1.1 400 "), "\(fields) \(path)")
                client.close()
            }
            let client = try await SocketClient(port: port)
            try await client.send(ClientFrames.frame(9, [1, 2]))
            _ = await client.wait { $0.pongs == 1 }
            try await client.send([0x81, 0x01, 65])
            let end = await client.wait { $0.isEnded }
            #expect(end.pongs == 1 && end.closeCode == 1_002)
            var open: [SocketClient] = []
            for _ in 0..<8 { open.append(try await SocketClient(port: port)) }
            let surplus = try await SocketClient(port: port)
            #expect(surplus.seen.head.hasPrefix("HTTP/1.1 429 "))
            for one in open + [surplus] { one.close() }
        }
    }
}
