/// A release of a code system that the clinic loaded.
package struct TermRelease: Sendable, Hashable {
    package let id: Int64
    /// The address of the code system.
    package let system: String
    package let version: String
    package let title: String
    /// Under which licence the clinic holds it, in words.
    package let licence: String
    package let conceptCount: Int
    /// When it was loaded, UTC milliseconds.
    package let loadedMs: Int64
}
