import FHIRModel
import Kernel

/// The rules of sign-in names.
enum Username {
    /// The shortest and longest name, in characters.
    static let characters = 2...64

    /// The form in which names are compared: letter case and ways to write a letter do not matter.
    ///
    /// Spec: Unicode Standard Annex 15, NFKC, https://www.unicode.org/reports/tr15/
    static func folded(_ typed: String) -> String {
        let trimmed = typed.drop(while: \.isWhitespace)
        guard let end = trimmed.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return NFKC.normalize(NFKC.normalize(String(trimmed[...end])).lowercased())
    }

    /// The name as it is kept.
    ///
    /// - Throws: ``Problem`` `.value` if it is too short, too long, or has other characters than
    ///   letters, digits and `. _ - @`.
    static func checked(_ typed: String) throws(Problem) -> String {
        let trimmed = typed.drop(while: \.isWhitespace)
        let end = trimmed.lastIndex(where: { !$0.isWhitespace })
        let name = NFKC.normalize(end.map { String(trimmed[...$0]) } ?? "")
        guard characters.contains(name.unicodeScalars.count),
            name.unicodeScalars.allSatisfy(isAllowed)
        else {
            throw Problem(
                .value,
                "A sign-in name has \(characters.lowerBound) to \(characters.upperBound) letters, "
                    + "digits or the characters . _ - @.", location: "username")
        }
        return name
    }

    private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ".", "_", "-", "@": true
        default:
            scalar.properties.isAlphabetic || scalar.properties.numericType == .decimal
                || scalar.properties.generalCategory == .nonspacingMark
        }
    }
}
