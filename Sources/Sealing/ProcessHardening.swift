import COpenSSL
import Glibc

/// Keeps keys in this process: no core dumps, no other process of the same user may look inside.
package enum ProcessHardening {
    /// Applies it, and makes a limit on file size or a closed connection an error instead of a
    /// signal that ends the process.
    ///
    /// Returns what the system refused, as sentences; empty when all is well.
    package static func apply() -> [String] {
        var refused: [String] = []
        if copenssl_forbid_dumps() != 1 {
            refused.append("The system does not let this process refuse debuggers and core dumps.")
        }
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        if setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none) != 0 {
            refused.append("The system does not let this process turn off core dumps.")
        }
        signal(SIGXFSZ, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        return refused
    }

    /// Whether core dumps and debuggers are refused now.
    package static var isApplied: Bool { copenssl_dumps_forbidden() == 1 }
}
