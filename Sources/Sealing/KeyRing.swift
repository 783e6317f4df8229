import Kernel

/// The master keys of a data folder, closed: which slots there are, and how to open it with one.
///
/// A master key is 256 random bits that are never stored in clear. Each slot (machine, recovery
/// kit, passphrase) holds it wrapped. All changes replace `keyring.json` as a whole.
package struct KeyRing: Sendable {
    /// One way to open the ring, as a list of them shows it.
    package struct Slot: Hashable, Sendable {
        /// What opens it.
        package let kind: SlotKind
        /// The kit number of a recovery kit; the kind's name for the others.
        package let id: String
        /// When it was made, in UTC milliseconds.
        package let createdAtMs: Int64
    }

    /// A secret that opens a slot.
    package enum Unlock: Sendable {
        case machine(SecretBytes)
        case recovery(RecoveryCode)
        case passphrase([UInt8])

        /// The kind of slot it opens.
        package var kind: SlotKind {
            switch self {
            case .machine: .machine
            case .recovery: .recovery
            case .passphrase: .passphrase
            }
        }
    }

    /// A key ring that was just made, with the code to print.
    package struct Created: Sendable {
        /// The ring, open.
        package let ring: OpenKeyRing
        /// The code of the recovery kit; it is nowhere else.
        package let recoveryCode: RecoveryCode
        /// The number of the recovery kit.
        package let kitID: String
    }

    /// The file in the data folder.
    package static let fileName = KeyRingFile.name

    private let folder: String
    private let file: KeyRingFile

    /// Whether a folder has a key ring, readable or not.
    package static func exists(folder: String) -> Bool {
        do {
            _ = try KeyRingFile.read(folder: folder)
            return true
        } catch {
            return error != .missing(folder: folder)
        }
    }

    /// Makes the key ring of an empty data folder, with a machine slot and a recovery slot.
    ///
    /// The caller has made sure that the folder holds no data yet.
    ///
    /// - Throws: ``KeyRingError/exists(folder:)`` if there is one.
    package static func create(
        folder: String, machine: SecretBytes, nowMs: Int64
    ) throws(KeyRingError) -> Created {
        let code = try sealing { () throws(SealingError) in try RecoveryCode.random() }
        let kitID = try sealing { () throws(SealingError) in try code.kitID() }
        var file = KeyRingFile(slots: [], generations: [])
        let master = try sealing { () throws(SealingError) in
            try SecretBytes.random(AESGCM.keyBytes)
        }
        try file.append(master: master, number: 1, nowMs: nowMs)
        try file.put(
            slot: .init(kind: .machine, id: SlotKind.machine.rawValue, createdAtMs: nowMs),
            wrapping: SlotKey.machine(machine), masters: [1: master])
        try file.put(
            slot: .init(kind: .recovery, id: kitID, createdAtMs: nowMs),
            wrapping: SlotKey.recovery(code), masters: [1: master])
        try file.write(folder: folder, replacing: false)
        let ring = OpenKeyRing(folder: folder, file: file, masters: [1: master])
        return Created(ring: ring, recoveryCode: code, kitID: kitID)
    }

    /// Reads the key ring of a data folder.
    ///
    /// - Throws: ``KeyRingError``: missing, damaged, newer, or open to others.
    package static func load(folder: String) throws(KeyRingError) -> KeyRing {
        KeyRing(folder: folder, file: try KeyRingFile.read(folder: folder))
    }

    /// The slots, oldest first.
    package var slots: [Slot] { file.listed }

    /// Opens every master key with one secret.
    ///
    /// - Throws: ``KeyRingError``: which secret is wrong, and what to do; under 1 s except for a
    ///   passphrase, which takes its 1 to 2 s.
    package func open(with unlock: Unlock) throws(KeyRingError) -> OpenKeyRing {
        let candidates = file.slots.filter { $0.kind == unlock.kind }
        guard let first = candidates.first else { throw KeyRingError.noSlot(unlock.kind) }
        let slot: KeyRingFile.Slot
        let wrapping: SecretBytes
        switch unlock {
        case .machine(let secret):
            slot = first
            wrapping = try SlotKey.machine(secret)
        case .recovery(let code):
            let kitID = try sealing { () throws(SealingError) in try code.kitID() }
            guard let kit = candidates.first(where: { $0.id == kitID }) else {
                throw KeyRingError.wrongKit(needed: candidates.map(\.id), entered: kitID)
            }
            slot = kit
            wrapping = try SlotKey.recovery(code)
        case .passphrase(let bytes):
            slot = first
            wrapping = try SlotKey.passphrase(
                bytes, first.passphrase, path: KeyRingFile.path(in: folder))
        }
        let masters = try file.masters(
            slot: slot, wrapping: wrapping, path: KeyRingFile.path(in: folder))
        return OpenKeyRing(folder: folder, file: file, masters: masters)
    }
}

extension KeyRing {
    /// Opens the ring with the master keys of another one, such as a copy of it in a backup.
    ///
    /// - Throws: ``KeyRingError/noGeneration(_:)`` where the other ring has other master keys.
    package func open(with other: OpenKeyRing) throws(KeyRingError) -> OpenKeyRing {
        let masters = other.masters
        for generation in file.generations {
            guard let master = masters[generation.number],
                try KeyRingFile.check(of: master, number: generation.number)
                    == generation.checkHex
            else { throw .noGeneration(generation.number) }
        }
        let numbers = Set(file.generations.map(\.number))
        return OpenKeyRing(
            folder: folder, file: file, masters: masters.filter { numbers.contains($0.key) })
    }
}

/// The keys that wrap master keys, from the secrets of the slots.
enum SlotKey {
    static func machine(_ secret: SecretBytes) throws(KeyRingError) -> SecretBytes {
        try sealing { () throws(SealingError) in
            try HKDF.derive(secret: secret, info: "tribal-ehr/slot/machine")
        }
    }

    static func recovery(_ code: RecoveryCode) throws(KeyRingError) -> SecretBytes {
        try sealing { () throws(SealingError) in
            try HKDF.derive(secret: code.secret, info: "tribal-ehr/slot/recovery")
        }
    }

    static func passphrase(
        _ bytes: [UInt8], _ how: KeyRingFile.Passphrase?, path: String
    ) throws(KeyRingError) -> SecretBytes {
        guard let how, let salt = Hex.bytes(how.saltHex) else {
            throw KeyRingError.damaged(path: path)
        }
        let cost = Argon2Cost(passes: how.passes, memoryKiB: how.memoryKiB, lanes: how.lanes)
        return try sealing { () throws(SealingError) in
            try Argon2.derive(bytes, salt: salt, cost: cost, count: AESGCM.keyBytes)
        }
    }
}

/// Runs a part of sealing and tells its failure as one of the key ring.
func sealing<Result>(
    _ body: () throws(SealingError) -> Result
) throws(KeyRingError) -> Result {
    do throws(SealingError) {
        return try body()
    } catch {
        throw KeyRingError.sealing(error)
    }
}
