import COpenSSL

/// Algorithms fetched from libcrypto once; a provider with other implementations takes effect here.
///
/// Fetched algorithms never change and are counted by libcrypto with atomic counters.
enum Algorithm {
    nonisolated(unsafe) static let aes256GCM =  // because it never changes
        EVP_CIPHER_fetch(nil, "AES-256-GCM", nil)
    nonisolated(unsafe) static let sha256 =  // because it never changes
        EVP_MD_fetch(nil, "SHA256", nil)
    nonisolated(unsafe) static let hmac =  // because it never changes
        EVP_MAC_fetch(nil, "HMAC", nil)
    nonisolated(unsafe) static let hkdf =  // because it never changes
        EVP_KDF_fetch(nil, "HKDF", nil)
}
