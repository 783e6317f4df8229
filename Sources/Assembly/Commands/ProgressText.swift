/// The words of a progress line.
package enum ProgressText {
    private static let barColumns = 24

    /// `[######------]  42% what`, cut to `columns`.
    ///
    /// - Parameter part: 0 to 1; anything else counts as the nearer end.
    package static func bar(part: Double, _ what: String, columns: Int) -> String {
        let inBounds = part.isFinite ? min(1, max(0, part)) : 0
        let full = Int(inBounds * Double(barColumns))
        let percent = "\(Int(inBounds * 100))"
        let bar =
            "[" + String(repeating: "#", count: full)
            + String(repeating: "-", count: barColumns - full) + "] "
            + String(repeating: " ", count: 3 - percent.count) + percent + "% "
        return String((bar + what).prefix(max(1, columns - 1)))
    }

    /// `1,234,567`.
    package static func grouped(_ number: Int) -> String {
        let digits = Array("\(abs(number))")
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0 && (digits.count - index).isMultiple(of: 3) { text += "," }
            text.append(digit)
        }
        return (number < 0 ? "-" : "") + text
    }

    /// `1 file`, `2 files`, `0 files`.
    package static func counted(_ number: Int, _ one: String, _ many: String? = nil) -> String {
        "\(grouped(number)) \(number == 1 ? one : many ?? one + "s")"
    }
}
