import Assembly
import Testing

@Suite("Line cutter")
struct LineCutterTests {
    private func cuts(_ bytes: [UInt8], blockBytes: Int) -> [LineCutter.Cut] {
        var cutter = LineCutter()
        var cuts: [LineCutter.Cut] = []
        var start = 0
        while start < bytes.count {
            cuts += cutter.take(Array(bytes[start..<min(bytes.count, start + blockBytes)]))
            start += blockBytes
        }
        return cuts + cutter.finish()
    }

    private func shape(_ cuts: [LineCutter.Cut]) -> [String] {
        cuts.map {
            switch $0 {
            case .piece(let first, let bytes):
                "\(first)+\(bytes.split(separator: 0x0A, omittingEmptySubsequences: false).count)"
            case .tooLong(let line): "long \(line)"
            }
        }
    }

    @Test(arguments: [1, 2, 7, 4_096])
    func `the pieces together are the file, however it is read`(blockBytes: Int) {
        let text = Array((1...1_203).map { "{\"n\":\($0)}\n" }.joined().utf8.dropLast())
        let found = cuts(text, blockBytes: blockBytes)
        var whole: [UInt8] = []
        var firsts: [Int] = []
        for case .piece(let first, let bytes) in found {
            firsts.append(first)
            whole += bytes
        }
        #expect(whole == text)
        #expect(firsts == [1, 501, 1_001])
    }

    @Test func `a file without lines gives nothing`() {
        #expect(cuts([], blockBytes: 1).isEmpty)
        #expect(shape(cuts([0x0A], blockBytes: 1)) == ["1+2"])
    }

    @Test func `a piece ends before it is too large, and a large line stands alone`() {
        let line = [UInt8](repeating: 0x61, count: 3 * 1_048_576)
        let small = Array("s\n".utf8)
        let text = small + line + [0x0A] + line + [0x0A] + small
        let found = cuts(text, blockBytes: 1 << 18)
        #expect(shape(found) == ["1+3", "3+2", "4+2"] || shape(found) == ["1+3", "3+3"])
        for case .piece(_, let bytes) in found {
            #expect(bytes.count <= LineCutter.pieceBytesMax || bytes.count { $0 == 0x0A } == 1)
        }
    }

    @Test func `a line over the limit is left out and the numbers go on`() {
        let long = [UInt8](repeating: 0x61, count: LineCutter.lineBytesMax + 2)
        let text = Array("a\nb\n".utf8) + long + [0x0A] + Array("d\n".utf8) + long
        let found = cuts(text, blockBytes: 1 << 20)
        #expect(shape(found) == ["1+3", "long 3", "4+2", "long 5"])
    }
}
