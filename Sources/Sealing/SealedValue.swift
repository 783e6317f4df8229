/// A key that seals values, with the number that stands in each of them.
package struct DataKey: Sendable {
    /// The number of the key; written into every value it seals and authenticated there.
    package let id: UInt32
    /// The 256-bit key.
    package let secret: SecretBytes

    /// Names a key.
    package init(id: UInt32, secret: SecretBytes) {
        self.id = id
        self.secret = secret
    }
}

/// The stored form of a sealed value:
/// `format (1) | key id (4, big-endian) | nonce (12) | ciphertext | tag (16)`.
///
/// Format, key id and ``Place`` are authenticated. One key seals at most 2³⁰ values: whoever owns
/// the keys counts.
///
/// Spec: NIST SP 800-38D, 8.3, https://csrc.nist.gov/pubs/sp/800/38/d/final
package enum SealedValue {
    /// Bytes that sealing adds.
    package static let overheadBytes = headerBytes + AESGCM.overheadBytes
    /// How many values one key may seal: a quarter of what random nonces allow.
    package static let sealsPerKeyMax: Int64 = 1 << 30

    /// Seals a value for a place.
    package static func seal(
        _ plaintext: [UInt8], key: DataKey, at place: Place, in context: AESGCMContext? = nil
    ) throws(SealingError) -> [UInt8] {
        let context = context ?? ThreadContexts.current.gcm
        return try plaintext.withUnsafeBytes {
            context.sealed($0, key: key.secret, aad: place.aad, header: header(key.id))
        }.get()
    }

    /// Opens a value at the place where it was found.
    ///
    /// - Throws: ``SealingError/doesNotOpen`` if it was changed or belongs elsewhere,
    ///   ``SealingError/otherKey(wanted:given:)`` if it names another key.
    package static func open(
        _ sealed: [UInt8], key: DataKey, at place: Place, in context: AESGCMContext? = nil
    ) throws(SealingError) -> [UInt8] {
        try sealed.withUnsafeBytes { opened($0, key: key, at: place, in: context) }.get()
    }

    /// Opens a value at the place where it was found, without a copy of the sealed bytes.
    package static func open(
        _ sealed: UnsafeRawBufferPointer, key: DataKey, at place: Place,
        in context: AESGCMContext? = nil
    ) throws(SealingError) -> [UInt8] {
        try opened(sealed, key: key, at: place, in: context).get()
    }

    /// The number of the key that a value was sealed with; not yet authenticated.
    package static func keyID(of sealed: [UInt8]) throws(SealingError) -> UInt32 {
        try sealed.withUnsafeBytes { id(of: $0) }.get()
    }

    /// The number of the key that a value was sealed with; not yet authenticated.
    package static func keyID(of sealed: UnsafeRawBufferPointer) throws(SealingError) -> UInt32 {
        try id(of: sealed).get()
    }

    private static let format: UInt8 = 1
    private static let headerBytes = 5

    private static func header(_ id: UInt32) -> [UInt8] {
        [
            format, UInt8(truncatingIfNeeded: id >> 24), UInt8(truncatingIfNeeded: id >> 16),
            UInt8(truncatingIfNeeded: id >> 8), UInt8(truncatingIfNeeded: id),
        ]
    }

    private static func opened(
        _ sealed: UnsafeRawBufferPointer, key: DataKey, at place: Place, in context: AESGCMContext?
    ) -> Result<[UInt8], SealingError> {
        switch id(of: sealed) {
        case .failure(let refusal): return .failure(refusal)
        case .success(let id):
            guard id == key.id else { return .failure(.otherKey(wanted: id, given: key.id)) }
        }
        let context = context ?? ThreadContexts.current.gcm
        return context.opened(sealed, key: key.secret, aad: place.aad, headerBytes: headerBytes)
    }

    private static func id(of sealed: UnsafeRawBufferPointer) -> Result<UInt32, SealingError> {
        guard sealed.count >= overheadBytes else { return .failure(.tooShort) }
        guard sealed[0] == format else { return .failure(.unknownFormat(sealed[0])) }
        return .success(sealed[1..<headerBytes].reduce(0) { $0 << 8 | UInt32($1) })
    }
}
