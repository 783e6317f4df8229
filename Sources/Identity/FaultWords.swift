#if FAULT_CONTROLS
import RecordStore

/// Faults of signing in that tests bring back on purpose, to show that they would notice them.
///
/// Not in a release build.
enum FaultWords {
    /// A name that nobody has is answered without the work of a hash.
    static let isUnknownFast = FaultControls.fault == "fast-unknown"
    /// Wasted tries are counted and nobody has to wait.
    static let isLockOff = FaultControls.fault == "no-lockout"
    /// Changes are taken without the page's token.
    static let isPageTokenOff = FaultControls.fault == "no-csrf"
}
#endif
