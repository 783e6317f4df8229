package import Kernel
import Synchronization

/// Counts acts by class and key and says which ones go too fast.
package final class RateLimiter: Sendable {
    private let buckets: Mutex<[RateClass: TokenBuckets]>
    private let steadyMs: @Sendable () -> Int64

    /// Makes a limiter with full buckets.
    ///
    /// - Parameter steadyMs: steady time in milliseconds.
    package init(table: RateTable = .standard, steadyMs: @escaping @Sendable () -> Int64) {
        var buckets: [RateClass: TokenBuckets] = [:]
        for rateClass in RateClass.allCases { buckets[rateClass] = TokenBuckets(table[rateClass]) }
        self.buckets = Mutex(buckets)
        self.steadyMs = steadyMs
    }

    /// Takes another table into use; what a key has spent counts on in proportion.
    package func use(_ table: RateTable) {
        let nowMs = steadyMs()
        buckets.withLock { buckets in
            for rateClass in RateClass.allCases {
                buckets[rateClass, default: TokenBuckets(table[rateClass])]
                    .use(table[rateClass], nowMs: nowMs)
            }
        }
    }

    /// Takes one act of a class for a key and tells how many are left.
    package func take(_ rateClass: RateClass, key: String) -> Allowance {
        let nowMs = steadyMs()
        return buckets.withLock { buckets in
            buckets[rateClass, default: TokenBuckets(RateTable.standard[rateClass])]
                .take(key, nowMs: nowMs)
        }
    }

    /// Takes one act of a class for a key.
    ///
    /// - Throws: ``Problem`` `.throttled` with the seconds to wait if the act comes too early.
    @discardableResult
    package func admit(_ rateClass: RateClass, key: String) throws(Problem) -> Allowance {
        let allowance = take(rateClass, key: key)
        guard allowance.isAdmitted else { throw Self.throttled(allowance) }
        return allowance
    }

    /// What the slow classes have let through of late, to be kept over a restart.
    ///
    /// A burst of requests is forgotten by a restart; tries to sign in are not, or guessing would only
    /// need the box to be restarted. Keys hold names and addresses and are to be kept sealed.
    package func spent() -> [SpentRate] {
        let nowMs = steadyMs()
        return buckets.withLock { buckets in
            RateClass.keptOverRestart.flatMap { rateClass in
                (buckets[rateClass]?.missing(nowMs: nowMs) ?? [:]).map {
                    SpentRate(rateClass: rateClass, key: $0.key, missingMs: $0.value)
                }
            }
        }
    }

    /// Takes over what was let through before a restart.
    ///
    /// - Parameter elapsedMs: how long ago that was noted, in milliseconds; never less than 0.
    package func restore(_ spent: [SpentRate], elapsedMs: Int64) {
        let nowMs = steadyMs()
        buckets.withLock { buckets in
            for rate in spent where rate.missingMs > max(0, elapsedMs) {
                buckets[rate.rateClass]?.miss(
                    rate.key, ms: rate.missingMs - max(0, elapsedMs), nowMs: nowMs)
            }
        }
    }

    static func throttled(_ allowance: Allowance) -> Problem {
        let wait = allowance.retryAfterSeconds
        return Problem(
            .throttled,
            "Too many requests. Wait \(wait) second\(wait == 1 ? "" : "s") and try again.",
            retryAfterSeconds: wait)
    }
}

/// How far a key's bucket is from full.
package struct SpentRate: Hashable, Sendable {
    package let rateClass: RateClass
    package let key: String
    /// Milliseconds of refill that are missing.
    package let missingMs: Int64

    /// Makes it, from where it was kept.
    package init(rateClass: RateClass, key: String, missingMs: Int64) {
        self.rateClass = rateClass
        self.key = key
        self.missingMs = missingMs
    }
}
