import ServerKit
import TestKit
import Testing

/// What a web socket reads, byte by byte.
@Suite struct `Web socket reader` {
    private func read(_ bytes: [UInt8]) -> Result<[WebSocketEvent], WebSocketFault> {
        var reader = WebSocketReader()
        return Result { () throws(WebSocketFault) in try reader.feed(bytes) }
    }

    private func code(_ bytes: [UInt8]) -> UInt16? {
        if case .failure(let fault) = read(bytes) { fault.code } else { nil }
    }

    @Test func `the masked text of the standard is read`() {
        let hello: [UInt8] = [
            0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58,
        ]
        #expect(read(hello) == .success([.text("Hello")]))
    }

    @Test func `messages in pieces are put together, with controls between them`() {
        let bytes =
            ClientFrames.frame(1, Array("Héy".utf8.prefix(2)), isFinal: false)
            + ClientFrames.frame(9, [7, 8])
            + ClientFrames.frame(0, Array("Héy".utf8.dropFirst(2)), isFinal: true)
            + ClientFrames.frame(10, []) + ClientFrames.frame(8, [3, 232])
            + ClientFrames.text("too late")
        let wanted: [WebSocketEvent] = [.ping([7, 8]), .text("Héy"), .pong, .close]
        #expect(read(bytes) == .success(wanted))
        var reader = WebSocketReader()
        var events: [WebSocketEvent] = []
        for byte in bytes {
            if let more = try? reader.feed([byte]) { events += more }
        }
        #expect(events == wanted)
    }

    @Test func `what the standard forbids ends the socket with the number for it`() {
        let long = [UInt8](repeating: 65, count: WebSocketReader.messageBytesMax)
        #expect(read(ClientFrames.frame(1, long)).isText)
        #expect(code(ClientFrames.frame(1, long + [65])) == 1_009)
        #expect(
            code(ClientFrames.frame(1, long, isFinal: false) + ClientFrames.frame(0, [65])) == 1_009
        )
        #expect(code([0x81, 0x02, 65, 65]) == 1_002, "a frame without a mask")
        #expect(code([0xC1, 0x80, 0, 0, 0, 0]) == 1_002, "a reserved bit")
        #expect(code([0x83, 0x80, 0, 0, 0, 0]) == 1_002, "an unknown kind")
        #expect(code(ClientFrames.frame(0, [65])) == 1_002, "a rest without a beginning")
        #expect(
            code(ClientFrames.frame(1, [65], isFinal: false) + ClientFrames.text("b")) == 1_002)
        #expect(code(ClientFrames.frame(9, [1], isFinal: false)) == 1_002, "a control in pieces")
        #expect(code([0x89, 0xFE, 0, 126]) == 1_002, "a control that is too long")
        #expect(code([0x81, 0xFE, 0, 5]) == 1_002, "a length that is longer than it needs to be")
        #expect(code([0x81, 0xFF, 0x80, 0, 0, 0, 0, 1, 0, 0]) == 1_002, "a length below zero")
        #expect(code([0x81, 0xFF, 0, 0, 0, 0, 0, 1, 0, 0]) == 1_009)
        #expect(code(ClientFrames.frame(2, [1])) == 1_003)
        #expect(code(ClientFrames.frame(1, [0xC3])) == 1_007)
        #expect(code(ClientFrames.frame(8, [3])) == 1_002)
        #expect(code(ClientFrames.frame(8, [0, 1])) == 1_002)
        #expect(code(ClientFrames.frame(8, [3, 232, 0xFF])) == 1_007)
    }

    @Test func `bytes of all kinds end in texts or a fault, whichever way they are cut`() {
        var noise = SeededRandom(seed: 455)
        var faults = 0
        for _ in 0..<3_000 {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...4, using: &noise) {
                let count = Int.random(in: 0...200, using: &noise)
                let payload = (0..<count).map { _ in UInt8.random(in: 0...255, using: &noise) }
                let opcode = UInt8(noise.pick([0, 1, 1, 1, 8, 9, 10, 2]))
                bytes += ClientFrames.frame(
                    opcode, Bool.random(using: &noise) ? payload.map { $0 & 0x7F } : payload,
                    isFinal: Bool.random(using: &noise))
            }
            for _ in 0..<Int.random(in: 0...2, using: &noise) {
                bytes[Int.random(in: 0..<bytes.count, using: &noise)] ^=
                    1
                    << UInt8.random(
                        in: 0...7, using: &noise)
            }
            let whole = read(bytes)
            if case .failure = whole { faults += 1 }
            var reader = WebSocketReader()
            var cut = bytes[...]
            var events: [WebSocketEvent] = []
            var fault: WebSocketFault?
            while !cut.isEmpty, fault == nil {
                let part = cut.prefix(Int.random(in: 1...40, using: &noise))
                cut = cut.dropFirst(part.count)
                do throws(WebSocketFault) {
                    events += try reader.feed(part)
                } catch {
                    fault = error
                }
            }
            switch whole {
            case .success(let all): #expect(events == all && fault == nil)
            case .failure(let one): #expect(fault == one)
            }
        }
        #expect(faults > 100 && faults < 3_000)
    }

    @Test func `what is written is read again by the rules of a client`() {
        for count in [0, 1, 125, 126, 65_535, 65_536, 70_000] {
            let text = [UInt8](repeating: 0x61, count: count)
            let frame = WebSocketWriter.text(text)
            #expect(frame[0] == 0x81 && frame[1] & 0x80 == 0)
            let headCount = count < 126 ? 2 : count < 65_536 ? 4 : 10
            #expect(frame.count == headCount + count && Array(frame.suffix(count)) == text)
        }
    }
}

extension Result where Success == [WebSocketEvent], Failure == WebSocketFault {
    fileprivate var isText: Bool {
        if case .success(let events) = self, case .text? = events.first { true } else { false }
    }
}
