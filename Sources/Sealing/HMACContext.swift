import COpenSSL

/// HMAC-SHA-256 under one key, set up once.
///
/// Not sendable: it belongs to one thread at a time.
///
/// Spec: RFC 2104, https://www.rfc-editor.org/rfc/rfc2104
package final class HMACContext {
    /// Bytes of a full code.
    package static let macBytes = 32

    private let context: OpaquePointer?

    /// Sets up a key of any length.
    package init(key: SecretBytes) {
        context = EVP_MAC_CTX_new(Algorithm.hmac)
        let code = key.withBytes { bytes in
            copenssl_hmac_sha256_start(
                context, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        }
        precondition(code == 1, "libcrypto has HMAC; the self-test at start showed it.")
    }

    deinit { EVP_MAC_CTX_free(context) }

    /// The code of the parts, one after the other.
    ///
    /// Lengths are not part of it: a caller whose parts vary in length puts them in itself.
    package func mac(_ parts: [UInt8]...) -> [UInt8] {
        EVP_MAC_init(context, nil, 0, nil)
        for part in parts { EVP_MAC_update(context, part, part.count) }
        return finish()
    }

    /// The code of some bytes.
    package func mac(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        EVP_MAC_init(context, nil, 0, nil)
        EVP_MAC_update(context, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
        return finish()
    }

    private func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: HMACContext.macBytes) { into, filled in
            var count = 0
            EVP_MAC_final(context, into.baseAddress, &count, HMACContext.macBytes)
            filled = count
        }
    }
}

/// HMAC-SHA-256 where a key is used once.
package enum HMACSHA256 {
    /// The code of the parts, one after the other.
    package static func mac(_ parts: [UInt8]..., key: SecretBytes) -> [UInt8] {
        HMACContext(key: key).mac(Array(parts.joined()))
    }

    /// The code of one byte string.
    package static func mac(_ bytes: [UInt8], key: SecretBytes) -> [UInt8] {
        HMACContext(key: key).mac(bytes)
    }

    /// The code under a key that this thread uses again and again; set up once a thread.
    package static func mac(_ bytes: [UInt8], keptKey key: SecretBytes) -> [UInt8] {
        ThreadContexts.current.hmac(key).mac(bytes)
    }
}
