import Synchronization

/// How far an import is.
final class ImportProgress: Sendable {
    private struct State {
        var filesDone = 0
        var bytesDone = 0
        var resources = 0
        var retrying = 0
    }

    private let line: ProgressLine
    private let filesTotal: Int
    private let bytesTotal: Int
    private let startedAt = ContinuousClock.now
    private let state = Mutex(State())
    private let onFile: @Sendable (ImportOutcome) -> Void

    /// - Parameter onFile: called after each try of a file, with the bar taken away.
    init(
        _ files: [ImportFile], line: ProgressLine,
        onFile: @escaping @Sendable (ImportOutcome) -> Void
    ) {
        self.line = line
        self.onFile = onFile
        filesTotal = files.count
        bytesTotal = max(1, files.map(\.bytes).reduce(0, +))
    }

    func read(bytes: Int) {
        state.withLock { $0.bytesDone += bytes }
        show()
    }

    func count(_ resources: Int) {
        state.withLock { $0.resources += resources }
        show()
    }

    func fileDone(_ outcome: ImportOutcome, isFirstTry: Bool) {
        state.withLock { $0.filesDone += isFirstTry ? 1 : 0 }
        line.clear()
        onFile(outcome)
        show()
    }

    func retries(_ count: Int) { state.withLock { $0.retrying = count } }

    /// Seconds since the start.
    var seconds: Double {
        let span = startedAt.duration(to: .now)
        return Double(span.components.seconds) + Double(span.components.attoseconds) / 1e18
    }

    private func show() {
        let now = state.withLock { $0 }
        line.show(Double(now.bytesDone) / Double(bytesTotal), text(now))
    }

    private func text(_ now: State) -> String {
        let rate = Int(Double(now.resources) / max(0.001, seconds))
        let again = now.retrying > 0 ? ", \(now.retrying) again" : ""
        return "\(now.filesDone)/\(filesTotal) files\(again), "
            + "\(ProgressText.grouped(now.resources)) resources, "
            + "\(ProgressText.grouped(rate))/s"
    }
}
