import COpenSSL

/// HMAC-SHA-1, for codes of authenticator apps, which know no other.
///
/// Spec: RFC 2104, https://www.rfc-editor.org/rfc/rfc2104; RFC 6238, 1.2,
/// https://www.rfc-editor.org/rfc/rfc6238#section-1.2
package enum HMACSHA1 {
    /// Bytes of a code.
    package static let macBytes = 20

    /// The code of some bytes.
    ///
    /// - Throws: ``SealingError`` where libcrypto offers no SHA-1.
    package static func mac(_ bytes: [UInt8], key: SecretBytes) throws(SealingError) -> [UInt8] {
        var isDone = false
        let out = [UInt8](unsafeUninitializedCapacity: macBytes) { into, filled in
            isDone = key.withBytes { key in
                copenssl_hmac_sha1(
                    key.baseAddress, key.count, bytes, bytes.count, into.baseAddress) == 1
            }
            filled = isDone ? macBytes : 0
        }
        guard isDone else { throw SealingError.library("HMAC-SHA-1") }
        return out
    }
}
