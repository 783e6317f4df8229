import MulticastDNS
import TestKit
import Testing

@Suite("DNS message")
struct DNSMessageTests {
    private static let sample: DNSMessage = {
        var message = DNSMessage(isResponse: true)
        message.questions = [DNSQuestion(DNSName(local: "red-mesa"), type: DNSType.any)]
        message.answers = [
            DNSRecord(
                DNSName(local: "red-mesa"), type: DNSType.a, isFlush: true, ttlSeconds: 120,
                data: [192, 168, 1, 20])
        ]
        message.authority = message.answers
        return message
    }()

    @Test func `a message is read as it was written`() throws {
        let read = try DNSMessage(Self.sample.encoded)
        #expect(read == Self.sample)
    }

    @Test func `a name that goes on elsewhere in the message is followed`() throws {
        // A question of Apple's kind: red-mesa.local in the question, a reference in the answer.
        var bytes: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 8]
        bytes += Array("RED-mesa".utf8) + [5] + Array("local".utf8) + [0, 0, 1, 0x80, 1]
        bytes += [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 120, 0, 4, 10, 0, 0, 1]
        let message = try DNSMessage(bytes)
        #expect(
            message.questions == [
                DNSQuestion(DNSName(local: "red-mesa"), type: 1, wantsUnicast: true)
            ])
        #expect(message.answers.first?.name == DNSName(local: "red-mesa"))
        #expect(message.answers.first?.data == [10, 0, 0, 1])
    }

    @Test func `a name in a circle, a cut message and a long list are refused`() {
        let circle: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1]
        #expect(throws: DNSFault.circle) { try DNSMessage(circle) }
        let forward: [UInt8] = [0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 14, 0, 1, 0, 1]
        #expect(throws: DNSFault.circle) { try DNSMessage(forward) }
        #expect(throws: DNSFault.tooMany) {
            try DNSMessage([0, 0, 0, 0, 0xFF, 0xFF, 0, 0, 0, 0, 0, 0])
        }
        #expect(throws: DNSFault.tooLong) { try DNSMessage([UInt8](repeating: 0, count: 9_001)) }
        for count in 0..<Self.sample.encoded.count {
            #expect(throws: DNSFault.cutOff) {
                try DNSMessage(Array(Self.sample.encoded[..<count]))
            }
        }
    }

    @Test func `no bytes do harm, and what is read again is the same`() {
        var random = SeededRandom(seed: 5_353)
        var read = 0
        for round in 0..<20_000 {
            var bytes =
                round.isMultiple(of: 2)
                ? Self.sample.encoded : random.bytes(12 + random.below(80))
            for _ in 0..<random.below(6) {
                bytes[random.below(bytes.count)] = UInt8(random.below(256))
            }
            // Refused bytes are what half of this test is about.
            guard let message = try? DNSMessage(bytes) else { continue }
            read += 1
            #expect(message.questions.count + message.answers.count <= DNSMessage.entriesMax)
        }
        #expect(read > 1_000)
    }
}
