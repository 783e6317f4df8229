package import HTTPTypes
package import Kernel

/// The version of something that two people may change, so that neither overwrites the other.
///
/// Spec: RFC 9110, 13.1.1 If-Match, https://www.rfc-editor.org/rfc/rfc9110#section-13.1.1
package enum VersionTag {
    private static let charactersMax = 64

    /// The version that a change was made from.
    ///
    /// - Throws: ``Problem`` `.required` without an `If-Match` header, `.value` for one of another
    ///   form than `"3"`.
    package static func wanted(_ headers: HTTPFields) throws(Problem) -> String {
        guard let text = headers[.ifMatch] else {
            throw Problem(
                .required,
                "Send the version that you changed as If-Match: \"3\", so that nobody's change is "
                    + "overwritten.", location: "If-Match")
        }
        var inner = text[...]
        if inner.hasPrefix("W/") { inner = inner.dropFirst(2) }
        guard inner.count >= 3, inner.count <= charactersMax, inner.first == "\"",
            inner.last == "\"", inner.dropFirst().dropLast().allSatisfy(\.isASCII)
        else {
            throw Problem(
                .value, "If-Match takes one version in quotes, as \"3\".", location: "If-Match")
        }
        return String(inner.dropFirst().dropLast())
    }

    /// Refuses a change that was made from another version than the one that is there.
    ///
    /// - Throws: ``Problem`` `.lockError`.
    package static func check(_ wanted: String, is current: String) throws(Problem) {
        guard wanted == current else { throw overtaken }
    }

    /// What whoever comes second is told.
    package static let overtaken = Problem(
        .lockError,
        "Somebody else changed this after you opened it. Read it again, compare, and save once more."
    )

    /// The header that tells a version.
    package static func headers(_ version: String) -> HTTPFields { [.eTag: "\"\(version)\""] }
}
