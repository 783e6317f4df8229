import Glibc
import Kernel
import Synchronization

/// Has the box stop in order and start anew, as after a restore.
final class RestartBell: Sendable {
    private struct State {
        var isRung = false
        var stop: (@Sendable () -> Void)?
    }

    private let state = Mutex(State())

    /// Whether the box is to start anew after its stop.
    var isRung: Bool { state.withLock { $0.isRung } }

    /// Says how the box is stopped while it serves; nil when it does not serve any more.
    func connect(_ stop: (@Sendable () -> Void)?) { state.withLock { $0.stop = stop } }

    /// Stops the box.
    func ring() {
        let stop = state.withLock { state in
            state.isRung = true
            return state.stop
        }
        stop?()
    }

    /// Begins this program anew in the same process; the service manager does it where there is one.
    ///
    /// - Throws: ``Problem`` where the system refuses; the box has to be started by hand then.
    static func startAnew() throws(Problem) {
        if getenv("NOTIFY_SOCKET") != nil { return }
        var words = CommandLine.arguments.map { strdup($0) } + [nil]
        execv("/proc/self/exe", &words)
        for word in words { free(word) }
        throw Problem(
            .incomplete, "The box could not start itself anew. Start it: tribal-ehr serve")
    }
}
