import Kernel
import Sealing
import Testing

@Suite("AES-GCM")
struct AESGCMTests {
    private func hex(_ text: String) throws -> [UInt8] { try #require(Hex.bytes(text)) }

    /// Test cases 13 to 16 of the paper that NIST's own vectors come from.
    ///
    /// Spec: McGrew and Viega, The Galois/Counter Mode of Operation, appendix B
    @Test(arguments: [
        (
            String(repeating: "00", count: 32), "", "", "000000000000000000000000",
            "530f8afbc74536b9a963b4f1c4cb738b"
        ),
        (
            String(repeating: "00", count: 32), String(repeating: "00", count: 16), "",
            "000000000000000000000000",
            "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
        ),
        (
            "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
            "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
            "", "cafebabefacedbaddecaf888",
            "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad"
                + "b094dac5d93471bdec1a502270e3cc6c"
        ),
    ])
    func `a published answer opens to its plaintext`(
        key: String, plaintext: String, aad: String, nonce: String, answer: String
    ) throws {
        let key = SecretBytes(copying: try hex(key))
        let opened = try AESGCM.open(try hex(nonce + answer), key: key, aad: try hex(aad))
        #expect(opened == (try hex(plaintext)))
    }

    @Test(arguments: [0, 1, 15, 16, 17, 1_500, 100_000])
    func `what was sealed opens again`(count: Int) throws {
        let key = try SecretBytes.random(32)
        let plaintext = try Random.bytes(count)
        let sealed = try AESGCM.seal(plaintext, key: key, aad: [1, 2, 3])
        #expect(sealed.count == count + AESGCM.overheadBytes)
        #expect(try AESGCM.open(sealed, key: key, aad: [1, 2, 3]) == plaintext)
    }

    @Test(arguments: [0, 1, 40])
    func `every changed bit of nonce, ciphertext, tag and associated data is noticed`(
        count: Int
    ) throws {
        let key = try SecretBytes.random(32)
        let aad: [UInt8] = [9, 8, 7]
        let sealed = try AESGCM.seal([UInt8](repeating: 5, count: count), key: key, aad: aad)
        for bit in 0..<sealed.count * 8 {
            var changed = sealed
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: SealingError.doesNotOpen) {
                try AESGCM.open(changed, key: key, aad: aad)
            }
        }
        for bit in 0..<aad.count * 8 {
            var changed = aad
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(throws: SealingError.doesNotOpen) {
                try AESGCM.open(sealed, key: key, aad: changed)
            }
        }
    }

    @Test func `every cut is noticed`() throws {
        let key = try SecretBytes.random(32)
        let sealed = try AESGCM.seal([1, 2, 3], key: key, aad: [])
        for count in 0..<sealed.count {
            #expect(throws: SealingError.self) {
                try AESGCM.open(Array(sealed.prefix(count)), key: key, aad: [])
            }
        }
    }

    @Test func `another key does not open, and a short one is refused`() throws {
        let context = AESGCMContext()
        let sealed = try context.seal([1], key: try SecretBytes.random(32), aad: [])
        let other = try SecretBytes.random(32)
        #expect(throws: SealingError.doesNotOpen) { try context.open(sealed, key: other, aad: []) }
        let short = try SecretBytes.random(16)
        #expect(throws: SealingError.keyLength(16)) { try context.seal([1], key: short, aad: []) }
        let again = try context.seal([2], key: other, aad: [])
        #expect(try context.open(again, key: other, aad: []) == [2])
    }

    @Test func `a context goes between keys and after a failure works on`() throws {
        let context = AESGCMContext()
        let keys = try (0..<3).map { _ in try SecretBytes.random(32) }
        for round in 0..<30 {
            let key = keys[round % 3]
            let sealed = try context.seal([UInt8(round)], key: key, aad: [1])
            #expect(throws: SealingError.doesNotOpen) {
                try context.open(sealed, key: key, aad: [2])
            }
            #expect(try context.open(sealed, key: key, aad: [1]) == [UInt8(round)])
            if round.isMultiple(of: 7) { context.forgetKeys() }
        }
    }

    @Test func `no nonce comes twice in 200,000 seals on four contexts`() throws {
        let key = try SecretBytes.random(32)
        let contexts = (0..<4).map { _ in AESGCMContext() }
        var seen: Set<[UInt8]> = []
        seen.reserveCapacity(200_000)
        for round in 0..<200_000 {
            let sealed = try contexts[round % 4].seal([], key: key, aad: [])
            seen.insert(Array(sealed.prefix(12)))
        }
        #expect(seen.count == 200_000)
    }
}
