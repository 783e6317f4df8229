import COpenSSL

/// SHA-1, for the handshake of web sockets, which knows no other and is protected by nothing of it.
///
/// Spec: RFC 6455, 1.3, https://www.rfc-editor.org/rfc/rfc6455#section-1.3
package enum SHA1 {
    /// Bytes of a digest.
    package static let digestBytes = 20

    /// The digest of some bytes.
    ///
    /// - Throws: ``SealingError`` where libcrypto offers no SHA-1.
    package static func digest(_ bytes: [UInt8]) throws(SealingError) -> [UInt8] {
        var isDone = false
        let out = [UInt8](unsafeUninitializedCapacity: digestBytes) { into, filled in
            isDone = copenssl_sha1(bytes, bytes.count, into.baseAddress) == 1
            filled = isDone ? digestBytes : 0
        }
        guard isDone else { throw SealingError.library("SHA-1") }
        return out
    }
}
