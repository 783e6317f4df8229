/// The release that this program is.
package enum AppVersion {
    /// Three numbers, as Semantic Versioning has them.
    ///
    /// Spec: Semantic Versioning 2.0.0, https://semver.org/
    package static let text = "0.1.0"
}
