import AccessControl
import Assembly
import Exchange
import FHIRModel
import Foundation
import Identity
import Kernel
import RecordStore
import Synchronization
import TestKit
import Testing

/// Notifications on their way to a program, over real TLS.
@Suite(.timeLimit(.minutes(10))) struct `Subscription delivery` {
    @Test func `every change that fits is put below the endpoint, in order and signed`()
        async throws
    {
        try await Receiver.with { receiver in
            try await SubscriptionBench.with(receiver) { bench in
                try await bench.test.put(SampleResources.patient("p1"))
                let program = try await bench.program("app", [.physician], "system/*.cruds")
                let id = try await bench.subscribe(
                    program, bench.subscription("Observation?code=http://loinc.org|8867-4"))
                #expect(receiver.deliveries[0].method == "POST")
                #expect(receiver.deliveries[0].body.isEmpty && receiver.deliveries[0].event == 0)
                for number in 1...5 { try await bench.measure(number) }
                try await bench.test.put(SampleResources.patient("p2"))
                try await bench.measure(3)
                await receiver.wait(7)
                let told = receiver.deliveries.dropFirst()
                #expect(told.map(\.event) == Array(1...6))
                #expect(
                    told.map(\.path)
                        == ["o1", "o2", "o3", "o4", "o5", "o3"].map { "/hook/Observation/\($0)" })
                #expect(
                    told.allSatisfy { $0.method == "PUT" && $0["authorization"] == "Bearer abc" })
                let last = try #require(told.last)
                #expect(try JSON.parse(last.body)["meta"]?.string("versionId") == "2")
                // The receiver has the last one before the box has noted its answer.
                let state = try await bench.settled(id) { $0?["delivered"]?.int == 6 }
                #expect(state?["delivered"]?.int == 6 && state?.string("state") == "active")
                let secret = try await Self.secret(bench, id)
                #expect(receiver.deliveries.allSatisfy { $0.isSigned(with: secret) })
                #expect(!receiver.deliveries.contains { $0.isSigned(with: [1, 2, 3]) })
                let read = try await program.get("/fhir/Subscription/\(id)")
                #expect(read.json?.string("status") == "active")
                let entries = try await bench.test.audit().filter {
                    $0.detail?.hasPrefix("subscription \(id)") == true
                }
                #expect(entries.allSatisfy { $0.patientIDs == ["p1"] && $0.type == "Observation" })
                #expect(!entries.isEmpty)
            }
        }
    }

    /// The secret as the store holds it.
    private static func secret(_ bench: SubscriptionBench, _ id: String) async throws -> [UInt8] {
        let answer = try await bench.boss.send("POST", "/api/v1/subscriptions/\(id)/secret", "{}")
        return Hex.bytes(answer.json?.string("secret") ?? "") ?? []
    }

    @Test func `what its owner may not see is not sent, and nothing once the owner is gone`()
        async throws
    {
        try await Receiver.with { receiver in
            try await SubscriptionBench.with(receiver) { bench in
                try await bench.test.put(SampleResources.patient("p1"))
                let program = try await bench.program("clerk", [.admin], "user/*.cruds")
                let id = try await bench.subscribe(program, bench.subscription("Condition"))
                for (name, labels) in [("a", []), ("b", ["BH"]), ("c", [])] {
                    try await bench.test.put(
                        SampleResources.condition(name, of: "p1", labels: labels))
                }
                await receiver.wait(3)
                #expect(
                    receiver.deliveries.dropFirst().map(\.path)
                        == ["/hook/Condition/a", "/hook/Condition/c"])
                let user = try #require(bench.test.box.identity.accounts.user(named: "clerk"))
                try await bench.test.box.identity.accounts.disable(
                    bench.test.box.grant(.users(.update, id: user.id), bench.test.command),
                    id: user.id)
                try await bench.test.put(SampleResources.condition("d", of: "p1"))
                let state = try await bench.settled(id, "error")
                #expect(state?.string("words")?.contains("may not sign in") == true)
                #expect(receiver.deliveries.count == 3)
            }
        }
    }

    @Test func `a receiver that fails is asked again later and misses nothing`() async throws {
        let failures = Mutex(3)
        try await Receiver.with({ delivery in
            guard delivery.event > 0 else { return (200, []) }
            let isFailing = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            return (isFailing ? 503 : 200, [])
        }) { receiver in
            try await SubscriptionBench.with(receiver, isClockMoving: false) { bench in
                try await bench.test.put(SampleResources.patient("p1"))
                let program = try await bench.program("app", [.physician], "system/*.cruds")
                let id = try await bench.subscribe(
                    program, bench.subscription("Observation", payload: false))
                for number in 1...2 { try await bench.measure(number) }
                for count in 2...4 {
                    await receiver.wait(count)
                    // Not before its time, however often it is looked at.
                    let state = try await bench.settled(id) { $0?["failures"]?.int == count - 1 }
                    #expect(state?["failures"]?.int == count - 1)
                    #expect(receiver.deliveries.count == count)
                    bench.test.clock.advance(ms: 10_000)
                }
                await receiver.wait(6)
                #expect(receiver.deliveries.map(\.event) == [0, 1, 1, 1, 1, 2])
                #expect(receiver.deliveries.allSatisfy { $0.method == "POST" && $0.body.isEmpty })
                let state = try await bench.settled(id) { $0?["failures"]?.int == 0 }
                #expect(state?["failures"]?.int == 0 && state?.string("state") == "active")
            }
        }
    }

    @Test func `a restart goes on where it was`() async throws {
        let folder = try TemporaryFolder()
        try await Receiver.with { receiver in
            let kept = Mutex("")
            try await SubscriptionBench.with(receiver, in: folder) { bench in
                try await bench.test.put(SampleResources.patient("p1"))
                let program = try await bench.program("app", [.physician], "system/*.cruds")
                let id = try await bench.subscribe(program, bench.subscription("Observation"))
                kept.withLock { $0 = id }
                for number in 1...3 { try await bench.measure(number) }
                await receiver.wait(4)
                // What is not noted as delivered comes once more after a restart.
                _ = try await bench.settled(id) { $0?["delivered"]?.int == 3 }
            }
            // Written while nobody delivers.
            try await TestBox.with(in: folder) { test in
                for number in 4...6 {
                    try await test.box.store.put(
                        SubscriptionBench.measurement(number, "p1"), by: test.command)
                }
            }
            try await SubscriptionBench.with(receiver, in: folder) { bench in
                try await bench.measure(7)
                await receiver.wait(8)
                #expect(receiver.deliveries.map(\.event) == Array(0...7))
                let id = kept.withLock { $0 }
                #expect(receiver.deliveries.allSatisfy { $0["tribal-ehr-subscription"] == id })
            }
        }
    }

    @Test func `switching off stops at once, and switching on goes on without what was between`()
        async throws
    {
        try await Receiver.with { receiver in
            try await SubscriptionBench.with(receiver) { bench in
                try await bench.test.put(SampleResources.patient("p1"))
                let program = try await bench.program("app", [.physician], "system/*.cruds")
                let id = try await bench.subscribe(program, bench.subscription("Observation"))
                try await bench.measure(1)
                await receiver.wait(2)
                let boss = bench.boss
                let off = try await boss.send("POST", "/api/v1/subscriptions/\(id)/off", "{}")
                #expect(off.status == 204)
                _ = try await bench.settled(id, "off")
                try await bench.measure(2)
                let on = try await boss.send("POST", "/api/v1/subscriptions/\(id)/on", "{}")
                #expect(on.status == 204)
                await receiver.wait(3)
                _ = try await bench.settled(id, "active")
                try await bench.measure(3)
                await receiver.wait(4)
                #expect(receiver.deliveries.last?.path == "/hook/Observation/o3")
                let gone = try await program.send("DELETE", "/fhir/Subscription/\(id)")
                #expect(gone.status == 204 || gone.status == 200)
                #expect(try await bench.state(id) == nil)
            }
        }
    }

    @Test func `redirects are not followed and machines that are not listed hear nothing`()
        async throws
    {
        try await Receiver.with { other in
            let place = other.address
            try await Receiver.with({ _ in (302, [("Location", place)]) }) { receiver in
                var rules = receiver.rules
                rules.targets += other.rules.targets
                try await SubscriptionBench.with(receiver, outgoing: rules) { bench in
                    let program = try await bench.program("app", [.physician], "system/*.cruds")
                    let id = try await bench.subscribe(program, bench.subscription("Observation"))
                    let state = try await bench.settled(id, "requested")
                    _ = state
                    #expect(other.connections == 0)
                    let made = try await program.send(
                        "POST", "/fhir/Subscription",
                        bench.subscription("Patient", endpoint: "https://localhost:1/x"))
                    let second = try #require(made.json?.string("id"))
                    let stopped = try await bench.settled(second, "error")
                    #expect(stopped?.string("words")?.contains("not on the list") == true)
                }
            }
        }
    }

    private static let isFull =
        ProcessInfo.processInfo.environment["TRIBAL_EHR_FULL"] != nil

    @Test func `10 subscribers of many changes lose none`() async throws {
        // The full size is that of the acceptance: 10,000 changes.
        let count = Self.isFull ? 10_000 : 500
        try await Receiver.with { receiver in
            try await SubscriptionBench.with(receiver) { bench in
                try await bench.test.put(SampleResources.patient("p1"))
                let program = try await bench.program("app", [.physician], "system/*.cruds")
                var ids: [String] = []
                for _ in 0..<10 {
                    ids.append(
                        try await bench.subscribe(
                            program, bench.subscription("Observation", payload: false)))
                }
                let clock = ContinuousClock()
                let began = clock.now
                for number in 1...count { try await bench.measure(number) }
                // Each step may take a minute.
                for some in stride(from: 0, through: 10 * count, by: 1_000) {
                    await receiver.wait(10 + some)
                }
                print("\(count) changes to 10 subscribers: \(clock.now - began)")
                for id in ids {
                    let events = receiver.deliveries.filter {
                        $0["tribal-ehr-subscription"] == id
                    }.map(\.event)
                    #expect(events == Array(0...count))
                }
            }
        }
    }
}
