import Deflate
import Testing

@Suite("Deflate")
struct DeflateTests {
    static let note = Array(
        String(repeating: "Blood pressure 120/80, no complaint. ", count: 60).utf8)

    @Test(arguments: [1, 6, 9], [0, 1, 100, 65_536, 1_000_003])
    func `what was compressed comes back`(level: Int, count: Int) throws {
        let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
        let packed = Deflate.compress(bytes, level: level)
        #expect(try Deflate.decompress(packed, bytesMax: count) == bytes)
    }

    @Test func `text becomes smaller`() {
        #expect(Deflate.compress(DeflateTests.note).count * 10 < DeflateTests.note.count)
    }

    @Test func `more than allowed is refused`() {
        let packed = Deflate.compress(DeflateTests.note)
        #expect(throws: DeflateError.tooLarge(bytesMax: DeflateTests.note.count - 1)) {
            try Deflate.decompress(packed, bytesMax: DeflateTests.note.count - 1)
        }
    }

    @Test func `a bomb stops at the limit`() {
        let packed = Deflate.compress([UInt8](repeating: 0, count: 50_000_000))
        #expect(throws: DeflateError.tooLarge(bytesMax: 1_000)) {
            try Deflate.decompress(packed, bytesMax: 1_000)
        }
    }

    @Test func `every cut is noticed`() {
        let packed = Deflate.compress(DeflateTests.note)
        for count in 0..<packed.count {
            #expect(throws: DeflateError.self) {
                try Deflate.decompress(Array(packed.prefix(count)), bytesMax: 100_000)
            }
        }
    }

    @Test func `bytes left over and bytes that are no deflate are refused`() {
        #expect(throws: DeflateError.corrupt) {
            try Deflate.decompress(Deflate.compress(DeflateTests.note) + [0], bytesMax: 100_000)
        }
        #expect(throws: DeflateError.corrupt) {
            try Deflate.decompress([UInt8](repeating: 0xFF, count: 64), bytesMax: 100_000)
        }
    }
}
