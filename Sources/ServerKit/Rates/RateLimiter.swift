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

    static func throttled(_ allowance: Allowance) -> Problem {
        let wait = allowance.retryAfterSeconds
        return Problem(
            .throttled, "Too many requests. Wait \(wait) second\(wait == 1 ? "" : "s") and try again.",
            retryAfterSeconds: wait)
    }
}
