/// Medical record numbers as the clinic gives them: a prefix, six digits and a check digit.
///
/// The check digit finds every single wrong digit and every two neighbours that were swapped.
///
/// Spec: FEATURES DB-07; J. Verhoeff, Error Detecting Decimal Codes, 1969.
package enum RecordNumber {
    /// The naming system of the clinic's own record numbers.
    static let system = "urn:tribal-ehr:mrn"
    /// What stands before the numbers of facilities, by their id.
    static let chartSystem = "urn:tribal-ehr:chart-number:"
    static let prefix = "TRB-"
    /// What the number of a patient begins with whose name nobody knows yet.
    static let temporaryPrefix = "TEMP-"
    /// The most numbers of one series.
    static let numberMax = 999_999

    /// The record number of a place in the series, from 1 to ``numberMax``.
    package static func text(_ number: Int) -> String {
        let digits = padded(number)
        return "\(prefix)\(digits)\(checkDigit(digits.utf8.map { Int($0) - 0x30 }))"
    }

    /// Whether a text is a record number whose check digit fits.
    package static func isSound(_ text: String) -> Bool {
        guard text.hasPrefix(prefix) else { return false }
        let digits = text.utf8.dropFirst(prefix.utf8.count).map { Int($0) - 0x30 }
        guard digits.count == 7, digits.allSatisfy({ 0...9 ~= $0 }) else { return false }
        return checkDigit(Array(digits.dropLast())) == digits[6]
    }

    /// Whether a text was meant as a record number, and one of its digits is wrong.
    static func isSlip(_ text: String) -> Bool {
        let wanted = text.uppercased()
        guard wanted.hasPrefix(prefix) else { return false }
        let digits = wanted.utf8.dropFirst(prefix.utf8.count)
        return digits.count == 7 && digits.allSatisfy { 0x30...0x39 ~= $0 } && !isSound(wanted)
    }

    private static func padded(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 6 - text.utf8.count)) + text
    }

    private static func checkDigit(_ digits: [Int]) -> Int {
        var state = 0
        for (index, digit) in digits.reversed().enumerated() {
            state = product(state, permuted(digit, (index + 1) % 8))
        }
        return state < 5 ? (5 - state) % 5 : state
    }

    /// The product in the group of the ten symmetries of a pentagon: 0 to 4 turn it, 5 to 9 flip it.
    private static func product(_ a: Int, _ b: Int) -> Int {
        let (turnA, turnB) = (a % 5, b % 5)
        switch (a < 5, b < 5) {
        case (true, true): return (turnA + turnB) % 5
        case (true, false): return 5 + (turnA + turnB) % 5
        case (false, true): return 5 + (turnA - turnB + 5) % 5
        case (false, false): return (turnA - turnB + 5) % 5
        }
    }

    private static func permuted(_ digit: Int, _ times: Int) -> Int {
        var digit = digit
        for _ in 0..<times { digit = permutation[digit] }
        return digit
    }

    private static let permutation = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4]
}
