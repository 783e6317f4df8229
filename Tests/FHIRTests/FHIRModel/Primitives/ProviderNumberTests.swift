import FHIRModel
import TestKit
import Testing

/// Numbers with a check digit.
@Suite struct `Provider numbers` {
    @Test(arguments: ["1234567893", "1245319599", "1000000004"])
    func `an NPI with the right check digit is one`(_ text: String) {
        #expect(ProviderNumbers.isNPI(text))
    }

    @Test(arguments: [
        "1234567890", "0234567893", "3234567893", "123456789", "12345678931", "123456789X", "",
        "１２３４５６７８９３", " 1234567893",
    ])
    func `another text is no NPI`(_ text: String) {
        #expect(!ProviderNumbers.isNPI(text))
    }

    @Test func `one digit that is wrong is always noticed`() {
        let digits = Array("1234567893".utf8)
        for place in digits.indices.dropFirst() {
            for digit in UInt8(0x30)...0x39 where digit != digits[place] {
                var other = digits
                other[place] = digit
                #expect(!ProviderNumbers.isNPI(String(decoding: other, as: UTF8.self)))
            }
        }
    }

    @Test(arguments: ["AB1234563", "F91234563", "BB1388568"])
    func `a DEA number with the right check digit is one`(_ text: String) {
        #expect(ProviderNumbers.isDEA(text))
    }

    @Test(arguments: [
        "AB1234567", "ab1234563", "A11234563", "AB123456", "AB12345633", "", "ABCDEFGHI",
    ])
    func `another text is no DEA number`(_ text: String) {
        #expect(!ProviderNumbers.isDEA(text))
    }

    @Test(arguments: ["207Q00000X", "363LF0000X", "3336C0003X"])
    func `a taxonomy code has its form`(_ text: String) {
        #expect(ProviderNumbers.isTaxonomyCode(text))
    }

    @Test func `no text of any kind makes the checks fail to answer`() {
        var random = SeededRandom(seed: 80_840)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...14, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            let isAny =
                ProviderNumbers.isNPI(text) || ProviderNumbers.isDEA(text)
                || ProviderNumbers.isTaxonomyCode(text)
            #expect(!isAny || text.utf8.count == 9 || text.utf8.count == 10)
        }
    }
}
