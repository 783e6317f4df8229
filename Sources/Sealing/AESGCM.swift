import COpenSSL

/// AES-256-GCM with a random nonce: `nonce (12) | ciphertext | tag (16)`.
///
/// Uses a context of the calling thread. Code that seals much keeps its own ``AESGCMContext``.
///
/// Spec: NIST SP 800-38D, https://csrc.nist.gov/pubs/sp/800/38/d/final
package enum AESGCM {
    /// Bytes that a seal adds to its plaintext.
    package static let overheadBytes = NonceBlock.nonceBytes + AESGCMContext.tagBytes
    /// Bytes of a key.
    package static let keyBytes = 32

    /// Seals bytes; `aad` is not stored and must be the same when they are opened.
    package static func seal(
        _ plaintext: [UInt8], key: SecretBytes, aad: [UInt8]
    ) throws(SealingError) -> [UInt8] {
        try ThreadContexts.current.gcm.seal(plaintext, key: key, aad: aad)
    }

    /// Opens what ``seal(_:key:aad:)`` made.
    ///
    /// - Throws: ``SealingError/doesNotOpen`` for another key, other `aad` or changed bytes.
    package static func open(
        _ sealed: [UInt8], key: SecretBytes, aad: [UInt8]
    ) throws(SealingError) -> [UInt8] {
        try ThreadContexts.current.gcm.open(sealed, key: key, aad: aad)
    }
}

/// The working memory of AES-256-GCM.
///
/// Not sendable: it belongs to one thread at a time.
///
/// Keeps the schedule of the last key, so that many seals under one key are cheapest.
package final class AESGCMContext {
    static let tagBytes = 16

    private let sealing = EVP_CIPHER_CTX_new()
    private let opening = EVP_CIPHER_CTX_new()
    private var sealingKey: SecretBytes?
    private var openingKey: SecretBytes?
    private var nonces = NonceBlock()

    /// Makes a context.
    package init() {}

    deinit {
        EVP_CIPHER_CTX_free(sealing)
        EVP_CIPHER_CTX_free(opening)
    }

    /// Seals bytes under a fresh nonce.
    package func seal(
        _ plaintext: [UInt8], key: SecretBytes, aad: [UInt8]
    ) throws(SealingError) -> [UInt8] {
        try plaintext.withUnsafeBytes { sealed($0, key: key, aad: aad, header: []) }.get()
    }

    /// Seals bytes under a fresh nonce.
    package func seal(
        _ plaintext: UnsafeRawBufferPointer, key: SecretBytes, aad: [UInt8]
    ) throws(SealingError) -> [UInt8] {
        try sealed(plaintext, key: key, aad: aad, header: []).get()
    }

    /// Opens sealed bytes.
    package func open(
        _ sealed: [UInt8], key: SecretBytes, aad: [UInt8]
    ) throws(SealingError) -> [UInt8] {
        try sealed.withUnsafeBytes { opened($0, key: key, aad: aad, headerBytes: 0) }.get()
    }

    /// Opens sealed bytes.
    package func open(
        _ sealed: UnsafeRawBufferPointer, key: SecretBytes, aad: [UInt8]
    ) throws(SealingError) -> [UInt8] {
        try opened(sealed, key: key, aad: aad, headerBytes: 0).get()
    }

    /// Forgets the schedules of the last keys.
    package func forgetKeys() {
        EVP_CIPHER_CTX_reset(sealing)
        EVP_CIPHER_CTX_reset(opening)
        sealingKey = nil
        openingKey = nil
    }

    // MARK: With a header that is authenticated before the associated data

    func sealed(
        _ plaintext: UnsafeRawBufferPointer, key: SecretBytes, aad: [UInt8], header: [UInt8],
        nonce given: [UInt8]? = nil
    ) -> Result<[UInt8], SealingError> {
        if let refusal = use(key, in: sealing, kept: &sealingKey, isSealing: 1) {
            return .failure(refusal)
        }
        var failure: SealingError?
        let start = header.count + NonceBlock.nonceBytes
        let total = start + plaintext.count + AESGCMContext.tagBytes
        let out = [UInt8](unsafeUninitializedCapacity: total) { into, filled in
            filled = total
            let raw = UnsafeMutableRawBufferPointer(into)
            guard let bytes = into.baseAddress else { return }
            raw.copyBytes(from: header)
            do throws(SealingError) {
                if let given {
                    UnsafeMutableRawBufferPointer(rebasing: raw[header.count...]).copyBytes(
                        from: given)
                } else {
                    try nonces.take(into: bytes + header.count)
                }
            } catch {
                failure = error
                return
            }
            var written: Int32 = 0
            var steps = EVP_CipherInit_ex(sealing, nil, nil, nil, bytes + header.count, 1)
            steps &= feed(sealing, header)
            steps &= feed(sealing, aad)
            steps &= EVP_CipherUpdate(
                sealing, bytes + start, &written,
                plaintext.bindMemory(to: UInt8.self).baseAddress, Int32(plaintext.count))
            steps &= EVP_CipherFinal_ex(sealing, bytes + start + plaintext.count, &written)
            steps &= EVP_CIPHER_CTX_ctrl(
                sealing, EVP_CTRL_AEAD_GET_TAG, Int32(AESGCMContext.tagBytes),
                bytes + start + plaintext.count)
            if steps != 1 { failure = .library("AES-256-GCM seal") }
        }
        return failure.map { .failure($0) } ?? .success(out)
    }

    func opened(
        _ sealed: UnsafeRawBufferPointer, key: SecretBytes, aad: [UInt8], headerBytes: Int
    ) -> Result<[UInt8], SealingError> {
        let start = headerBytes + NonceBlock.nonceBytes
        let count = sealed.count - start - AESGCMContext.tagBytes
        let all = sealed.bindMemory(to: UInt8.self)
        guard count >= 0, let bytes = all.baseAddress else { return .failure(.tooShort) }
        if let refusal = use(key, in: opening, kept: &openingKey, isSealing: 0) {
            return .failure(refusal)
        }
        var isGenuine = false
        let out = [UInt8](unsafeUninitializedCapacity: count) { into, filled in
            var written: Int32 = 0
            // A null target would make libcrypto take an empty ciphertext for associated data.
            var unused: UInt8 = 0
            var steps = EVP_CipherInit_ex(opening, nil, nil, nil, bytes + headerBytes, 0)
            steps &= EVP_CipherUpdate(opening, nil, &written, bytes, Int32(headerBytes))
            steps &= feed(opening, aad)
            if count > 0 {
                steps &= EVP_CipherUpdate(
                    opening, into.baseAddress, &written, bytes + start, Int32(count))
            }
            steps &= EVP_CIPHER_CTX_ctrl(
                opening, EVP_CTRL_AEAD_SET_TAG, Int32(AESGCMContext.tagBytes),
                UnsafeMutableRawPointer(mutating: bytes + start + count))
            isGenuine = steps == 1 && EVP_CipherFinal_ex(opening, &unused, &written) == 1
            filled = isGenuine ? count : 0
        }
        return isGenuine ? .success(out) : .failure(.doesNotOpen)
    }

    private func use(
        _ key: SecretBytes, in context: OpaquePointer?, kept: inout SecretBytes?, isSealing: Int32
    ) -> SealingError? {
        if kept === key { return nil }
        guard key.count == AESGCM.keyBytes else { return .keyLength(key.count) }
        let cipher = kept == nil ? Algorithm.aes256GCM : nil
        kept = nil
        let code = key.withBytes { bytes in
            EVP_CipherInit_ex(
                context, cipher, nil, bytes.bindMemory(to: UInt8.self).baseAddress, nil, isSealing)
        }
        guard code == 1 else { return .library("AES-256-GCM key setup") }
        kept = key
        return nil
    }

    private func feed(_ context: OpaquePointer?, _ aad: [UInt8]) -> Int32 {
        if aad.isEmpty { return 1 }
        var written: Int32 = 0
        return EVP_CipherUpdate(context, nil, &written, aad, Int32(aad.count))
    }
}
