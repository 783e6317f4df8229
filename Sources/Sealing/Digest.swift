import COpenSSL

/// SHA-256 of bytes that are at hand as a whole.
///
/// Spec: FIPS 180-4, https://csrc.nist.gov/pubs/fips/180-4/upd1/final
package enum SHA256 {
    /// Bytes of a digest.
    package static let digestBytes = 32

    /// The digest of some bytes.
    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { digest($0) }
    }

    /// The digest of some bytes.
    package static func digest(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        let context = ThreadContexts.current.digest
        context.start()
        context.update(bytes)
        return context.finish()
    }

    /// Whether two byte strings are equal, in a time that depends on their length only.
    package static func equal(_ one: [UInt8], _ other: [UInt8]) -> Bool {
        one.count == other.count && CRYPTO_memcmp(one, other, one.count) == 0
    }
}

/// SHA-256 of bytes that come in pieces.
///
/// Not sendable.
package final class DigestContext {
    private let context = EVP_MD_CTX_new()

    /// Makes a context that is ready for the first piece.
    package init() { start() }

    deinit { EVP_MD_CTX_free(context) }

    /// Forgets what was fed.
    package func start() {
        let code = EVP_DigestInit_ex2(context, Algorithm.sha256, nil)
        precondition(code == 1, "libcrypto has SHA-256; the self-test at start showed it.")
    }

    /// Feeds a piece.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// Feeds a piece.
    package func update(_ bytes: [UInt8]) { EVP_DigestUpdate(context, bytes, bytes.count) }

    /// The digest of all pieces; starts anew afterwards.
    package func finish() -> [UInt8] {
        let out = [UInt8](unsafeUninitializedCapacity: SHA256.digestBytes) { into, filled in
            var count: UInt32 = 0
            EVP_DigestFinal_ex(context, into.baseAddress, &count)
            filled = Int(count)
        }
        start()
        return out
    }
}
