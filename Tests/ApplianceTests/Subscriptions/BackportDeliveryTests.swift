import AccessControl
import Exchange
import FHIRModel
import Kernel
import TestKit
import Testing

/// Bundles of the Subscriptions R5 Backport on their way to a program.
@Suite(.timeLimit(.minutes(10))) struct `Backport delivery` {
    /// Subscribes with a payload and returns the Bundles of what happens then.
    private static func bundles(
        _ payload: String?, more: String = "", count: Int,
        _ check:
            @escaping @Sendable (SubscriptionBench, String, Visitor, [JSON]) async throws ->
            Void
    ) async throws {
        try await Receiver.with { receiver in
            try await SubscriptionBench.with(receiver) { bench in
                try await bench.test.put(SampleResources.patient("p1"))
                let program = try await bench.program("app", [.physician], "system/*.cruds")
                let id = try await bench.subscribe(
                    program,
                    BackportTexts.subscription(
                        "Observation?patient=p1", payload: payload, endpoint: receiver.address,
                        more: more))
                try await bench.measure(1)
                try await bench.measure(1)
                let gone = try await program.send("DELETE", "/fhir/Observation/o1")
                #expect(gone.status < 300)
                await receiver.wait(count)
                _ = try await bench.settled(id) { $0?["delivered"]?.int == 3 }
                let answer = try await bench.boss.send(
                    "POST", "/api/v1/subscriptions/\(id)/secret", "{}")
                let secret = Hex.bytes(answer.json?.string("secret") ?? "") ?? []
                #expect(receiver.deliveries.allSatisfy { $0.isSigned(with: secret) })
                #expect(
                    receiver.deliveries.allSatisfy {
                        $0.method == "POST" && $0.path == "/hook"
                    })
                try await check(
                    bench, id, program, try receiver.deliveries.map { try JSON.parse($0.body) })
            }
        }
    }

    private static func lines(_ bundle: JSON) -> [String] {
        bundle["entry"]?.elements.dropFirst().map { entry in
            "\(entry.at("request", "method")?.string ?? "") "
                + "\(entry.at("request", "url")?.string ?? "") "
                + "\(entry.at("response", "status")?.string ?? "") "
                + (entry["resource"] == nil ? "bare" : "whole")
        } ?? []
    }

    @Test func `whole records come as a history whose first entry is the status`() async throws {
        try await Self.bundles("full-resource", count: 4) { bench, id, program, bundles in
            #expect(bundles.allSatisfy { $0.string("type") == "history" })
            #expect(
                bundles.map { BackportTexts.status($0, "type") }
                    == ["handshake"] + Array(repeating: "event-notification", count: 3))
            #expect(
                bundles.map { BackportTexts.status($0, "events-since-subscription-start") }
                    == ["0", "1", "2", "3"])
            #expect(BackportTexts.status(bundles[1], "topic") == BackportTexts.topic)
            #expect(BackportTexts.status(bundles[1], "status") == "active")
            #expect(
                bundles.flatMap(Self.lines) == [
                    "POST Observation 201 whole", "PUT Observation/o1 200 whole",
                    "DELETE Observation/o1 204 bare",
                ])
            let profile = bundles[1].at("entry", 0, "resource", "meta", "profile", 0)?.string
            #expect(profile == BackportTexts.guide + "backport-subscription-status-r4")
            for bundle in bundles {
                let parsed = String(decoding: bundle.rawBytes, as: UTF8.self)
                let checked = try await program.send("POST", "/fhir/Bundle/$validate", parsed)
                let errors = checked.json?["issue"]?.elements.filter {
                    $0.string("severity") == "error"
                }
                #expect(errors?.isEmpty == true, "\(checked.text)")
            }
            try await Self.checkStatus(bench, id, program)
        }
    }

    /// What `$status` says of one and of all.
    private static func checkStatus(
        _ bench: SubscriptionBench, _ id: String, _ program: Visitor
    ) async throws {
        for path in ["/\(id)/$status", "/$status?id=\(id)", "/$status", "/$status?status=active"] {
            let answer = try await program.get("/fhir/Subscription\(path)")
            #expect(answer.json?["total"]?.int == 1, "\(path) \(answer.text)")
            let json = try #require(answer.json)
            #expect(BackportTexts.status(json, "type") == "query-status")
            #expect(BackportTexts.status(json, "events-since-subscription-start") == "3")
        }
        let none = try await program.get("/fhir/Subscription/$status?status=error")
        #expect(none.status == 200 && none.json?["total"]?.int == 0)
        #expect(try await program.get("/fhir/Patient/p1/$status").status == 404)
    }

    @Test func `references alone come where no more is asked for`() async throws {
        try await Self.bundles("id-only", count: 4) { _, _, _, bundles in
            #expect(bundles.flatMap(Self.lines).allSatisfy { $0.hasSuffix(" bare") })
            #expect(bundles.flatMap(Self.lines).count == 3)
            let text = bundles.map { String(decoding: $0.rawBytes, as: UTF8.self) }.joined()
            #expect(text.contains("/fhir/Observation/o1") && !text.contains("8867-4"))
        }
    }

    @Test func `without a payload nothing of the record is told`() async throws {
        try await Self.bundles(nil, count: 4) { _, _, _, bundles in
            #expect(bundles.allSatisfy { $0["entry"]?.count == 1 })
            let text = bundles.map { String(decoding: $0.rawBytes, as: UTF8.self) }.joined()
            #expect(!text.contains("Observation") && text.contains("event-number"))
        }
    }

    @Test func `events that were told can be asked for again, as far as one may see them`()
        async throws
    {
        try await Self.bundles("full-resource", count: 4) { bench, id, program, _ in
            let path = "/fhir/Subscription/\(id)/$events"
            let all = try #require(try await program.get(path).json)
            #expect(all.string("type") == "history")
            #expect(BackportTexts.status(all, "type") == "query-event")
            #expect(Self.lines(all).count == 3)
            let some = try await program.get("\(path)?eventsSinceNumber=2&eventsUntilNumber=2")
            let json = try #require(some.json)
            #expect(Self.lines(json) == ["PUT Observation/o1 200 whole"])
            #expect(BackportTexts.status(json, "events-since-subscription-start") == "3")
            let posted = try await program.send(
                "POST", path,
                #"{"resourceType":"Parameters","parameter":[{"name":"eventsSinceNumber","#
                    + #""valueString":"3"},{"name":"content","valueCode":"id-only"}]}"#)
            #expect(
                try Self.lines(#require(posted.json)) == ["DELETE Observation/o1 204 bare"])
            for wrong in ["eventsSinceNumber=x", "content=all"] {
                #expect(try await program.get("\(path)?\(wrong)").status == 400, "\(wrong)")
            }
            let narrow = try await bench.program("app", [.physician], "user/Subscription.rs")
            #expect(try await narrow.get(path).status == 403)
            let clerk = try await bench.program("desk", [.frontDesk], "user/*.rs")
            #expect(try await clerk.get(path).status == 403)
        }
    }

    @Test func `a Subscription that the box cannot keep is refused with a way out`() async throws {
        try await Receiver.with { receiver in
            try await SubscriptionBench.with(receiver) { bench in
                let program = try await bench.program("app", [.physician], "system/*.cruds")
                let good = BackportTexts.subscription(
                    "Observation", payload: "id-only", endpoint: receiver.address)
                for (from, to) in [
                    ("record-changed", "other"), ("backport-filter-criteria", "x"),
                    ("id-only", "everything"), ("rest-hook", "email"),
                    (
                        #""valueString":"Observation""#,
                        #""valueString":"Observation?patient.name=x""#
                    ),
                ] {
                    let answer = try await program.send(
                        "POST", "/fhir/Subscription", good.replacing(from, with: to))
                    #expect((400...422).contains(answer.status), "\(to): \(answer.status)")
                }
            }
        }
    }
}
