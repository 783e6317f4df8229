/// The time of the box for what must not be misled by a clock: the catalogue of backups.
///
/// Follows the wall clock as long as that agrees with the steady one. Where it jumps, box time goes
/// on by the steady clock and is in doubt, until the wall clock comes back, a whole day passes
/// without another jump, or an administrator says that the time is right.
///
/// Spec: SECURITY F11.
package struct BoxTime: Hashable, Sendable {
    /// Both hands of the clock at one moment.
    package struct Reading: Hashable, Sendable {
        /// UTC milliseconds; may jump.
        package let wallMs: Int64
        /// Milliseconds since this machine started; counts while it sleeps.
        package let steadyMs: Int64
        /// Which start of the machine the steady clock counts from.
        package let bootID: String

        /// Makes a reading.
        package init(wallMs: Int64, steadyMs: Int64, bootID: String) {
            self.wallMs = wallMs
            self.steadyMs = steadyMs
            self.bootID = bootID
        }
    }

    /// The clocks may drift apart by so much between two readings.
    package static let driftMsMax: Int64 = 600_000
    /// A box may stand switched off for so long before its clock is doubted.
    package static let offMsMax: Int64 = 40 * 86_400_000
    /// So long the clock must go without a jump before it is believed again.
    package static let settleMs: Int64 = 86_400_000

    /// The reading that the rest belongs to.
    package private(set) var last: Reading
    /// Box time at that reading, UTC milliseconds.
    package private(set) var markMs: Int64
    /// Since when the wall clock is in doubt, in box time; nil while it is trusted.
    package private(set) var doubtSinceMs: Int64?

    /// Whether the wall clock is believed.
    package var isTrusted: Bool { doubtSinceMs == nil }

    /// Starts with a first reading.
    ///
    /// - Parameter plausibleFromMs: no right clock shows an earlier time.
    package init(_ reading: Reading, plausibleFromMs: Int64) {
        last = reading
        markMs = max(reading.wallMs, plausibleFromMs)
        doubtSinceMs = reading.wallMs < plausibleFromMs ? markMs : nil
    }

    /// Takes up what was kept.
    package init(last: Reading, markMs: Int64, doubtSinceMs: Int64?) {
        self.last = last
        self.markMs = markMs
        self.doubtSinceMs = doubtSinceMs
    }

    /// Moves on to another reading.
    package mutating func advance(to reading: Reading, plausibleFromMs: Int64) {
        let isSameStart = reading.bootID == last.bootID && reading.steadyMs >= last.steadyMs
        let steadyMs = isSameStart ? reading.steadyMs - last.steadyMs : 0
        let jumpMs = reading.wallMs - last.wallMs - steadyMs
        let isPlausible = reading.wallMs >= plausibleFromMs
        let isSteady =
            isPlausible
            && (isSameStart
                ? abs(jumpMs) <= Self.driftMsMax
                : jumpMs >= -Self.driftMsMax && jumpMs <= Self.offMsMax)
        defer { last = reading }
        if let since = doubtSinceMs {
            let expectedMs = markMs + steadyMs
            let isBack = isPlausible && abs(reading.wallMs - expectedMs) <= Self.driftMsMax
            markMs = expectedMs
            if isBack { return believe(reading) }
            if !isSteady { doubtSinceMs = markMs }
            if isSteady, isSameStart, markMs - since >= Self.settleMs { believe(reading) }
            return
        }
        guard isSteady else {
            markMs += steadyMs
            doubtSinceMs = markMs
            return
        }
        markMs = max(markMs, reading.wallMs)
    }

    /// Believes the wall clock from the last reading on, as an administrator says.
    ///
    /// - Returns: false if it shows a time before this release was made; nothing changes then.
    package mutating func confirm(plausibleFromMs: Int64) -> Bool {
        guard last.wallMs >= plausibleFromMs else { return false }
        believe(last)
        return true
    }

    private mutating func believe(_ reading: Reading) {
        markMs = reading.wallMs
        doubtSinceMs = nil
    }
}
