/// Where something that is written comes from, beyond who sends it.
package enum WriteOrigin: Sendable, Hashable {
    /// A Provenance that the sender wrote, as JSON, without what it is about.
    case statement([UInt8])
    /// A file or a part of one, by the SHA-256 digest of its bytes in hexadecimal digits.
    case file(digest: String)
}
