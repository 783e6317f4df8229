/// How many acts a key may do: a bucket of `burst` that refills evenly.
package struct Rate: Hashable, Sendable {
    /// The size of the bucket: how many acts may come at once.
    package let burst: Int
    /// How long an empty bucket takes to fill, in milliseconds.
    package let refillMs: Int64

    /// Makes a rate of `burst` acts that come back within `refillMs`.
    package init(burst: Int, refillMs: Int64) {
        self.burst = max(1, burst)
        self.refillMs = max(1, refillMs)
    }
}

/// What an ask for one act got.
package struct Allowance: Hashable, Sendable {
    package let isAdmitted: Bool
    /// The size of the bucket.
    package let limit: Int
    /// Acts that may come at once from now on.
    package let remaining: Int
    /// Seconds until the bucket is full again, rounded up.
    package let resetSeconds: Int
    /// Seconds until one act is admitted again, rounded up; 0 where it was admitted.
    package let retryAfterSeconds: Int
}

/// Buckets of tokens by key, with the time handed in.
///
/// Holds at most `keysMax` keys. A full bucket is as good as none, so full ones are forgotten first;
/// when all are in use, the fullest quarter is forgotten, which favours whoever asks least.
package struct TokenBuckets: Sendable {
    private struct Bucket {
        /// Milliseconds of refill that are missing to a full bucket, as of `atMs`.
        var debtMs: Int64
        var atMs: Int64
    }

    private let rate: Rate
    private let keysMax: Int
    private var buckets: [String: Bucket] = [:]

    /// Makes full buckets for every key.
    package init(_ rate: Rate, keysMax: Int = 10_000) {
        self.rate = rate
        self.keysMax = max(4, keysMax)
    }

    /// How many keys are held.
    package var keyCount: Int { buckets.count }

    /// Takes one token of a key's bucket, if there is one.
    ///
    /// - Parameter nowMs: steady time in milliseconds; a step back counts as no time passed.
    package mutating func take(_ key: String, nowMs: Int64) -> Allowance {
        let costMs = max(1, rate.refillMs / Int64(rate.burst))
        let fullMs = costMs * Int64(rate.burst)
        let debtMs = buckets[key].map { debt(of: $0, nowMs: nowMs) } ?? 0
        let isAdmitted = debtMs + costMs <= fullMs
        let afterMs = isAdmitted ? debtMs + costMs : debtMs
        if buckets[key] == nil { makeRoom(nowMs: nowMs) }
        buckets[key] = Bucket(debtMs: afterMs, atMs: nowMs)
        let waitMs = isAdmitted ? 0 : debtMs + costMs - fullMs
        return Allowance(
            isAdmitted: isAdmitted, limit: rate.burst,
            remaining: Int((fullMs - afterMs) / costMs),
            resetSeconds: Self.seconds(afterMs), retryAfterSeconds: Self.seconds(waitMs))
    }

    private func debt(of bucket: Bucket, nowMs: Int64) -> Int64 {
        max(0, bucket.debtMs - max(0, nowMs - bucket.atMs))
    }

    private mutating func makeRoom(nowMs: Int64) {
        guard buckets.count >= keysMax else { return }
        buckets = buckets.filter { debt(of: $0.value, nowMs: nowMs) > 0 }
        guard buckets.count >= keysMax else { return }
        let byDebt = buckets.sorted { debt(of: $0.value, nowMs: nowMs) < debt(of: $1.value, nowMs: nowMs) }
        for (key, _) in byDebt.prefix(keysMax / 4) { buckets[key] = nil }
    }

    private static func seconds(_ ms: Int64) -> Int { Int((ms + 999) / 1_000) }
}
