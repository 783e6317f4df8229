/// What a figure has to reach.
enum Aim: Sendable {
    /// Measured through base is at least this.
    case ratioMin(Double)
    /// Measured through base is at most this.
    case ratioMax(Double)
    case measuredMin(Double)
    case measuredMax(Double)

    var text: String {
        switch self {
        case .ratioMin(let value): "ratio ≥ \(Number.text(value))"
        case .ratioMax(let value): "ratio ≤ \(Number.text(value))"
        case .measuredMin(let value): "≥ \(Number.text(value))"
        case .measuredMax(let value): "≤ \(Number.text(value))"
        }
    }
}

/// One line of the result.
struct Figure: Sendable {
    let name: String
    let unit: String
    let measured: Double
    /// What the same machine does without the part that is measured, in the same unit.
    var base: Double?
    /// Measured through base: the median of the rounds, where there were rounds.
    var ratio: Double?
    var aim: Aim?
    /// How it was measured, in a few words.
    var detail = ""

    /// Whether the aim is reached; nil without one.
    var isMet: Bool? {
        switch aim {
        case nil: nil
        case .ratioMin(let value): (ratio ?? 0) >= value
        case .ratioMax(let value): (ratio ?? .infinity) <= value
        case .measuredMin(let value): measured >= value
        case .measuredMax(let value): measured <= value
        }
    }
}

/// Numbers as people read them.
enum Number {
    /// Three digits or more, with commas between thousands: `0.52`, `4.1`, `18,250`.
    static func text(_ value: Double) -> String {
        guard value.isFinite else { return "none" }
        if value.magnitude >= 100 { return grouped(Int(value.rounded())) }
        let places = value.magnitude >= 10 ? 1 : 2
        return rounded(value, places: places)
    }

    private static func rounded(_ value: Double, places: Int) -> String {
        let factor = places == 1 ? 10 : 100
        let scaled = Int((value * Double(factor)).rounded())
        let whole = scaled.magnitude / UInt(factor)
        let rest = String(scaled.magnitude % UInt(factor))
        let zeros = String(repeating: "0", count: places - rest.utf8.count)
        return "\(scaled < 0 ? "-" : "")\(whole).\(zeros)\(rest)"
    }

    private static func grouped(_ value: Int) -> String {
        var digits = String(value.magnitude)
        var groups: [String] = []
        while digits.utf8.count > 3 {
            groups.insert(String(digits.suffix(3)), at: 0)
            digits.removeLast(3)
        }
        groups.insert(digits, at: 0)
        return (value < 0 ? "-" : "") + groups.joined(separator: ",")
    }
}
