/// What a password must be like: long enough, and not a guess that everybody makes first.
///
/// No kinds of characters are asked for and no password expires, as the standard demands.
///
/// Spec: NIST SP 800-63B-4, 3.1.1.2, https://pages.nist.gov/800-63-4/sp800-63b.html
struct PasswordRules: Sendable {
    /// The shortest password that a setting may allow, in characters.
    static let charactersLeast = 8

    /// The shortest password, in characters.
    let charactersMin: Int
    /// The name of the clinic, whose words are no secret.
    let clinicName: String

    init(charactersMin: Int, clinicName: String) {
        self.charactersMin = max(Self.charactersLeast, charactersMin)
        self.clinicName = clinicName
    }

    /// What is wrong with a password, as sentences; empty if it is accepted.
    func problems(_ password: Password, username: String, displayName: String) -> [String] {
        if password.isTooLong {
            return ["Use at most \(Password.charactersMax) characters."]
        }
        guard password.characterCount >= charactersMin else {
            return [
                "Use at least \(charactersMin) characters; a few words that do not belong together "
                    + "are easy to remember."
            ]
        }
        if isLike(password, username) || isLike(password, displayName) {
            return ["Choose a password that is not like your name."]
        }
        let words = GuessCost(personal: [username, displayName, clinicName])
        guard words.bits(of: password.text) >= bitsMin else {
            return [
                "This password is made of words, names, years or rows of keys that are tried "
                    + "first. Choose one that others cannot guess."
            ]
        }
        return []
    }

    /// What the easiest description of a password must cost at least, in bits.
    private var bitsMin: Int { min(33, 2 * charactersMin + 3) }

    /// Whether more than six tenths of a password stand in a name in one piece.
    private func isLike(_ password: Password, _ name: String) -> Bool {
        let one = GuessCost.folded(password.text)
        let other = GuessCost.folded(name)
        guard !one.isEmpty, other.count >= 3 else { return false }
        return Self.longestCommonRun(one, other) * 10 > one.count * 6
    }

    private static func longestCommonRun(_ one: [Unicode.Scalar], _ other: [Unicode.Scalar]) -> Int
    {
        var longest = 0
        var row = [Int](repeating: 0, count: other.count + 1)
        for scalar in one {
            var next = [Int](repeating: 0, count: other.count + 1)
            for (index, compared) in other.enumerated() where compared == scalar {
                next[index + 1] = row[index] + 1
                longest = max(longest, next[index + 1])
            }
            row = next
        }
        return longest
    }
}
