import CArgon2

/// What an argon2id computation costs.
package struct Argon2Cost: Hashable, Sendable {
    /// Passes over the memory.
    package let passes: UInt32
    /// Memory in KiB.
    package let memoryKiB: UInt32
    /// Lanes, each a thread of its own.
    package let lanes: UInt32

    /// Names a cost.
    package init(passes: UInt32, memoryKiB: UInt32, lanes: UInt32) {
        self.passes = passes
        self.memoryKiB = memoryKiB
        self.lanes = lanes
    }

    /// Of a sign-in password: about 0.2 s of one core.
    package static let password = Argon2Cost(passes: 3, memoryKiB: 64 << 10, lanes: 1)
    /// Of a passphrase that opens the key ring: more than a second of two cores, once at start.
    package static let keyRing = Argon2Cost(passes: 4, memoryKiB: 256 << 10, lanes: 2)
    /// The most that is read from a file or a table, so that a changed row cannot take all memory.
    static let most = Argon2Cost(passes: 16, memoryKiB: 1 << 20, lanes: 8)

    var isBearable: Bool {
        (1...Argon2Cost.most.passes).contains(passes)
            && (8...Argon2Cost.most.memoryKiB).contains(memoryKiB)
            && (1...Argon2Cost.most.lanes).contains(lanes)
    }
}

/// Argon2id over libargon2.
///
/// Spec: RFC 9106, https://www.rfc-editor.org/rfc/rfc9106
enum Argon2 {
    static func derive(
        _ secret: [UInt8], salt: [UInt8], cost: Argon2Cost, count: Int
    ) throws(SealingError) -> SecretBytes {
        guard cost.isBearable else { throw SealingError.library("argon2id: cost out of range") }
        return try SecretBytes(count: count) { (into) throws(SealingError) in
            let code = argon2id_hash_raw(
                cost.passes, cost.memoryKiB, cost.lanes, secret, secret.count, salt, salt.count,
                into.baseAddress, count)
            guard code == ARGON2_OK.rawValue else {
                throw SealingError.library(
                    "argon2id: \(String(cString: argon2_error_message(code)))")
            }
        }
    }
}
