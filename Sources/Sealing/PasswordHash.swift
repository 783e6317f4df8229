import CArgon2

/// Passwords as argon2id texts (PHC string format), such as `$argon2id$v=19$m=65536,t=3,p=1$…$…`.
///
/// Each call takes 0.2 s of a core and 64 MiB: inside the server only ``PasswordPool`` calls it.
///
/// Spec: RFC 9106, https://www.rfc-editor.org/rfc/rfc9106; NIST SP 800-63B-4, 3.1.1.2
package enum PasswordHash {
    /// The longest password that is hashed, in bytes.
    package static let passwordBytesMax = 4_096
    private static let saltBytes = 16
    private static let hashBytes = 32

    /// The text to store for a password, with a fresh salt.
    package static func hash(
        _ password: [UInt8], cost: Argon2Cost = .password
    ) throws(SealingError) -> String {
        guard password.count <= passwordBytesMax else {
            throw SealingError.library("argon2id: too long")
        }
        let salt = try Random.bytes(saltBytes)
        var text = [CChar](
            repeating: 0,
            count: argon2_encodedlen(
                cost.passes, cost.memoryKiB, cost.lanes, UInt32(saltBytes), UInt32(hashBytes),
                Argon2_id))
        let code = argon2id_hash_encoded(
            cost.passes, cost.memoryKiB, cost.lanes, password, password.count, salt, salt.count,
            hashBytes, &text, text.count)
        guard code == ARGON2_OK.rawValue else {
            throw SealingError.library("argon2id: \(String(cString: argon2_error_message(code)))")
        }
        return String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Whether a password is the one that was stored.
    ///
    /// A text that is none, or that asks for more memory than any of ours, matches no password.
    package static func verify(_ password: [UInt8], against stored: String) -> Bool {
        guard password.count <= passwordBytesMax, let cost = cost(of: stored), cost.isBearable
        else {
            return false
        }
        return argon2id_verify(stored, password, password.count) == ARGON2_OK.rawValue
    }

    /// Whether a stored text was made at another cost than this one, and is to be made anew when
    /// the password is next at hand.
    package static func needsRehash(_ stored: String, cost wanted: Argon2Cost = .password) -> Bool {
        cost(of: stored) != wanted
    }

    private static func cost(of stored: String) -> Argon2Cost? {
        let parts = stored.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[1] == "argon2id", parts[2] == "v=19" else { return nil }
        var values: [Substring: UInt32] = [:]
        for field in parts[3].split(separator: ",") {
            let pair = field.split(separator: "=")
            guard pair.count == 2, let value = UInt32(pair[1]) else { return nil }
            values[pair[0]] = value
        }
        guard let memory = values["m"], let passes = values["t"], let lanes = values["p"] else {
            return nil
        }
        return Argon2Cost(passes: passes, memoryKiB: memory, lanes: lanes)
    }
}
