import Kernel

/// Known answers of everything that keys and seals depend on, computed at each start.
package enum SelfTest {
    /// Computes the known answers; takes a few milliseconds.
    ///
    /// - Throws: ``SealingError/selfTest(_:)``; nothing may be served then.
    package static func run() throws(SealingError) {
        try digest()
        try gcm()
        try hmac()
        try hkdf()
        try argon2id()
        try randomness()
    }

    /// The digest of three letters.
    ///
    /// Spec: FIPS 180-2, B.1, https://csrc.nist.gov/pubs/fips/180-2/upd1/final
    private static func digest() throws(SealingError) {
        let answer = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        guard Hex.text(SHA256.digest(Array("abc".utf8))) == answer else {
            throw SealingError.selfTest("SHA-256")
        }
    }

    /// A seal with associated data, and that a changed tag does not open.
    ///
    /// Spec: McGrew and Viega, The Galois/Counter Mode of Operation, test case 16
    private static func gcm() throws(SealingError) {
        let key = SecretBytes(
            copying: hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"))
        let plaintext = hex(
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39")
        let aad = hex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
        let answer = hex(
            "cafebabefacedbaddecaf888522dc1f099567d07f47f37a32a84427d643a8cdc"
                + "bfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e63"
                + "93ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b")
        let context = AESGCMContext()
        let sealed = try plaintext.withUnsafeBytes {
            context.sealed($0, key: key, aad: aad, header: [], nonce: Array(answer.prefix(12)))
        }.get()
        guard sealed == answer, try context.open(sealed, key: key, aad: aad) == plaintext else {
            throw SealingError.selfTest("AES-256-GCM")
        }
        var changed = sealed
        changed[changed.count - 1] ^= 1
        do throws(SealingError) {
            _ = try context.open(changed, key: key, aad: aad)
        } catch {
            return
        }
        throw SealingError.selfTest("AES-256-GCM, changed bytes")
    }

    /// A code whose key is shorter than a block.
    ///
    /// Spec: RFC 4231, 4.3, https://www.rfc-editor.org/rfc/rfc4231#section-4.3
    private static func hmac() throws(SealingError) {
        let code = HMACSHA256.mac(
            Array("what do ya want ".utf8), Array("for nothing?".utf8),
            key: SecretBytes(copying: Array("Jefe".utf8)))
        let answer = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        guard Hex.text(code) == answer else { throw SealingError.selfTest("HMAC-SHA-256") }
    }

    /// A key with salt and info.
    ///
    /// Spec: RFC 5869, A.1, https://www.rfc-editor.org/rfc/rfc5869#appendix-A.1
    private static func hkdf() throws(SealingError) {
        let derived = try HKDF.derive(
            secret: SecretBytes(copying: [UInt8](repeating: 0x0B, count: 22)),
            salt: hex("000102030405060708090a0b0c"), info: hex("f0f1f2f3f4f5f6f7f8f9"), count: 42)
        let answer =
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
        guard derived.withBytes({ Hex.text($0) }) == answer else {
            throw SealingError.selfTest("HKDF-SHA-256")
        }
    }

    /// The small vector of the reference implementation's own tests.
    ///
    /// Spec: phc-winner-argon2, src/test.c, https://github.com/P-H-C/phc-winner-argon2
    private static func argon2id() throws(SealingError) {
        let derived = try Argon2.derive(
            Array("password".utf8), salt: Array("somesalt".utf8),
            cost: Argon2Cost(passes: 2, memoryKiB: 256, lanes: 1), count: 32)
        let answer = "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"
        guard derived.withBytes({ Hex.text($0) }) == answer else {
            throw SealingError.selfTest("argon2id")
        }
    }

    private static func randomness() throws(SealingError) {
        guard try Random.bytes(32) != Random.bytes(32) else {
            throw SealingError.selfTest("random bytes")
        }
    }

    private static func hex(_ text: String) -> [UInt8] { Hex.bytes(text) ?? [] }
}
