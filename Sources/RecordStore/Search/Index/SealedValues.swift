import FHIRModel
import FHIRSearch

/// The form of values that the search index holds sealed.
///
/// A byte for the kind of each value, then its texts, each with its length in four bytes before it;
/// a length of 0xFFFFFFFF stands for none.
enum SealedValues {
    /// The bytes of some values; sorted, so that equal values have equal bytes.
    static func encode(_ values: [IndexValue]) -> [UInt8] {
        var parts: [[UInt8]] = []
        for value in values {
            var out: [UInt8] = []
            append(value, to: &out)
            parts.append(out)
        }
        parts.sort { $0.lexicographicallyPrecedes($1) }
        return Array(parts.joined())
    }

    /// The values of some bytes; empty from the first on that has not the form.
    static func decode(_ bytes: [UInt8]) -> [IndexValue] {
        var reader = Reader(bytes: bytes)
        var values: [IndexValue] = []
        while let value = reader.value() { values.append(value) }
        return values
    }

    private static let absent = UInt32.max

    private static func append(_ value: IndexValue, to out: inout [UInt8]) {
        switch value {
        case .token(let system, let code, let text):
            out.append(1)
            for part in [system, code, text] { append(part, to: &out) }
        case .typedIdentifier(let system, let code, let value):
            out.append(2)
            for part in [system, code, value] { append(part, to: &out) }
        case .string(let text):
            out.append(3)
            append(text, to: &out)
        case .uri(let text):
            out.append(4)
            append(text, to: &out)
        case .date(let low, let high):
            out.append(5)
            append(low, to: &out)
            append(high, to: &out)
        case .position(let latitude, let longitude):
            out.append(6)
            append(Int64(bitPattern: latitude.bitPattern), to: &out)
            append(Int64(bitPattern: longitude.bitPattern), to: &out)
        // Persons have no parameters of these kinds, and all else has rows for them.
        case .reference, .number, .quantity, .composite: break
        }
    }

    private static func append(_ text: String?, to out: inout [UInt8]) {
        let count = text.map { UInt32(truncatingIfNeeded: $0.utf8.count) } ?? absent
        withUnsafeBytes(of: count.littleEndian) { out.append(contentsOf: $0) }
        if let text { out.append(contentsOf: text.utf8) }
    }

    private static func append(_ number: Int64, to out: inout [UInt8]) {
        withUnsafeBytes(of: number.littleEndian) { out.append(contentsOf: $0) }
    }

    private struct Reader {
        let bytes: [UInt8]
        var at = 0

        mutating func value() -> IndexValue? {
            guard at < bytes.count else { return nil }
            let kind = bytes[at]
            at += 1
            switch kind {
            case 1:
                guard let system = text(), let code = text(), let label = text() else { return nil }
                return .token(system: system, code: code, text: label)
            case 2:
                guard let system = text(), let code = text(), let code, let value = text(),
                    let value
                else { return nil }
                return .typedIdentifier(typeSystem: system, typeCode: code, value: value)
            case 3: return text().flatMap { $0 }.map { .string($0) }
            case 4: return text().flatMap { $0 }.map { .uri($0) }
            case 5:
                guard let low = number(), let high = number() else { return nil }
                return .date(low: low, high: high)
            case 6:
                guard let latitude = number(), let longitude = number() else { return nil }
                return .position(
                    latitude: Double(bitPattern: UInt64(bitPattern: latitude)),
                    longitude: Double(bitPattern: UInt64(bitPattern: longitude)))
            default: return nil
            }
        }

        private mutating func text() -> String?? {
            guard let count = unsigned() else { return nil }
            if count == SealedValues.absent { return .some(nil) }
            guard Int(count) <= bytes.count - at else { return nil }
            defer { at += Int(count) }
            return String(decoding: bytes[at..<at + Int(count)], as: UTF8.self)
        }

        private mutating func unsigned() -> UInt32? {
            guard bytes.count - at >= 4 else { return nil }
            defer { at += 4 }
            return bytes[at..<at + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }

        private mutating func number() -> Int64? {
            guard bytes.count - at >= 8 else { return nil }
            defer { at += 8 }
            return Int64(
                bitPattern: bytes[at..<at + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) })
        }
    }
}
