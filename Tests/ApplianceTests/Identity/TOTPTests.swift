import Identity
import Sealing
import Testing

@Suite("Codes of authenticator apps")
struct TOTPTests {
    /// Spec: RFC 6238, Appendix B.
    @Test(arguments: [
        (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"),
        (1_234_567_890, "89005924"), (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
    ])
    func `the vectors of the standard hold`(seconds: Int, code: String) throws {
        let seed = SecretBytes(copying: Array("12345678901234567890".utf8))
        let step = TOTP.step(atMs: Int64(seconds) * 1_000)
        #expect(try TOTP.code(seed, step: step, digits: 8) == code)
        #expect(try TOTP.code(seed, step: step) == String(code.suffix(6)))
    }

    /// Spec: RFC 4226, Appendix D.
    @Test func `the codes of the first ten steps are those of the standard`() throws {
        let seed = SecretBytes(copying: Array("12345678901234567890".utf8))
        let codes = try (0..<10).map { try TOTP.code(seed, step: $0) }
        #expect(
            codes == [
                "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
                "399871", "520489",
            ])
    }
}
