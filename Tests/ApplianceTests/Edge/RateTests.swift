import AccessControl
import Kernel
import ServerKit
import Synchronization
import Testing

@Suite("Rates")
struct RateTests {
    @Test func `a bucket lets its burst through and then the rate`() {
        var buckets = TokenBuckets(Rate(burst: 5, refillMs: 60_000))
        for _ in 0..<5 { #expect(buckets.take("a", nowMs: 0).isAdmitted) }
        let refused = buckets.take("a", nowMs: 0)
        #expect(!refused.isAdmitted)
        #expect(refused.retryAfterSeconds == 12)
        #expect(refused.resetSeconds == 60)
        #expect(!buckets.take("a", nowMs: 11_999).isAdmitted)
        #expect(buckets.take("a", nowMs: 12_000).isAdmitted)
        #expect(!buckets.take("a", nowMs: 12_001).isAdmitted)
    }

    @Test func `a bucket of one key says nothing of another`() {
        var buckets = TokenBuckets(Rate(burst: 1, refillMs: 1_000))
        #expect(buckets.take("a", nowMs: 0).isAdmitted)
        #expect(buckets.take("b", nowMs: 0).isAdmitted)
    }

    @Test func `a clock that goes back fills nothing`() {
        var buckets = TokenBuckets(Rate(burst: 1, refillMs: 1_000))
        #expect(buckets.take("a", nowMs: 5_000).isAdmitted)
        #expect(!buckets.take("a", nowMs: 0).isAdmitted)
    }

    @Test func `the number of keys is bounded and a busy key is kept`() {
        var buckets = TokenBuckets(Rate(burst: 3, refillMs: 1_000_000), keysMax: 100)
        for _ in 0..<3 { _ = buckets.take("busy", nowMs: 0) }
        for number in 0..<10_000 { _ = buckets.take("key \(number)", nowMs: 0) }
        #expect(buckets.keyCount <= 100)
        #expect(!buckets.take("busy", nowMs: 0).isAdmitted)
    }

    /// The table of rates: how many at once, and how many a second, an hour long.
    static let table: [(RateClass, Int, Double)] = [
        (.assets, 1_000, 200), (.open, 200, 20), (.api, 100, 20), (.signIn, 20, 20.0 / 60),
        (.signInAccount, 5, 5.0 / 60), (.passwordReset, 3, 3.0 / 3_600), (.export, 5, 5.0 / 3_600),
        (.decisionSupport, 100, 100.0 / 60), (.everything, 4_000, 2_000),
    ]

    @Test(arguments: table)
    func `each class lets through what the table says`(
        rateClass: RateClass, burst: Int, perSecond: Double
    ) {
        var buckets = TokenBuckets(RateTable.standard[rateClass])
        var atOnce = 0
        while buckets.take("a", nowMs: 0).isAdmitted { atOnce += 1 }
        #expect(atOnce == burst)
        let seconds = max(60, Int64(2 / perSecond))
        var later = 0
        for step in 1...(seconds * 10) {
            while buckets.take("a", nowMs: step * 100).isAdmitted { later += 1 }
        }
        let expected = perSecond * Double(seconds)
        #expect(abs(Double(later) - expected) <= max(1, expected * 0.01))
    }

    @Test func `the table has every class`() {
        #expect(Set(Self.table.map(\.0)) == Set(RateClass.allCases))
    }

    /// A steady time that a test moves.
    private final class Steady: Sendable {
        let ms = Mutex<Int64>(0)
        var limiter: RateLimiter { RateLimiter(steadyMs: { self.ms.withLock { $0 } }) }
    }

    @Test func `thirty users behind one address are never throttled at normal use`() throws {
        let steady = Steady()
        let limiter = steady.limiter
        // Ten minutes: everybody opens a screen of 25 requests every 10 s and types now and then.
        for second in 0..<600 {
            steady.ms.withLock { $0 = Int64(second) * 1_000 }
            for user in 0..<30 {
                let requests = (second + user) % 10 == 0 ? 25 : 2
                for _ in 0..<requests {
                    try limiter.admit(.everything, key: "box")
                    try limiter.admit(.api, key: "user \(user)")
                }
            }
        }
    }

    @Test func `thirty users sign in behind one address within two minutes`() throws {
        let steady = Steady()
        let limiter = steady.limiter
        for user in 0..<30 {
            steady.ms.withLock { $0 = Int64(user) * 4_000 }
            try limiter.admit(.signIn, key: "address 192.0.2.1")
            try limiter.admit(.signInAccount, key: "user\(user)")
        }
    }

    @Test(arguments: [1, 5, 50])
    func `a user who floods gets the rate and no more`(times: Int) {
        let steady = Steady()
        let limiter = steady.limiter
        var admitted = 0
        for second in 0..<60 {
            steady.ms.withLock { $0 = Int64(second) * 1_000 }
            for _ in 0..<(20 * times) where limiter.take(.api, key: "user 1").isAdmitted {
                admitted += 1
            }
        }
        #expect(admitted <= 100 + 59 * 20)
        #expect(admitted >= 60 * 20 - 20)
    }

    @Test func `a restart forgives no tries to sign in`() {
        let before = Steady()
        let first = before.limiter
        for _ in 0..<5 { _ = first.take(.signInAccount, key: "ana") }
        for _ in 0..<100 { _ = first.take(.api, key: "user 1") }
        let spent = first.spent()
        #expect(spent == [SpentRate(rateClass: .signInAccount, key: "ana", missingMs: 60_000)])
        let soon = Steady().limiter
        soon.restore(spent, elapsedMs: 11_000)
        #expect(!soon.take(.signInAccount, key: "ana").isAdmitted)
        #expect(soon.take(.signInAccount, key: "bo").isAdmitted)
        let later = Steady().limiter
        later.restore(spent, elapsedMs: 12_000)
        #expect(later.take(.signInAccount, key: "ana").isAdmitted)
        #expect(!later.take(.signInAccount, key: "ana").isAdmitted)
        let clockWentBack = Steady().limiter
        clockWentBack.restore(spent, elapsedMs: -5_000_000)
        #expect(!clockWentBack.take(.signInAccount, key: "ana").isAdmitted)
    }

    @Test func `a clock that was set back by years locks nobody out`() {
        let spent = [SpentRate(rateClass: .signInAccount, key: "ana", missingMs: 300_000_000_000)]
        let limiter = Steady().limiter
        limiter.restore(spent, elapsedMs: 0)
        #expect(limiter.take(.signInAccount, key: "ana").isAdmitted)
    }

    @Test func `who goes too fast is told how long to wait`() async throws {
        var table = RateTable.standard
        table[.api] = Rate(burst: 2, refillMs: 10_000)
        let limiter = RateLimiter(table: table, steadyMs: { 0 })
        try await EdgeBox.with(limiter: limiter) { box in
            let ask =
                "GET /fhir/Patient/p1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer user-1\r\n"
            let last = ask + "Connection: close\r\n\r\n"
            let answer = try await box.exchange(ask + "\r\n" + ask + "\r\n" + last)
            #expect(answer.statuses == [200, 200, 429])
            #expect(answer.text.contains("Retry-After: 5\r\n"))
            #expect(answer.text.contains("X-RateLimit-Limit: 2\r\n"))
            #expect(answer.text.contains("X-RateLimit-Remaining: 1\r\n"))
            #expect(answer.text.contains(#""code":"throttled""#))
            let other = try await box.exchange(
                last.replacing("user-1", with: "user-2"))
            #expect(other.statuses == [200])
        }
    }

    @Test func `scripts of the box itself are not counted`() async throws {
        var table = RateTable.standard
        table[.api] = Rate(burst: 1, refillMs: 1_000_000)
        table[.everything] = Rate(burst: 1, refillMs: 1_000_000)
        try await EdgeBox.with(limiter: RateLimiter(table: table, steadyMs: { 0 })) { box in
            let ask =
                "GET /fhir/Patient/p1 HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer system\r\n"
            let answer = try await box.exchange(
                ask + "\r\n" + ask + "\r\n" + ask + "Connection: close\r\n\r\n")
            #expect(answer.statuses == [200, 200, 200])
        }
    }

    @Test func `a sign-in route counts by address`() async throws {
        var table = RateTable.standard
        table[.signIn] = Rate(burst: 1, refillMs: 60_000)
        try await EdgeBox.with(limiter: RateLimiter(table: table, steadyMs: { 0 })) { box in
            let ask = "POST /api/v1/sign-in HTTP/1.1\r\nHost: localhost\r\n"
            let answer = try await box.exchange(ask + "\r\n" + ask + "Connection: close\r\n\r\n")
            #expect(answer.statuses == [204, 429])
        }
    }
}
