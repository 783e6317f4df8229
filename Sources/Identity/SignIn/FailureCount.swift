import Kernel

/// How many tries one key may waste before it has to wait.
struct FailureLimits: Hashable, Sendable {
    /// Wasted tries within the window.
    let countMax: Int
    let windowMs: Int64
    /// Wasted tries within a day.
    let dayCountMax: Int
    static let dayMs: Int64 = 86_400_000

    /// Of an account, and of a device that the person signed in from before.
    ///
    /// Any 24 hours touch at most two of the days that are counted, so at most 100 guesses reach
    /// the hash.
    ///
    /// Spec: NIST SP 800-63B-4, 3.2.2, https://pages.nist.gov/800-63-4/sp800-63b.html
    static let account = FailureLimits(countMax: 5, windowMs: 900_000, dayCountMax: 50)
    /// Of the second factor of an account.
    ///
    /// Spec: RFC 6238, 5.2; SECURITY S05
    static let factor = FailureLimits(countMax: 5, windowMs: 300_000, dayCountMax: 50)
    /// Of the PIN of one session, which ends with the fifth wrong one.
    static let pin = FailureLimits(countMax: 5, windowMs: 86_400_000, dayCountMax: 50)
    /// Of one address; behind one there may be a whole clinic.
    static let address = FailureLimits(countMax: 20, windowMs: 900_000, dayCountMax: 400)
}

/// The wasted tries of one key.
///
/// Pure: the time is handed in.
struct FailureCount: Hashable, Sendable {
    var count = 0
    /// UTC milliseconds; the start of the window.
    var sinceMs: Int64 = 0
    /// UTC milliseconds; 0 where it is not locked.
    var lockedUntilMs: Int64 = 0
    var dayCount = 0
    /// UTC milliseconds; the start of the day that is counted.
    var daySinceMs: Int64 = 0

    /// Starts windows anew that are over.
    ///
    /// A clock that went back frees nobody and locks nobody for longer than usual.
    mutating func roll(nowMs: Int64, _ limits: FailureLimits) {
        sinceMs = min(sinceMs, nowMs)
        daySinceMs = min(daySinceMs, nowMs)
        lockedUntilMs = min(lockedUntilMs, nowMs + limits.windowMs)
        if lockedUntilMs <= nowMs { lockedUntilMs = 0 }
        if nowMs - sinceMs >= limits.windowMs, lockedUntilMs == 0 { (count, sinceMs) = (0, nowMs) }
        if nowMs - daySinceMs >= FailureLimits.dayMs { (dayCount, daySinceMs) = (0, nowMs) }
    }

    /// How long the key has to wait, in milliseconds; nil if it may try now.
    func waitMs(nowMs: Int64, _ limits: FailureLimits) -> Int64? {
        #if FAULT_CONTROLS
        if FaultWords.isLockOff { return nil }
        #endif
        if dayCount >= limits.dayCountMax { return daySinceMs + FailureLimits.dayMs - nowMs }
        if lockedUntilMs > nowMs { return lockedUntilMs - nowMs }
        if count >= limits.countMax { return sinceMs + limits.windowMs - nowMs }
        return nil
    }

    /// Counts a try as wasted before it is known how it ends, so that tries side by side cannot
    /// pass the limit together; locks when it is the last one.
    mutating func reserve(nowMs: Int64, _ limits: FailureLimits) {
        count += 1
        dayCount += 1
        if count >= limits.countMax { lockedUntilMs = nowMs + limits.windowMs }
    }

    /// Takes a try back that was none: the box was too busy.
    mutating func giveBack() {
        count = max(0, count - 1)
        dayCount = max(0, dayCount - 1)
        lockedUntilMs = 0
    }

    /// Forgets the failures of the window after a sign-in.
    mutating func succeed() {
        count = 0
        dayCount = max(0, dayCount - 1)
        lockedUntilMs = 0
    }
}
