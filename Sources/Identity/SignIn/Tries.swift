import AccessControl
import Kernel
import RecordStore

/// A try that was let through to the password check, with what it reserved.
struct AdmittedTry: Sendable {
    /// The account or device, then the address where that counts.
    let keys: [FailureKey]
    /// Whether the account or device is locked if this one fails.
    let isLast: Bool
}

/// Counts tries before they reach the hash, gives them back when they succeed.
enum Tries {
    /// Lets a try through, or tells how many seconds to wait.
    static func begin(
        _ grant: Grant, keys: [FailureKey], _ rows: RowWriter
    ) throws -> Result<AdmittedTry, Wait> {
        try FailureRows.forgetOld(grant, rows)
        var counts: [(FailureKey, FailureCount)] = []
        for key in keys {
            let count = try FailureRows.count(grant, key, rows)
            if let waitMs = count.waitMs(nowMs: rows.nowMs, key.limits) {
                // A clock that was set back moved the end of the lock; that has to be kept.
                try FailureRows.put(grant, key, count, rows)
                return .failure(Wait(seconds: Int((waitMs + 999) / 1_000)))
            }
            counts.append((key, count))
        }
        var isLast = false
        for (key, before) in counts {
            var count = before
            count.reserve(nowMs: rows.nowMs, key.limits)
            if key.kind != .address { isLast = count.lockedUntilMs != 0 }
            try FailureRows.put(grant, key, count, rows)
        }
        return .success(AdmittedTry(keys: keys, isLast: isLast))
    }

    /// Takes a try back that was never decided.
    static func giveBack(_ grant: Grant, _ admitted: AdmittedTry, _ rows: RowWriter) throws {
        try change(grant, admitted, rows) { _, count in count.giveBack() }
    }

    /// Frees the account or device after a sign-in; the address only gets this one try back.
    static func succeed(_ grant: Grant, _ admitted: AdmittedTry, _ rows: RowWriter) throws {
        try change(grant, admitted, rows) { key, count in
            if key.kind == .address { count.giveBack() } else { count.succeed() }
        }
    }

    private static func change(
        _ grant: Grant, _ admitted: AdmittedTry, _ rows: RowWriter,
        _ body: (FailureKey, inout FailureCount) -> Void
    ) throws {
        for key in admitted.keys {
            var count = try FailureRows.count(grant, key, rows)
            body(key, &count)
            if count.count == 0, count.dayCount == 0 {
                try FailureRows.clear(grant, key, rows)
            } else {
                try FailureRows.put(grant, key, count, rows)
            }
        }
    }

    /// A try that has to wait.
    struct Wait: Error {
        let seconds: Int

        /// What the person is told; the same whether or not the account exists.
        var problem: Problem {
            Problem(
                .throttled,
                "Too many tries. Wait \(minutes) and try again, or ask an administrator to unlock "
                    + "the account.", retryAfterSeconds: seconds)
        }

        private var minutes: String {
            let count = max(1, (seconds + 59) / 60)
            return count == 1 ? "a minute" : "\(count) minutes"
        }
    }
}
