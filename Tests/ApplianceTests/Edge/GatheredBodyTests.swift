import NIOCore
import ServerKit
import TestKit
import Testing

/// Bodies that come in parts.
@Suite struct `Gathered bodies` {
    @Test(arguments: [0, 1, 1_048_575, 1_048_576, 1_048_577, 5_000_000])
    func `the parts of a body make the body, however it was cut`(byteCount: Int) {
        var generator = SeededRandom(seed: UInt64(byteCount) + 7)
        let body = (0..<byteCount).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        var gathered = GatheredBody()
        var place = 0
        while place < body.count {
            let end = min(body.count, place + Int.random(in: 1...300_000, using: &generator))
            gathered.add(ByteBuffer(bytes: body[place..<end]))
            place = end
            #expect(gathered.count == place)
        }
        #expect(gathered.take() == body)
        #expect(gathered.count == 0 && gathered.take().isEmpty)
    }
}
