import Synchronization

/// Says how far a long command is: a bar that redraws itself on a terminal, otherwise a line
/// every ten seconds.
final class ProgressLine: Sendable {
    private static let drawEvery = Duration.milliseconds(100)
    private static let lineEvery = Duration.seconds(10)

    private struct State {
        var lastAt: ContinuousClock.Instant
        var isDrawn = false
    }

    private let terminal: Terminal
    private let state: Mutex<State>

    init(_ terminal: Terminal = .current) {
        self.terminal = terminal
        state = Mutex(State(lastAt: .now))
    }

    /// Shows that `part` of the work, 0 to 1, is done; too frequent calls show nothing.
    func show(_ part: Double, _ what: @autoclosure () -> String) {
        let isDue = state.withLock { state in
            let now = ContinuousClock.now
            let wait = terminal.draw == nil ? Self.lineEvery : Self.drawEvery
            guard state.lastAt.duration(to: now) >= wait else { return false }
            state.lastAt = now
            state.isDrawn = terminal.draw != nil
            return true
        }
        guard isDue else { return }
        if let draw = terminal.draw {
            draw(ProgressText.bar(part: part, what(), columns: terminal.columns()))
        } else {
            terminal.tell("\(Int(min(1, max(0, part)) * 100))% \(what())")
        }
    }

    /// Takes the bar away, so that a line can be written.
    func clear() {
        let wasDrawn = state.withLock { state in
            defer { state.isDrawn = false }
            return state.isDrawn
        }
        if wasDrawn { terminal.draw?("") }
    }
}
