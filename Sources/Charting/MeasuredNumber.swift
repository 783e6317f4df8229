/// A number as somebody typed it, exact to the thousandth.
///
/// Thousandths are whole numbers, so that limits and conversions come out the same everywhere.
struct MeasuredNumber: Equatable, Sendable {
    /// The largest number, in thousandths.
    static let thousandthsMax = 9_999_999

    /// The number times 1,000.
    let thousandths: Int
    /// The number as it is written to the record: as typed, without needless signs.
    let text: String

    /// Makes a number of thousandths, written with as few digits as it takes.
    init(thousandths: Int) {
        self.thousandths = thousandths
        text = Self.text(thousandths)
    }

    /// Reads `72`, `98.6` or `,5` with at most four digits before the point and three after it.
    ///
    /// Nil for anything else.
    init?(_ typed: String) {
        var (whole, part, places) = (0, 0, 0)
        var (digits, hasPoint) = (0, false)
        for byte in typed.utf8 {
            switch byte {
            case 0x30...0x39:
                digits += 1
                if hasPoint {
                    places += 1
                    guard places <= 3 else { return nil }
                    part = part * 10 + Int(byte - 0x30)
                } else {
                    whole = whole * 10 + Int(byte - 0x30)
                    guard whole <= 9_999 else { return nil }
                }
            case 0x2E, 0x2C:
                guard !hasPoint else { return nil }
                hasPoint = true
            default: return nil
            }
        }
        guard digits > 0 else { return nil }
        for _ in places..<3 { part *= 10 }
        thousandths = whole * 1_000 + part
        text = Self.written(whole, typed, places: places)
    }

    /// As typed, so that `98.0` stays `98.0`.
    private static func written(_ whole: Int, _ typed: String, places: Int) -> String {
        guard places > 0 else { return "\(whole)" }
        return "\(whole).\(String(typed.suffix(places)))"
    }

    private static func text(_ thousandths: Int) -> String {
        let (whole, part) = thousandths.quotientAndRemainder(dividingBy: 1_000)
        guard part > 0 else { return "\(whole)" }
        var digits = "\(1_000 + part)".dropFirst()
        while digits.last == "0" { digits.removeLast() }
        return "\(whole).\(digits)"
    }

    /// The number rounded to tenths, halves up.
    var tenths: MeasuredNumber { MeasuredNumber(thousandths: (thousandths + 50) / 100 * 100) }
}
