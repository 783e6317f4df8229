import FHIRModel
package import Kernel
package import Logging
import ServiceLifecycle
import Synchronization

/// Writes the log as lines, many in one go.
///
/// A request in the log costs about a microsecond, and no call into the kernel of its own. What
/// needs attention, `notice` and above, is written at once, with everything before it. The rest
/// follows at the next ``flush()``, four times a second while the service runs.
package final class LineLog: Service {
    private static let flushIntervalMs = 250
    /// The lines that wait are written when they are more than this.
    private static let waitingBytesMax = 16_384
    private static let valueBytesMax = 2_000

    private struct State {
        var waiting: [UInt8] = []
        var second: Int64 = .min
        var stamp: [UInt8] = []
    }

    private let state = Mutex(State())
    private let levelIndex = Atomic(0)
    private let clock: Clock
    private let write: @Sendable ([UInt8]) -> Void

    /// - Parameter write: takes whole lines; called by one thread at a time.
    package init(clock: Clock, write: @escaping @Sendable ([UInt8]) -> Void) {
        self.clock = clock
        self.write = write
    }

    /// The least important kind of line that is written; holds at once for every logger that was
    /// made here and was given no level of its own since.
    package var level: Logger.Level {
        get { Logger.Level.allCases[levelIndex.load(ordering: .relaxed)] }
        set {
            let index = Logger.Level.allCases.firstIndex(of: newValue) ?? 0
            levelIndex.store(index, ordering: .relaxed)
        }
    }

    /// A logger whose lines come here.
    package func logger(_ label: String, level: Logger.Level) -> Logger {
        self.level = level
        return Logger(label: label) { _ in LineLogOutput(log: self) }
    }

    /// Writes what waits, again and again, until the box stops.
    package func run() async {
        // The wait ends with an error when the box stops, which is when this should end.
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: .milliseconds(Self.flushIntervalMs))
                self.flush()
            }
        }
        flush()
    }

    /// Writes what waits.
    package func flush() {
        state.withLock { state in writeOut(&state) }
    }

    fileprivate func add(_ event: LogEvent, _ metadata: Logger.Metadata) {
        let nowMs = clock.wallMs()
        state.withLock { state in
            stamp(&state, nowMs)
            state.waiting += state.stamp
            state.waiting += event.level.rawValue.utf8
            state.waiting.append(0x20)
            Self.append("\(event.message)", to: &state.waiting)
            for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
                state.waiting.append(0x20)
                state.waiting += key.utf8
                state.waiting.append(0x3D)
                if case .string(let text) = value {
                    Self.append(text, to: &state.waiting)
                } else {
                    Self.append("\(value)", to: &state.waiting)
                }
            }
            state.waiting.append(0x0A)
            if event.level >= .notice || state.waiting.count > Self.waitingBytesMax {
                writeOut(&state)
            }
        }
    }

    private func writeOut(_ state: inout State) {
        guard !state.waiting.isEmpty else { return }
        write(state.waiting)
        state.waiting.removeAll(keepingCapacity: true)
    }

    /// The second, written out once for all lines of it.
    private func stamp(_ state: inout State, _ nowMs: Int64) {
        let second = nowMs / 1_000
        guard second != state.second else { return }
        state.second = second
        state.stamp = Array(Timestamp.text(ms: second * 1_000).utf8) + [0x20]
    }

    /// A line stays one line, whatever is in a value.
    private static func append(_ text: String, to line: inout [UInt8]) {
        for byte in text.utf8.prefix(valueBytesMax) {
            line.append(byte < 0x20 || byte == 0x7F ? 0x3F : byte)
        }
    }
}

/// Hands the events of one logger to the log.
private struct LineLogOutput: LogHandler {
    let log: LineLog
    var ownLevel: Logger.Level?
    var logLevel: Logger.Level {
        get { ownLevel ?? log.level }
        set { ownLevel = newValue }
    }
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        for more in [metadataProvider?.get(), event.metadata] {
            if let more { all.merge(more) { _, later in later } }
        }
        if let error = event.error { all["error"] = "\(type(of: error))" }
        log.add(event, all)
    }
}
