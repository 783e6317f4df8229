/// The code by which somebody proves to stand at the box that is being set up: 128 random bits and
/// two check characters, as seven groups of four.
///
/// Spec: SECURITY S13.
package struct SetupCode: Sendable, CustomStringConvertible {
    /// Random bytes of a code.
    package static let randomBytes = 16
    private static let digitCount = 26

    private let digits: [UInt8]

    /// Makes a code of ``randomBytes`` random bytes.
    package init(random bytes: [UInt8]) {
        precondition(bytes.count == Self.randomBytes, "A setup code has 16 bytes.")
        digits = bytes.withUnsafeBytes { CodeLetters.digits(of: $0, count: Self.digitCount) }
    }

    /// Reads a code as a person typed it.
    ///
    /// - Throws: ``SetupCodeError``; one wrong or two swapped characters are always noticed.
    package init(typed text: String) throws(SetupCodeError) {
        do throws(CodeLetters.Fault) {
            digits = try CodeLetters.read(text, count: Self.digitCount)
        } catch {
            throw SetupCodeError(error)
        }
    }

    /// The code as it is shown, such as `7K2M-…-QX0A`; whoever has it may set the box up.
    package var text: String { CodeLetters.text(digits + CodeLetters.checkDigits(digits[...])) }

    /// Whether two codes are the same, in a time that does not tell where they differ.
    package func equals(_ other: SetupCode) -> Bool { SHA256.equal(digits, other.digits) }

    package var description: String { "<setup code>" }
}

/// Why a typed setup code is none.
package enum SetupCodeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not 28 characters; how many there were, nil where nobody counted.
    case length(Int?)
    /// A character that no code has, in this group counted from 1.
    case character(group: Int)
    /// The check characters do not fit: something was mistyped.
    case checksum

    init(_ fault: CodeLetters.Fault) {
        switch fault {
        case .length(let count): self = .length(count)
        case .character(let group): self = .character(group: group)
        case .checksum: self = .checksum
        }
    }

    package var description: String {
        switch self {
        case .length(let count?):
            "A setup code has 28 letters and digits, this one has \(count). Type all seven groups."
        case .length(nil): "A setup code has 28 letters and digits. Type all seven groups."
        case .character(let group):
            "Group \(group) of the setup code holds a character that no code has. Type it again."
        case .checksum:
            "The setup code has a typing mistake: its last two characters do not fit the others. "
                + "Compare it with the one that the box shows, group by group."
        }
    }
}
