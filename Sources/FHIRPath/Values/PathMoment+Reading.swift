import FHIRModel

extension PathMoment {
    /// Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; nil for anything else.
    package static func date(_ text: String) -> PathMoment? {
        MomentReader.whole(text.utf8) { $0.date() }
    }

    /// Reads a date or a date with time, also without zone and to the hour or minute only; nil for
    /// anything else.
    package static func dateTime(_ text: String) -> PathMoment? {
        MomentReader.whole(text.utf8) { $0.dateTime() }
    }

    /// Reads a time of day; nil for anything else.
    package static func time(_ text: String) -> PathMoment? {
        MomentReader.whole(text.utf8) { $0.time() }
    }

    /// Reads the literal behind an `@` of an expression.
    ///
    /// - Returns: The value and how many bytes it takes; nil if none stands here.
    static func literal(_ bytes: ArraySlice<UInt8>) -> (PathMoment, byteCount: Int)? {
        var reader = MomentReader(bytes)
        let value: PathMoment?
        if bytes.first == 0x54 {
            reader.skipByte()
            value = reader.time()
        } else {
            value = reader.literalDate()
        }
        return value.map { ($0, bytes.count - reader.rest.count) }
    }
}

/// Takes the text of a date or time apart.
private struct MomentReader {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    static func whole(
        _ text: String.UTF8View, _ read: (inout MomentReader) -> PathMoment?
    ) -> PathMoment? {
        guard text.count <= 64 else { return nil }
        var reader = MomentReader(Array(text)[...])
        let value = read(&reader)
        return reader.rest.isEmpty ? value : nil
    }

    mutating func skipByte() { rest.removeFirst() }

    mutating func date() -> PathMoment? {
        guard let year = number(4), year > 0 else { return nil }
        var value = PathMoment(.date, .year)
        value.year = year
        guard take(0x2D) else { return value }
        guard let month = number(2), (1...12).contains(month) else { return nil }
        value.month = month
        value.precision = .month
        guard take(0x2D) else { return value }
        guard let day = number(2), day > 0,
            day <= FHIRDateTime.dayCount(year: year, month: month)
        else { return nil }
        value.day = day
        value.precision = .day
        return value
    }

    mutating func dateTime() -> PathMoment? {
        guard var value = date() else { return nil }
        value.kind = .dateTime
        guard value.precision == .day, take(0x54) else { return value }
        guard timeFields(&value), zone(&value) else { return nil }
        return value
    }

    /// A date, or with a `T` behind it a point of time.
    mutating func literalDate() -> PathMoment? {
        guard var value = date() else { return nil }
        guard take(0x54) else { return value }
        value.kind = .dateTime
        guard value.precision == .day, rest.first.map({ $0 &- 0x30 < 10 }) == true else {
            return value
        }
        guard timeFields(&value), zone(&value) else { return nil }
        return value
    }

    mutating func time() -> PathMoment? {
        var value = PathMoment(.time, .hour)
        return timeFields(&value) ? value : nil
    }

    private mutating func timeFields(_ value: inout PathMoment) -> Bool {
        guard let hour = number(2), hour < 24 else { return false }
        value.hour = hour
        value.precision = .hour
        guard take(0x3A) else { return true }
        guard let minute = number(2), minute < 60 else { return false }
        value.minute = minute
        value.precision = .minute
        guard take(0x3A) else { return true }
        guard let second = number(2), second <= 60 else { return false }
        value.second = second
        value.precision = .second
        guard rest.first == 0x2E, rest.dropFirst().first.map({ $0 &- 0x30 < 10 }) == true else {
            return true
        }
        skipByte()
        let digits = rest.prefix { $0 &- 0x30 < 10 }
        var nanosecond = 0
        for place in 0..<9 {
            let index = digits.startIndex + place
            nanosecond = nanosecond * 10 + (index < digits.endIndex ? Int(digits[index]) - 0x30 : 0)
        }
        value.nanosecond = nanosecond
        value.fractionDigits = min(digits.count, 9)
        value.precision = .fraction
        rest = rest.dropFirst(digits.count)
        return true
    }

    private mutating func zone(_ value: inout PathMoment) -> Bool {
        switch rest.first {
        case 0x5A:
            skipByte()
            value.offsetMinutes = 0
        case 0x2B, 0x2D:
            let before = rest
            let isWest = rest.first == 0x2D
            skipByte()
            guard let hours = number(2), take(0x3A), let minutes = number(2) else {
                rest = before
                return true
            }
            guard hours <= 14, minutes < 60 else { return false }
            value.offsetMinutes = (isWest ? -1 : 1) * (hours * 60 + minutes)
        default: break
        }
        return true
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        skipByte()
        return true
    }

    private mutating func number(_ width: Int) -> Int? {
        let digits = rest.prefix(width)
        guard digits.count == width, digits.allSatisfy({ $0 &- 0x30 < 10 }) else { return nil }
        rest = rest.dropFirst(width)
        return digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
    }
}
