/// A question of a message.
package struct DNSQuestion: Hashable, Sendable {
    package let name: DNSName
    package let type: UInt16
    /// Whether the one who asks wants the answer for itself alone.
    package let wantsUnicast: Bool

    /// Makes a question of the class Internet.
    package init(_ name: DNSName, type: UInt16, wantsUnicast: Bool = false) {
        self.name = name
        self.type = type
        self.wantsUnicast = wantsUnicast
    }
}

/// A record of a message, its data as bytes.
package struct DNSRecord: Hashable, Sendable {
    package let name: DNSName
    package let type: UInt16
    /// Whether what was known of the name and type before is void.
    package let isFlush: Bool
    package let ttlSeconds: UInt32
    /// As it was written: names in it may refer to other places of the message.
    package let data: [UInt8]

    /// Makes a record of the class Internet.
    package init(
        _ name: DNSName, type: UInt16, isFlush: Bool, ttlSeconds: UInt32, data: [UInt8]
    ) {
        self.name = name
        self.type = type
        self.isFlush = isFlush
        self.ttlSeconds = ttlSeconds
        self.data = data
    }

    /// The same with another time to live, and without the flush for those who know no such thing.
    func with(ttlSeconds: UInt32, isFlush: Bool) -> DNSRecord {
        DNSRecord(name, type: type, isFlush: isFlush, ttlSeconds: ttlSeconds, data: data)
    }
}

/// Numbers of record types.
///
/// Spec: RFC 1035, 3.2.2; RFC 3596, 2.1; RFC 4034, 4
package enum DNSType {
    package static let a: UInt16 = 1
    package static let aaaa: UInt16 = 28
    package static let nsec: UInt16 = 47
    package static let any: UInt16 = 255
}

/// A message of the domain name system, as it is sent between the machines of one network.
///
/// Spec: RFC 1035, 4, https://www.rfc-editor.org/rfc/rfc1035#section-4; RFC 6762, 18,
/// https://www.rfc-editor.org/rfc/rfc6762#section-18
package struct DNSMessage: Hashable, Sendable {
    /// The longest message, in bytes.
    package static let bytesMax = 9_000
    /// The most questions and records of one message together.
    package static let entriesMax = 200

    package var id: UInt16 = 0
    package var isResponse: Bool
    package var questions: [DNSQuestion] = []
    package var answers: [DNSRecord] = []
    package var authority: [DNSRecord] = []
    package var additional: [DNSRecord] = []

    /// Makes a message without content.
    package init(isResponse: Bool) { self.isResponse = isResponse }

    /// Reads a message.
    ///
    /// Entries of other classes than Internet are left out.
    ///
    /// - Throws: ``DNSFault`` where it is cut off, too large, or goes round in circles.
    package init(_ bytes: [UInt8]) throws(DNSFault) {
        guard bytes.count <= Self.bytesMax else { throw .tooLong }
        var place = 0
        id = try Self.number(bytes, &place)
        let flags = try Self.number(bytes, &place)
        isResponse = flags & 0x8000 != 0
        var counts: [Int] = []
        for _ in 0..<4 { counts.append(Int(try Self.number(bytes, &place))) }
        guard counts.reduce(0, +) <= Self.entriesMax else { throw .tooMany }
        // Other operations and failures say nothing about names here.
        guard flags & 0x780F == 0 else { return }
        for _ in 0..<counts[0] {
            let name = try DNSName(bytes, &place)
            let type = try Self.number(bytes, &place)
            let kind = try Self.number(bytes, &place)
            guard kind & 0x7FFF == 1 || kind & 0x7FFF == 255 else { continue }
            questions.append(DNSQuestion(name, type: type, wantsUnicast: kind & 0x8000 != 0))
        }
        answers = try Self.records(bytes, &place, count: counts[1])
        authority = try Self.records(bytes, &place, count: counts[2])
        additional = try Self.records(bytes, &place, count: counts[3])
    }

    /// The bytes of the message.
    package var encoded: [UInt8] {
        var out: [UInt8] = []
        func put(_ number: UInt16) { out += [UInt8(number >> 8), UInt8(number & 0xFF)] }
        put(id)
        put(isResponse ? 0x8400 : 0)
        for count in [questions.count, answers.count, authority.count, additional.count] {
            put(UInt16(truncatingIfNeeded: count))
        }
        for question in questions {
            out += question.name.encoded
            put(question.type)
            put(question.wantsUnicast ? 0x8001 : 1)
        }
        for record in answers + authority + additional {
            out += record.name.encoded
            put(record.type)
            put(record.isFlush ? 0x8001 : 1)
            put(UInt16(record.ttlSeconds >> 16))
            put(UInt16(record.ttlSeconds & 0xFFFF))
            put(UInt16(truncatingIfNeeded: record.data.count))
            out += record.data
        }
        return out
    }

    private static func records(
        _ bytes: [UInt8], _ place: inout Int, count: Int
    ) throws(DNSFault) -> [DNSRecord] {
        var records: [DNSRecord] = []
        for _ in 0..<count {
            let name = try DNSName(bytes, &place)
            let type = try number(bytes, &place)
            let kind = try number(bytes, &place)
            let high = UInt32(try number(bytes, &place))
            let low = UInt32(try number(bytes, &place))
            let length = Int(try number(bytes, &place))
            guard place + length <= bytes.count else { throw .cutOff }
            let data = Array(bytes[place..<(place + length)])
            place += length
            guard kind & 0x7FFF == 1 else { continue }
            records.append(
                DNSRecord(
                    name, type: type, isFlush: kind & 0x8000 != 0, ttlSeconds: high << 16 | low,
                    data: data))
        }
        return records
    }

    private static func number(_ bytes: [UInt8], _ place: inout Int) throws(DNSFault) -> UInt16 {
        guard place + 2 <= bytes.count else { throw .cutOff }
        defer { place += 2 }
        return UInt16(bytes[place]) << 8 | UInt16(bytes[place + 1])
    }
}
