import Kernel

/// The code on the printed recovery kit: 160 random bits as eight groups of four characters and a
/// ninth of two check characters.
///
/// The alphabet has no I, L, O or U. Reading takes small letters, blanks and hyphens anywhere, O
/// for 0, and I or L for 1.
package struct RecoveryCode: Sendable, CustomStringConvertible {
    /// Bytes of the secret in the code.
    package static let secretBytes = 20

    /// The 160 bits.
    package let secret: SecretBytes

    /// Takes the bits of a code.
    init(secret: SecretBytes) {
        precondition(secret.count == RecoveryCode.secretBytes, "A recovery code has 20 bytes.")
        self.secret = secret
    }

    /// Reads a code as a person typed it.
    ///
    /// - Throws: ``RecoveryCodeError``; one wrong or two swapped characters are always noticed.
    package init(typed text: String) throws(RecoveryCodeError) {
        var digits: [UInt8]
        do throws(CodeLetters.Fault) {
            digits = try CodeLetters.read(text, count: RecoveryCode.digitCount)
        } catch {
            throw RecoveryCodeError(error)
        }
        self.init(secret: RecoveryCode.bits(of: digits[...]))
        SecretBytes.wipe(&digits)
    }

    /// A fresh code.
    package static func random() throws(SealingError) -> RecoveryCode {
        RecoveryCode(secret: try SecretBytes.random(secretBytes))
    }

    /// The code as it is printed, such as `7K2M-…-QX`.
    ///
    /// Whoever has this text can open every chart.
    package var text: String {
        let digits = secret.withBytes { CodeLetters.digits(of: $0, count: Self.digitCount) }
        return CodeLetters.text(digits + CodeLetters.checkDigits(digits[...]))
    }

    /// Eight hexadecimal digits that tell this kit from others and nothing of its code.
    package func kitID() throws(SealingError) -> String {
        try HKDF.derive(secret: secret, info: "tribal-ehr/kit-id", count: 4).withBytes {
            Hex.text($0)
        }.uppercased()
    }

    package var description: String { "<recovery code>" }

    private static let digitCount = 32

    private static func bits(of digits: ArraySlice<UInt8>) -> SecretBytes {
        SecretBytes(count: secretBytes) { (into) throws(Never) in
            for (index, digit) in digits.enumerated() {
                let bit = index * 5
                let placed = UInt16(digit) << UInt16(11 - bit % 8)
                into[bit / 8] |= UInt8(truncatingIfNeeded: placed >> 8)
                if bit / 8 + 1 < into.count {
                    into[bit / 8 + 1] |= UInt8(truncatingIfNeeded: placed)
                }
            }
        }
    }
}

/// Why a typed recovery code is none.
package enum RecoveryCodeError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Not 34 characters; how many there were, nil where nobody counted.
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
            "A recovery code has 34 letters and digits, this one has \(count). Type all nine groups."
        case .length(nil): "A recovery code has 34 letters and digits. Type all nine groups."
        case .character(let group):
            "Group \(group) of the recovery code holds a character that no code has. Type it again."
        case .checksum:
            "The recovery code has a typing mistake: its last two characters do not fit the others. "
                + "Compare it with the printed kit, group by group."
        }
    }
}

extension RecoveryCode {
    /// Groups of four characters before the check characters.
    package static let groupCount = 8

    /// The groups of the code as they stand on the kit, without the check characters.
    package var groups: [String] {
        text.split(separator: "-").prefix(Self.groupCount).map(String.init)
    }

    /// A part of a code as it is compared: letters that are read as others count as those.
    package static func folded(_ typed: String) -> String {
        let digits = typed.utf8.prefix(64).filter { !CodeLetters.isBlank($0) }
            .compactMap { CodeLetters.digit($0) }
        return CodeLetters.text(digits)
    }
}
