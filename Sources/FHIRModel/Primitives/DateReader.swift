/// Takes the text of a date apart.
struct DateReader {
    private(set) var precision = FHIRDateTime.Precision.year
    private(set) var year = 1
    private(set) var month = 1
    private(set) var day = 1
    private(set) var hour = 0
    private(set) var minute = 0
    private(set) var second = 0
    private(set) var nanosecond = 0
    private(set) var offsetMinutes: Int?

    private var rest: Substring.UTF8View

    init(_ text: String) { rest = Substring(text).utf8 }

    mutating func read(_ kind: FHIRDateTime.Kind) throws(FHIRDateError) {
        guard !rest.isEmpty else { throw FHIRDateError(.empty) }
        guard rest.count <= 64 else { throw FHIRDateError(.tooLong) }
        try readDate()
        guard !rest.isEmpty else {
            if kind == .instant { throw FHIRDateError(.needsTime) }
            return
        }
        guard precision == .day, take(0x54) else { throw FHIRDateError(.form) }
        if kind == .date { throw FHIRDateError(.noTime) }
        try readTime(minutesSuffice: kind == .search)
        try readZone()
        if offsetMinutes == nil, kind != .search { throw FHIRDateError(.needsZone) }
    }

    private mutating func readDate() throws(FHIRDateError) {
        year = try number(width: 4, in: 1...9999, or: .year)
        guard take(0x2D) else { return }
        month = try number(width: 2, in: 1...12, or: .month)
        precision = .month
        guard take(0x2D) else { return }
        let last = FHIRDateTime.dayCount(year: year, month: month)
        day = try number(width: 2, in: 1...last, or: .day)
        precision = .day
    }

    private mutating func readTime(minutesSuffice: Bool) throws(FHIRDateError) {
        hour = try number(width: 2, in: 0...23, or: .hour)
        guard take(0x3A) else { throw FHIRDateError(.form) }
        minute = try number(width: 2, in: 0...59, or: .minute)
        precision = .minute
        guard take(0x3A) else {
            if minutesSuffice { return }
            throw FHIRDateError(.form)
        }
        second = try number(width: 2, in: 0...60, or: .second)
        precision = .second
        guard take(0x2E) else { return }
        let digits = rest.prefix { $0 &- 0x30 < 10 }.map { Int($0) - 0x30 }
        guard !digits.isEmpty else { throw FHIRDateError(.form) }
        rest.removeFirst(digits.count)
        let nine = digits.prefix(9) + repeatElement(0, count: max(0, 9 - digits.count))
        nanosecond = nine.reduce(0) { $0 * 10 + $1 }
        precision = .fraction
    }

    private mutating func readZone() throws(FHIRDateError) {
        guard let sign = rest.popFirst() else { return }
        switch sign {
        case 0x5A: offsetMinutes = 0
        case 0x2B, 0x2D:
            let hours = try number(width: 2, in: 0...14, or: .offset)
            guard take(0x3A) else { throw FHIRDateError(.form) }
            let minutes = try number(width: 2, in: 0...(hours == 14 ? 0 : 59), or: .offset)
            offsetMinutes = (sign == 0x2D ? -1 : 1) * (hours * 60 + minutes)
        default: throw FHIRDateError(.form)
        }
        guard rest.isEmpty else { throw FHIRDateError(.form) }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard rest.first == byte else { return false }
        rest.removeFirst()
        return true
    }

    private mutating func number(
        width: Int, in range: ClosedRange<Int>, or code: FHIRDateError.Code
    ) throws(FHIRDateError) -> Int {
        let digits = rest.prefix(width)
        guard digits.count == width, digits.allSatisfy({ $0 &- 0x30 < 10 }) else {
            throw FHIRDateError(.form)
        }
        let value = digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
        guard range.contains(value) else { throw FHIRDateError(code) }
        rest.removeFirst(width)
        return value
    }
}

/// The form of a time of day without date.
///
/// Spec: FHIR R4 time, https://hl7.org/fhir/R4/datatypes.html#time
package enum FHIRTime {
    /// Whether a text is `hh:mm:ss`, with or without parts of a second.
    package static func isValid(_ text: String) -> Bool {
        guard text.utf8.count <= 40, text.utf8.last.map({ $0 &- 0x30 < 10 }) == true else {
            return false
        }
        // A failure is the answer «no»; which rule failed does not matter here.
        return (try? FHIRDateTime("2000-01-01T\(text)Z", as: .instant)) != nil
    }
}
