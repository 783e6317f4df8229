/// A name of the domain name system: labels from left to right, of 1 to 63 bytes each.
///
/// Letters of either case are the same.
///
/// Spec: RFC 1035, 2.3.4 and 3.1, https://www.rfc-editor.org/rfc/rfc1035#section-2.3.4; RFC 6762, 16,
/// https://www.rfc-editor.org/rfc/rfc6762#section-16
package struct DNSName: Hashable, Sendable {
    /// The most bytes of a name as it is written in a message.
    package static let bytesMax = 255
    /// How often a name may go on elsewhere in its message.
    package static let jumpsMax = 16

    /// In lower case.
    package let labels: [[UInt8]]

    /// The name `label.local`.
    package init(local label: String) {
        labels = [Self.lower(Array(label.utf8.prefix(63))), Array("local".utf8)]
    }

    /// Reads a name from a message.
    ///
    /// - Parameter place: where it begins; afterwards where the message goes on.
    /// - Throws: ``DNSFault``.
    init(_ bytes: [UInt8], _ place: inout Int) throws(DNSFault) {
        var labels: [[UInt8]] = []
        var index = place
        var end: Int?
        var jumps = 0
        var length = 1
        while true {
            guard index < bytes.count else { throw .cutOff }
            let count = Int(bytes[index])
            if count == 0 { break }
            if count >= 0xC0 {
                guard index + 1 < bytes.count else { throw .cutOff }
                let target = (count & 0x3F) << 8 | Int(bytes[index + 1])
                jumps += 1
                // Only back, so that a name cannot go round in circles.
                guard target < index, jumps <= Self.jumpsMax else { throw .circle }
                if end == nil { end = index + 2 }
                index = target
                continue
            }
            guard count < 64 else { throw .oddLabel }
            length += count + 1
            guard length <= Self.bytesMax else { throw .tooLong }
            guard index + 1 + count <= bytes.count else { throw .cutOff }
            labels.append(Self.lower(Array(bytes[(index + 1)...(index + count)])))
            index += 1 + count
        }
        place = end ?? index + 1
        self.labels = labels
    }

    /// The name as it is written in a message, without references to elsewhere.
    var encoded: [UInt8] {
        labels.flatMap { [UInt8(truncatingIfNeeded: $0.count)] + $0 } + [0]
    }

    /// The name for people, with dots.
    package var text: String {
        labels.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ".")
    }

    private static func lower(_ bytes: [UInt8]) -> [UInt8] {
        bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
    }
}

/// Why bytes are no message.
package enum DNSFault: Error, Hashable, Sendable {
    case cutOff, circle, oddLabel, tooLong, tooMany
}
