import Glibc

/// Whether the long form of the tests was asked for.
enum FullRun {
    /// Set by `TRIBAL_EHR_FULL=1`.
    static let isOn = getenv("TRIBAL_EHR_FULL") != nil
}
