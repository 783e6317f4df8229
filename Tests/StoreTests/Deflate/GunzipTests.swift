import Deflate
import Testing

@Suite("Gunzip")
struct GunzipTests {
    private let note = DeflateTests.note

    @Test func `a stream in pieces of any size comes back`() throws {
        let packed = Gzip.compress(note)
        for size in [1, 2, 3, 7, 1_000] {
            let stream = GunzipStream(bytesMax: note.count)
            var out: [UInt8] = []
            var rest = packed[...]
            while !rest.isEmpty {
                out += try stream.inflate(Array(rest.prefix(size)))
                rest = rest.dropFirst(size)
            }
            try stream.finish()
            #expect(out == note)
        }
    }

    @Test func `members one after the other are one file`() throws {
        let packed =
            Gzip.compress(note) + Gzip.compress([]) + Gzip.compress([1, 2, 3]) + [0, 0, 0]
        #expect(try Gzip.decompress(packed, bytesMax: 100_000) == note + [1, 2, 3])
        let stream = GunzipStream(bytesMax: 100_000)
        var out: [UInt8] = []
        for byte in packed { out += try stream.inflate([byte]) }
        try stream.finish()
        #expect(out == note + [1, 2, 3])
    }

    @Test func `every cut is told as one`() {
        let packed = Gzip.compress(note)
        for count in 1..<packed.count {
            #expect(throws: DeflateError.truncated) {
                try Gzip.decompress(Array(packed.prefix(count)), bytesMax: 100_000)
            }
        }
    }

    @Test func `what is not gzip is told`() {
        #expect(throws: DeflateError.notGzip) { try Gzip.decompress([], bytesMax: 10) }
        #expect(throws: DeflateError.notGzip) {
            try Gzip.decompress(Array("{}".utf8), bytesMax: 10)
        }
        #expect(throws: DeflateError.notGzip) {
            try Gzip.decompress([0x1F, 0x8C, 8, 0], bytesMax: 10)
        }
        #expect(throws: DeflateError.notGzip) {
            try Gzip.decompress(Gzip.compress(note) + Array("tail".utf8), bytesMax: 100_000)
        }
        #expect(Gzip.isGzip(Gzip.compress([])) && !Gzip.isGzip([0x1F]))
    }

    @Test func `every changed byte of the data and its checksum is noticed`() {
        let packed = Gzip.compress(note)
        // Bytes 3 to 9 are flags, time and system: changes there do not touch the content.
        for index in 10..<packed.count {
            var changed = packed
            changed[index] ^= 0x10
            #expect(throws: DeflateError.self) { try Gzip.decompress(changed, bytesMax: 100_000) }
        }
    }

    @Test func `a bomb is stopped by its density and by the limit`() {
        let bomb = Gzip.compress([UInt8](repeating: 0x20, count: 20_000_000))
        #expect(throws: DeflateError.tooDense(ratioMax: 100)) {
            try Gzip.decompress(bomb, bytesMax: 1 << 30)
        }
        #expect(throws: DeflateError.tooLarge(bytesMax: 500_000)) {
            try Gzip.decompress(bomb, bytesMax: 500_000)
        }
    }

    @Test func `a small file may be dense`() throws {
        let blanks = [UInt8](repeating: 0x20, count: 900_000)
        #expect(try Gzip.decompress(Gzip.compress(blanks), bytesMax: 1_000_000) == blanks)
    }
}
