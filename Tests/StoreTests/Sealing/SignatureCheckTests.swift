import Kernel
import Sealing
import TestKit
import Testing

/// Keys and signatures that the command `openssl` made over the words "tribal ehr".
@Suite("Signatures of others")
struct SignatureCheckTests {
    private static let words = Array("tribal ehr".utf8)
    private static let x = "855f447b56ad44fb8c332151e8d59d5b5dc7b0f1f0c8293946bc7249562dfbb2"
    private static let y = "63dd86e499feb28953396a7a776a650da86d90e71d9447be301060c2cd3abe9d"
    private static let ecdsa =
        "3044022022fd3800a04a5df1430272d280fdbed5da13d07f2b19b05e1b6828f559da5c310220"
        + "52fbd310f273ec0583aef08c87d9e2851563307522e80c0cc7e3b4c89a0b7233"
    private static let modulus =
        "fafd325fd42a41aa0fdc3bd9fdd0471f63044e3ee2c04701e5f4fcc9deb545a97064e66a3036"
        + "531177d31f6090d766e7f02d9b5e692cc42258f2f044e566d90298fc52340c74e0a0afea50c7"
        + "44e366833a2d31c7766c271ca12d7e411e2f3f6e86dd12218e91a9ef5f582b1e8de31f372a33"
        + "229f529ef30592649bcc6e9788ec2e2e9374af9d06c8eb23f77f1ee21a7a2c2fb1126b3b1dce"
        + "7b247de36d3444693a089390c8af67d1f45e0210f60c450ea54cfec46246a5193f697e6df742"
        + "9c2517e6a0e850335fc91b1ad604e4fb31859993b706ce649638e7c06fe726d623c74b663c21"
        + "318e32b5d39b638eb2d14d326d30cb63bdabffd4343bd47a79f2e20b"
    private static let pkcs1 =
        "e2b55422b9f629c06c04563614e0100218e4769c01246d9599f5d579ef3b8c0c43e982284af1"
        + "959f50d6d447390f8f9c58265d3328f63282c1c18e81bd11a113770251cec378cfdf0d885df7"
        + "82fc06377e0d6093e3cd0d5773249141f9740a02b041c1ec6aa4dc02aeb108790eff17cc5032"
        + "f382e9529d12e2f3eb5f208db9a981aaefc2e71b87fd863d49fcb36b77243f5cd7e5058e5b5f"
        + "c37751522d77060e314dd1bc6c316897d27f184e60aa2c789c4ac8689a2419ba8253325b9ab7"
        + "e4cdc2431db06239017a9e907fcd91f94e4b9f51a4a623fd071c810ec91db5798d67c0afadb8"
        + "876d74084808df1f4c546311f9dde602ae6364222b787c4c4a252478"

    private static func bytes(_ text: String) throws -> [UInt8] {
        try #require(Hex.bytes(text))
    }

    private static func isGoodP256(
        x: String = x, y: String = y, words: [UInt8] = words, signature: [UInt8]? = nil
    ) throws -> Bool {
        SignatureCheck.p256(
            x: try bytes(x), y: try bytes(y), bytes: words,
            signature: try signature ?? bytes(ecdsa))
    }

    private static func isGoodRSA(
        modulus: [UInt8]? = nil, exponent: [UInt8] = [1, 0, 1], words: [UInt8] = words,
        signature: [UInt8]? = nil
    ) throws -> Bool {
        SignatureCheck.rsa(
            modulus: try modulus ?? bytes(self.modulus), exponent: exponent, bytes: words,
            signature: try signature ?? bytes(pkcs1))
    }

    @Test func `a signature of another program is right`() throws {
        #expect(try Self.isGoodP256())
        #expect(try Self.isGoodRSA())
        #expect(try Self.isGoodRSA(exponent: [0, 1, 0, 1]))
    }

    @Test func `other words, keys and signatures are wrong`() throws {
        #expect(try !Self.isGoodP256(words: Array("tribal EHR".utf8)))
        #expect(try !Self.isGoodP256(x: Self.y))
        #expect(try !Self.isGoodP256(x: "00" + Self.x))
        #expect(try !Self.isGoodP256(signature: []))
        #expect(try !Self.isGoodP256(signature: Self.bytes(Self.ecdsa) + [0]))
        #expect(try !Self.isGoodP256(signature: Self.bytes(Self.pkcs1)))
        #expect(try !Self.isGoodRSA(words: []))
        #expect(try !Self.isGoodRSA(exponent: [3]))
        #expect(try !Self.isGoodRSA(exponent: [1]))
        #expect(try !Self.isGoodRSA(exponent: []))
        #expect(try !Self.isGoodRSA(modulus: Array(Self.bytes(Self.modulus).dropLast(128))))
        #expect(try !Self.isGoodRSA(modulus: [0] + Self.bytes(Self.modulus).dropLast()))
        #expect(try !Self.isGoodRSA(signature: Self.bytes(Self.ecdsa)))
    }

    @Test func `no changed bit of a signature is right`() throws {
        var random = SeededRandom(seed: 7)
        for _ in 0..<200 {
            var ecdsa = try Self.bytes(Self.ecdsa)
            ecdsa[Int.random(in: 0..<ecdsa.count, using: &random)] ^=
                1
                << UInt8.random(
                    in: 0..<8, using: &random)
            #expect(try !Self.isGoodP256(signature: ecdsa))
            var pkcs1 = try Self.bytes(Self.pkcs1)
            pkcs1[Int.random(in: 0..<pkcs1.count, using: &random)] ^=
                1
                << UInt8.random(
                    in: 0..<8, using: &random)
            #expect(try !Self.isGoodRSA(signature: pkcs1))
        }
    }
}
