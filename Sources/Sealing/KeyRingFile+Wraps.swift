import Kernel

extension KeyRingFile {
    /// The slots as they are shown.
    var listed: [KeyRing.Slot] {
        slots.map { KeyRing.Slot(kind: $0.kind, id: $0.id, createdAtMs: $0.createdAtMs) }
    }

    /// Adds a generation that no slot wraps yet.
    mutating func append(master: SecretBytes, number: Int, nowMs: Int64) throws(KeyRingError) {
        let check = try KeyRingFile.check(of: master, number: number)
        generations.append(
            Generation(number: number, createdAtMs: nowMs, checkHex: check, wraps: []))
    }

    /// Adds a slot, or replaces the one of the same id, with its wraps of every generation.
    mutating func put(
        slot: Slot, wrapping: SecretBytes, masters: [Int: SecretBytes]
    ) throws(KeyRingError) {
        remove(slot: slot.id)
        slots.append(slot)
        for index in generations.indices {
            guard let master = masters[generations[index].number] else {
                throw KeyRingError.noGeneration(generations[index].number)
            }
            try wrap(generation: index, slot: slot, wrapping: wrapping, master: master)
        }
    }

    /// Wraps the master key of one generation for a slot.
    mutating func wrap(
        generation index: Int, slot: Slot, wrapping: SecretBytes, master: SecretBytes
    ) throws(KeyRingError) {
        let number = generations[index].number
        let made = try sealing { () throws(SealingError) in
            Wrap(
                slot: slot.id,
                masterHex: try KeyRingFile.wrapped(
                    master, under: wrapping, KeyRingFile.place("master", slot, number)),
                wrappingHex: try KeyRingFile.wrapped(
                    wrapping,
                    under: try HKDF.derive(secret: master, info: "tribal-ehr/slot-keys/\(number)"),
                    KeyRingFile.place("wrapping", slot, number)))
        }
        generations[index].wraps.append(made)
    }

    /// Takes a slot and its wraps out.
    mutating func remove(slot id: String) {
        slots.removeAll { $0.id == id }
        for index in generations.indices { generations[index].wraps.removeAll { $0.slot == id } }
    }

    /// The master keys of all generations.
    func masters(
        slot: Slot, wrapping: SecretBytes, path: String
    ) throws(KeyRingError) -> [Int: SecretBytes] {
        var found: [Int: SecretBytes] = [:]
        for generation in generations {
            guard let wrap = generation.wraps.first(where: { $0.slot == slot.id }),
                let sealed = Hex.bytes(wrap.masterHex)
            else { throw KeyRingError.damaged(path: path) }
            let master: SecretBytes
            do throws(SealingError) {
                master = try KeyRingFile.unwrapped(
                    sealed, under: wrapping, KeyRingFile.place("master", slot, generation.number))
            } catch {
                // The checksum has shown that the file is as it was written: the secret is another
                // one.
                switch slot.kind {
                case .machine: throw KeyRingError.wrongMachineKey
                case .recovery:
                    throw KeyRingError.wrongKit(needed: [slot.id], entered: "of another folder")
                case .passphrase: throw KeyRingError.wrongPassphrase
                }
            }
            guard
                try KeyRingFile.check(of: master, number: generation.number) == generation.checkHex
            else {
                throw KeyRingError.damaged(path: path)
            }
            found[generation.number] = master
        }
        return found
    }

    /// The key of a slot, which a master key opens.
    func wrappingKey(
        of slot: Slot, master: SecretBytes, generation: Generation
    ) throws(KeyRingError) -> SecretBytes {
        guard let wrap = generation.wraps.first(where: { $0.slot == slot.id }),
            let sealed = Hex.bytes(wrap.wrappingHex)
        else { throw KeyRingError.noGeneration(generation.number) }
        return try sealing { () throws(SealingError) in
            let key = try HKDF.derive(
                secret: master, info: "tribal-ehr/slot-keys/\(generation.number)")
            return try KeyRingFile.unwrapped(
                sealed, under: key, KeyRingFile.place("wrapping", slot, generation.number))
        }
    }

    static func check(of master: SecretBytes, number: Int) throws(KeyRingError) -> String {
        try sealing { () throws(SealingError) in
            let check = try HKDF.derive(
                secret: master, info: "tribal-ehr/key-check/\(number)", count: 8)
            return check.withBytes { Hex.text($0) }
        }
    }

    private static func place(_ column: String, _ slot: Slot, _ generation: Int) -> Place {
        Place(
            table: "keyring", column: column, row: "\(slot.kind.rawValue)/\(slot.id)",
            version: Int64(generation))
    }

    private static func wrapped(
        _ secret: SecretBytes, under key: SecretBytes, _ place: Place
    ) throws(SealingError) -> String {
        let context = AESGCMContext()
        let sealed = try secret.withBytes { (bytes) throws(SealingError) in
            try context.seal(bytes, key: key, aad: place.aad)
        }
        return Hex.text(sealed)
    }

    private static func unwrapped(
        _ sealed: [UInt8], under key: SecretBytes, _ place: Place
    ) throws(SealingError) -> SecretBytes {
        var bytes = try AESGCMContext().open(sealed, key: key, aad: place.aad)
        defer { SecretBytes.wipe(&bytes) }
        return SecretBytes(copying: bytes)
    }
}
