import AccessControl
import Assembly
import Exchange
import FHIRModel
import Identity
import Kernel
import RecordStore
import TestKit

/// A served box that delivers to a receiver.
struct SubscriptionBench: Sendable {
    let test: TestBox
    let served: ServedBox
    let receiver: Receiver
    /// An administrator at a screen.
    let boss: Visitor

    /// Runs a box with its engine while `body` runs.
    static func with(
        _ receiver: Receiver, in folder: TemporaryFolder? = nil,
        outgoing: OutgoingRules? = nil, isClockMoving: Bool = true,
        _ body: @escaping @Sendable (SubscriptionBench) async throws -> Void
    ) async throws {
        try await TestBox.served(outgoing: outgoing ?? receiver.rules, in: folder) { test, served in
            if test.box.identity.accounts.user(named: "boss") == nil {
                try await test.add("boss", [.admin])
            }
            let boss = try await served.signedIn("boss")
            let engine = test.box.subscriptions
            let running = Task { try await engine.run() }
            // On a busy machine a first try may fail; the next one needs a clock that goes on.
            let moving = Task {
                while isClockMoving {
                    try await Task.sleep(for: .milliseconds(500))
                    test.clock.advance(ms: 500)
                }
            }
            defer { moving.cancel() }
            do {
                try await body(
                    SubscriptionBench(
                        test: test, served: served, receiver: receiver, boss: boss))
            } catch {
                running.cancel()
                _ = await running.result
                throw error
            }
            running.cancel()
            _ = await running.result
        }
    }

    /// A program of a user with a token.
    func program(_ username: String, _ roles: Set<Role>, _ scopes: String) async throws -> Visitor {
        if test.box.identity.accounts.user(named: username) == nil {
            try await test.add(username, roles)
        }
        return try await served.bearer(try await test.token(username, scopes))
    }

    /// A Subscription of R4.
    func subscription(
        _ criteria: String, payload: Bool = true, endpoint: String? = nil,
        status: String = "requested"
    ) -> String {
        let type = payload ? #","payload":"application/fhir+json""# : ""
        return #"{"resourceType":"Subscription","status":"\#(status)","reason":"Test","criteria":"#
            + #""\#(criteria)","channel":{"type":"rest-hook","endpoint":"#
            + #""\#(endpoint ?? receiver.address)","header":["Authorization: Bearer abc"]\#(type)}}"#
    }

    /// Makes a subscription and waits for its first request.
    func subscribe(_ visitor: Visitor, _ body: String) async throws -> String {
        let before = receiver.deliveries.count
        let made = try await visitor.send("POST", "/fhir/Subscription", body)
        guard made.status == 201, let id = made.json?.string("id") else {
            throw Problem(.unexpected, "POST answered \(made.status): \(made.text)")
        }
        await receiver.wait(before + 1)
        return id
    }

    /// Stores a heart rate.
    func measure(_ number: Int, patient: String = "p1") async throws {
        try await test.box.store.put(Self.measurement(number, patient), by: test.command)
    }

    static func measurement(_ number: Int, _ patient: String) throws -> JSON {
        try JSON.parse(
            Array(
                (#"{"resourceType":"Observation","id":"o\#(number)","status":"final","code":{"coding":"#
                    + #"[{"system":"http://loinc.org","code":"8867-4"}]},"subject":{"reference":"#
                    + #""Patient/\#(patient)"},"valueQuantity":{"value":\#(number)}}"#).utf8))
    }

    /// How a subscription stands, asked until it is so.
    func state(_ id: String) async throws -> JSON? {
        let list = try await boss.get("/api/v1/subscriptions")
        return list.json?["items"]?.elements.first { $0.string("id") == id }
    }

    /// Waits until a subscription stands as wanted; the look itself is what takes the time.
    func settled(_ id: String, _ state: String) async throws -> JSON? {
        try await settled(id) { $0?.string("state") == state }
    }

    /// The same for anything that is told of a subscription.
    func settled(_ id: String, _ isSo: (JSON?) -> Bool) async throws -> JSON? {
        for _ in 0..<500 {
            let now = try await self.state(id)
            if isSo(now) { return now }
            await Task.yield()
        }
        return try await self.state(id)
    }
}
