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
        /// Microseconds of refill that are missing to a full bucket, as of `atMs`.
        var debtUs: Int64
        var atMs: Int64
    }

    private var rate: Rate
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
        let costUs = max(1, rate.refillMs * 1_000 / Int64(rate.burst))
        let fullUs = costUs * Int64(rate.burst)
        let debtUs = buckets[key].map { debt(of: $0, nowMs: nowMs) } ?? 0
        let isAdmitted = debtUs + costUs <= fullUs
        let afterUs = isAdmitted ? debtUs + costUs : debtUs
        if buckets[key] == nil { makeRoom(nowMs: nowMs) }
        buckets[key] = Bucket(debtUs: afterUs, atMs: nowMs)
        let waitUs = isAdmitted ? 0 : debtUs + costUs - fullUs
        return Allowance(
            isAdmitted: isAdmitted, limit: rate.burst,
            remaining: Int((fullUs - afterUs) / costUs),
            resetSeconds: Self.seconds(afterUs), retryAfterSeconds: Self.seconds(waitUs))
    }

    /// How many milliseconds of refill each key misses, for those that miss any.
    package func missing(nowMs: Int64) -> [String: Int64] {
        buckets.compactMapValues { bucket in
            let ms = (debt(of: bucket, nowMs: nowMs) + 999) / 1_000
            return ms > 0 ? ms : nil
        }
    }

    /// Makes a key miss as many milliseconds of refill as it did at another time.
    ///
    /// More than a minute above what an empty bucket misses can only come from a clock that was set
    /// back since, and says nothing: the key starts fresh.
    package mutating func miss(_ key: String, ms: Int64, nowMs: Int64) {
        guard ms <= rate.refillMs + 60_000 else { return }
        makeRoom(nowMs: nowMs)
        buckets[key] = Bucket(debtUs: min(ms, rate.refillMs) * 1_000, atMs: nowMs)
    }

    /// Takes another rate into use; each bucket stays as full in proportion.
    package mutating func use(_ other: Rate, nowMs: Int64) {
        guard other != rate else { return }
        buckets = buckets.mapValues { bucket in
            let part = Double(debt(of: bucket, nowMs: nowMs)) / Double(rate.refillMs)
            return Bucket(debtUs: Int64(part * Double(other.refillMs)), atMs: nowMs)
        }
        rate = other
    }

    private func debt(of bucket: Bucket, nowMs: Int64) -> Int64 {
        max(0, bucket.debtUs - max(0, nowMs - bucket.atMs) * 1_000)
    }

    private mutating func makeRoom(nowMs: Int64) {
        guard buckets.count >= keysMax else { return }
        buckets = buckets.filter { debt(of: $0.value, nowMs: nowMs) > 0 }
        guard buckets.count >= keysMax else { return }
        let byDebt = buckets.map { (key: $0.key, debtUs: debt(of: $0.value, nowMs: nowMs)) }
            .sorted { $0.debtUs < $1.debtUs }
        for bucket in byDebt.prefix(keysMax / 4) { buckets[bucket.key] = nil }
    }

    private static func seconds(_ us: Int64) -> Int { Int((us + 999_999) / 1_000_000) }
}
