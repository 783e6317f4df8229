import MulticastDNS
import TestKit
import Testing

@Suite("Local name")
struct LocalNameTests {
    private static let own: [UInt8] = [192, 168, 1, 20]
    private static let other: [UInt8] = [192, 168, 1, 30]
    private static let link = LocalLink(
        index: 2, networks: [LocalLink.Network(address: own, prefixBits: 24)])

    private static func fresh(_ label: String = "red-mesa") -> LocalName {
        var name = LocalName(label: label, random: { _ in 0 })
        name.use([link], 0)
        return name
    }

    /// A name that is established; its first second is over.
    private static func held(_ label: String = "red-mesa") -> LocalName {
        var name = fresh(label)
        for ms in stride(from: Int64(0), through: 4_000, by: 250) { _ = name.tick(ms) }
        return name
    }

    private static func record(
        _ data: [UInt8], _ label: String = "red-mesa", type: UInt16 = DNSType.a, ttl: UInt32 = 120
    ) -> DNSRecord {
        DNSRecord(DNSName(local: label), type: type, isFlush: true, ttlSeconds: ttl, data: data)
    }

    private static func response(_ records: DNSRecord...) -> [UInt8] {
        var message = DNSMessage(isResponse: true)
        message.answers = records
        return message.encoded
    }

    private static func query(
        _ label: String = "red-mesa", type: UInt16 = DNSType.a, unicast: Bool = false,
        known: [DNSRecord] = [], rivals: [DNSRecord] = [], id: UInt16 = 0
    ) -> [UInt8] {
        var message = DNSMessage(isResponse: false)
        message.id = id
        message.questions = [
            DNSQuestion(DNSName(local: label), type: type, wantsUnicast: unicast)
        ]
        message.answers = known
        message.authority = rivals
        return message.encoded
    }

    @Test func `it asks three times, announces twice, and then has the name`() throws {
        var name = Self.fresh()
        var sent: [DNSMessage] = []
        var events: [LocalName.Event] = []
        for ms in stride(from: Int64(0), through: 5_000, by: 50) {
            let outcome = name.tick(ms)
            sent += try outcome.packets.map { try DNSMessage($0.bytes) }
            events += outcome.events
        }
        #expect(sent.map(\.isResponse) == [false, false, false, true, true])
        #expect(sent[0].questions.first?.type == DNSType.any)
        #expect(sent[0].authority.first?.data == Self.own)
        #expect(sent[3].answers == [Self.record(Self.own)])
        #expect(events == [.established("red-mesa")])
        #expect(name.established == "red-mesa")
        #expect(name.dueMs == nil)
    }

    @Test func `a name that another machine has is left to it`() {
        var name = Self.fresh()
        _ = name.tick(0)
        let answer = Self.response(Self.record(Self.other))
        let outcome = name.receive(answer, link: 2, source: Self.other, port: 5_353, 100)
        #expect(outcome.events == [.taken("red-mesa", next: "red-mesa-2")])
        for ms in stride(from: Int64(100), through: 5_000, by: 50) { _ = name.tick(ms) }
        #expect(name.established == "red-mesa-2")
    }

    @Test func `a long name keeps its bounds when it gets a number`() {
        var name = Self.fresh(String(repeating: "a", count: 63))
        _ = name.tick(0)
        let record = Self.record(Self.other, String(repeating: "a", count: 63))
        _ = name.receive(Self.response(record), link: 2, source: Self.other, port: 5_353, 1)
        #expect(name.label.utf8.count == 63 && name.label.hasSuffix("-2"))
    }

    @Test func `its own words and those of the same machine are no conflict`() {
        var name = Self.fresh()
        let probe = name.tick(0).packets
        for packet in probe {
            #expect(
                name.receive(packet.bytes, link: 2, source: Self.own, port: 5_353, 1)
                    == LocalName.Outcome())
        }
        let same = Self.response(Self.record(Self.own))
        #expect(
            name.receive(same, link: 2, source: Self.own, port: 5_353, 2) == LocalName.Outcome())
        #expect(name.label == "red-mesa")
    }

    @Test func `of two that ask at once, the one with the later address goes on`() {
        for (rival, waits) in [(Self.other, true), ([192, 168, 1, 10], false)] {
            var name = Self.fresh()
            _ = name.tick(0)
            let asked = Self.query(type: DNSType.any, rivals: [Self.record(rival)])
            let outcome = name.receive(asked, link: 2, source: rival, port: 5_353, 10)
            #expect(outcome == LocalName.Outcome())
            #expect(name.dueMs == (waits ? 1_010 : 250), "\(rival)")
        }
    }

    @Test func `a question is answered with what the link may know`() throws {
        var name = Self.held()
        let outcome = name.receive(
            Self.query("Red-Mesa"), link: 2, source: Self.other, port: 5_353, 9_000)
        let packet = try #require(outcome.packets.first)
        #expect(packet.target == .everybody && packet.link == 2)
        let answer = try DNSMessage(packet.bytes)
        #expect(answer.isResponse && answer.answers == [Self.record(Self.own)])
        let six = name.receive(
            Self.query(type: DNSType.aaaa), link: 2, source: Self.other, port: 5_353, 20_000)
        let none = try DNSMessage(try #require(six.packets.first).bytes)
        #expect(none.answers.map(\.type) == [DNSType.nsec])
        for (label, type) in [("blue-mesa", DNSType.a), ("red-mesa", UInt16(16))] {
            let other = name.receive(
                Self.query(label, type: type), link: 2, source: Self.other, port: 5_353, 30_000)
            #expect(other == LocalName.Outcome())
        }
    }

    @Test func `what the asker knows is not said again`() {
        var name = Self.held()
        let known = Self.query(known: [Self.record(Self.own, ttl: 90)])
        #expect(
            name.receive(known, link: 2, source: Self.other, port: 5_353, 9_000).packets.isEmpty)
        let stale = Self.query(known: [Self.record(Self.own, ttl: 30)])
        #expect(
            name.receive(stale, link: 2, source: Self.other, port: 5_353, 9_000).packets.count == 1)
    }

    @Test func `a plain resolver gets an answer of its own`() throws {
        var name = Self.held()
        let outcome = name.receive(
            Self.query(id: 77), link: 2, source: Self.other, port: 40_000, 9_000)
        let packet = try #require(outcome.packets.first)
        #expect(packet.target == .asker)
        let answer = try DNSMessage(packet.bytes)
        #expect(answer.id == 77 && answer.questions.count == 1)
        #expect(answer.answers.map(\.ttlSeconds) == [10])
        #expect(answer.answers.allSatisfy { !$0.isFlush })
    }

    @Test func `nobody makes the box shout`() {
        var name = Self.held()
        var shouted = 0
        var whispered = 0
        for index in 0..<1_000 {
            let ms = 10_000 + Int64(index)
            shouted +=
                name.receive(Self.query(), link: 2, source: Self.other, port: 5_353, ms)
                .packets.count
            whispered +=
                name.receive(
                    Self.query(unicast: true), link: 2, source: Self.other, port: 5_353, ms
                ).packets.count
        }
        #expect(shouted == 1)
        #expect(whispered == 50)
    }

    @Test func `words from another network are not heard`() {
        var name = Self.held()
        let far: [UInt8] = [10, 0, 0, 9]
        #expect(
            name.receive(Self.query(), link: 2, source: far, port: 5_353, 9_000)
                == LocalName.Outcome())
        #expect(
            name.receive(Self.query(), link: 3, source: Self.other, port: 5_353, 9_000)
                == LocalName.Outcome())
        let claim = Self.response(Self.record(far))
        #expect(
            name.receive(claim, link: 2, source: far, port: 5_353, 9_000) == LocalName.Outcome())
        let odd = Self.response(Self.record(Self.other))
        #expect(
            name.receive(odd, link: 2, source: Self.other, port: 999, 9_000) == LocalName.Outcome())
        #expect(name.established == "red-mesa")
    }

    @Test func `a name that is claimed later is asked for again, and left if it is taken`() {
        var name = Self.held()
        let claim = Self.response(Self.record(Self.other))
        #expect(
            name.receive(claim, link: 2, source: Self.other, port: 5_353, 9_000).events.isEmpty)
        let due = name.dueMs ?? 0
        #expect(due > 9_000)
        _ = name.tick(due)
        let outcome = name.receive(claim, link: 2, source: Self.other, port: 5_353, due + 1)
        #expect(outcome.events == [.taken("red-mesa", next: "red-mesa-2")])
    }

    @Test func `somebody who asks for the name learns at once that it is taken`() throws {
        var name = Self.held()
        let rival = Self.query(
            type: DNSType.any, unicast: true, rivals: [Self.record(Self.other)])
        let first = name.receive(rival, link: 2, source: Self.other, port: 5_353, 9_000)
        let second = name.receive(rival, link: 2, source: Self.other, port: 5_353, 9_250)
        for outcome in [first, second] {
            let answer = try DNSMessage(try #require(outcome.packets.first).bytes)
            #expect(answer.answers == [Self.record(Self.own)])
        }
    }

    @Test func `it says goodbye, and asks again on another network`() throws {
        var name = Self.held()
        let bye = try DNSMessage(try #require(name.goodbye().first).bytes)
        #expect(bye.answers == [Self.record(Self.own, ttl: 0)])
        let moved = LocalLink(
            index: 2, networks: [LocalLink.Network(address: [10, 1, 2, 3], prefixBits: 8)])
        name.use([moved], 20_000)
        #expect(name.dueMs == 20_000)
        let probe = try DNSMessage(try #require(name.tick(20_000).packets.first).bytes)
        #expect(probe.authority.first?.data == [10, 1, 2, 3])
        name.use([], 30_000)
        #expect(name.dueMs == nil && name.goodbye().isEmpty)
    }

    @Test func `no packet does harm`() {
        var name = Self.held()
        var random = SeededRandom(seed: 6_762)
        let samples = [
            Self.query(), Self.response(Self.record(Self.other)),
            Self.query(type: DNSType.any, rivals: [Self.record(Self.other)]),
        ]
        for index in 0..<20_000 {
            var bytes = random.pick(samples)
            for _ in 0..<random.below(4) {
                bytes[random.below(bytes.count)] = UInt8(random.below(256))
            }
            let ms = 10_000 + Int64(index) * 10
            let outcome = name.receive(bytes, link: 2, source: Self.other, port: 5_353, ms)
            #expect(outcome.packets.count <= 1)
            _ = name.tick(ms)
        }
        #expect(name.label.hasPrefix("red-mesa"))
    }
}
