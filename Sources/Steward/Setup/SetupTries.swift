/// Counts wrong setup codes; five bring a pause of ten minutes that a restart does not end.
struct SetupTries: Sendable {
    static let wrongMax = 5
    static let pauseMs: Int64 = 600_000

    var wrongCount = 0
    /// UTC milliseconds.
    var pausedUntilMs: Int64?

    /// How long nobody may try, in seconds; nil where one may.
    ///
    /// A clock that was set back does not make the pause longer than it is.
    func waitSeconds(nowMs: Int64) -> Int? {
        guard let until = pausedUntilMs, until > nowMs else { return nil }
        return Int((min(until - nowMs, Self.pauseMs) + 999) / 1_000)
    }

    /// Counts a wrong code.
    mutating func countWrong(nowMs: Int64) {
        if pausedUntilMs != nil {
            pausedUntilMs = nil
            wrongCount = 0
        }
        wrongCount += 1
        guard wrongCount >= Self.wrongMax else { return }
        pausedUntilMs = nowMs + Self.pauseMs
    }
}
