import Glibc

/// How much work something is: the time that the processor spends on it, whatever else runs.
enum Effort {
    /// Seconds of processor time that a piece of work takes on this thread.
    static func seconds(_ work: () throws -> Void) rethrows -> Double {
        let start = now()
        try work()
        return now() - start
    }

    private static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}
