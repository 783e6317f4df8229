import COpenSSL

/// Keys from a key: HKDF with SHA-256, extract and expand.
///
/// Spec: RFC 5869, https://www.rfc-editor.org/rfc/rfc5869
package enum HKDF {
    /// Derives `count` bytes (at most 8,160) for the purpose that `info` names.
    package static func derive(
        secret: SecretBytes, salt: [UInt8] = [], info: String, count: Int = 32
    ) throws(SealingError) -> SecretBytes {
        try derive(secret: secret, salt: salt, info: Array(info.utf8), count: count)
    }

    static func derive(
        secret: SecretBytes, salt: [UInt8], info: [UInt8], count: Int
    ) throws(SealingError) -> SecretBytes {
        try SecretBytes(count: count) { (into) throws(SealingError) in
            let code = secret.withBytes { key in
                copenssl_hkdf_sha256(
                    Algorithm.hkdf, key.baseAddress, key.count, salt, salt.count, info, info.count,
                    into.bindMemory(to: UInt8.self).baseAddress, count)
            }
            guard code == 1 else { throw SealingError.library("HKDF") }
        }
    }
}
