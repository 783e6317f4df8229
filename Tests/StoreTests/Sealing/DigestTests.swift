import Kernel
import Sealing
import Testing

@Suite("Digests and derived keys")
struct DigestTests {
    private func hex(_ text: String) throws -> [UInt8] { try #require(Hex.bytes(text)) }

    /// The examples of the standard.
    ///
    /// Spec: FIPS 180-2, appendix B, https://csrc.nist.gov/pubs/fips/180-2/upd1/final
    @Test(arguments: [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        ),
    ])
    func `SHA-256 gives the published answers`(text: String, answer: String) {
        #expect(Hex.text(SHA256.digest(Array(text.utf8))) == answer)
        let pieces = DigestContext()
        for byte in text.utf8 { pieces.update([byte]) }
        #expect(Hex.text(pieces.finish()) == answer)
        pieces.update(Array(text.utf8))
        #expect(Hex.text(pieces.finish()) == answer)
    }

    /// Keys shorter and longer than a block.
    ///
    /// Spec: RFC 4231, 4.2 to 4.7, https://www.rfc-editor.org/rfc/rfc4231#section-4
    @Test(arguments: [
        (
            String(repeating: "0b", count: 20), "4869205468657265",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            String(repeating: "aa", count: 20), String(repeating: "dd", count: 50),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"
        ),
        (
            String(repeating: "aa", count: 131),
            "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a65204b6579202d2048"
                + "617368204b6579204669727374",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func `HMAC gives the published answers, each time and in parts`(
        key: String, text: String, answer: String
    ) throws {
        let context = HMACContext(key: SecretBytes(copying: try hex(key)))
        let bytes = try hex(text)
        for _ in 0..<3 {
            #expect(Hex.text(context.mac(bytes)) == answer)
            #expect(
                Hex.text(context.mac(Array(bytes.prefix(3)), Array(bytes.dropFirst(3)))) == answer)
        }
    }

    /// The third example of the standard.
    ///
    /// Spec: RFC 5869, A.3, https://www.rfc-editor.org/rfc/rfc5869#appendix-A
    @Test func `HKDF without a salt gives the published answer`() throws {
        let derived = try HKDF.derive(
            secret: SecretBytes(copying: [UInt8](repeating: 0x0B, count: 22)), info: "", count: 42)
        #expect(
            derived.withBytes { Hex.text($0) }
                == "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                + "9d201395faa4b61a96c8")
    }

    @Test func `each purpose has its own key`() throws {
        let secret = try SecretBytes.random(32)
        let one = try HKDF.derive(secret: secret, info: "tribal-ehr/record/1")
        #expect(one.equals(try HKDF.derive(secret: secret, info: "tribal-ehr/record/1")))
        #expect(!one.equals(try HKDF.derive(secret: secret, info: "tribal-ehr/record/2")))
        #expect(
            !one.equals(try HKDF.derive(secret: secret, salt: [1], info: "tribal-ehr/record/1")))
    }

    @Test func `a secret does not print`() throws {
        let secret = SecretBytes(copying: Array("do not print me".utf8))
        for text in ["\(secret)", String(reflecting: secret), String(describing: [secret])] {
            #expect(!text.contains("print me"))
        }
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("print me"))
    }

    @Test func `the self-test passes in less than 50 ms`() throws {
        let taken = try ContinuousClock().measure { try SelfTest.run() }
        #expect(taken < .milliseconds(50))
    }

    @Test func `comparing tells equal from unequal`() {
        #expect(SHA256.equal([1, 2], [1, 2]) && !SHA256.equal([1, 2], [1, 3]))
        #expect(!SHA256.equal([1, 2], [1, 2, 3]) && SHA256.equal([], []))
    }
}
