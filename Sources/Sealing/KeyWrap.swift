import Kernel

/// A key that was wrapped so that one secret opens it: the master key of a box, or a recovery kit.
package struct KeyWrap: Hashable, Sendable {
    /// `machine` for the master key of the box itself, `recovery` for a kit.
    package let kind: SlotKind
    /// The generation of the master key, or the number of the kit.
    package let id: String
    /// The wrapped key.
    package let sealed: [UInt8]

    /// Takes the parts of a wrap as they were stored.
    package init(kind: SlotKind, id: String, sealed: [UInt8]) {
        self.kind = kind
        self.id = id
        self.sealed = sealed
    }

    fileprivate static func aad(_ purpose: String, _ kind: SlotKind, _ id: String) -> [UInt8] {
        Place(table: "wrap", column: kind.rawValue, row: id, compartment: purpose).aad
    }

    fileprivate static func info(_ purpose: String) -> String { "tribal-ehr/wrap/\(purpose)" }

    fileprivate static func make(
        _ key: SecretBytes, under secret: SecretBytes, _ purpose: String, _ slot: (SlotKind, String)
    ) throws(KeyRingError) -> KeyWrap {
        try sealing { () throws(SealingError) in
            let wrapping = try HKDF.derive(secret: secret, info: info(purpose))
            let aad = aad(purpose, slot.0, slot.1)
            let sealed = try key.withBytes { (bytes) throws(SealingError) in
                try AESGCMContext().seal(bytes, key: wrapping, aad: aad)
            }
            return KeyWrap(kind: slot.0, id: slot.1, sealed: sealed)
        }
    }

    fileprivate func opened(
        under secret: SecretBytes, _ purpose: String
    ) throws(SealingError) -> SecretBytes {
        let wrapping = try HKDF.derive(secret: secret, info: Self.info(purpose))
        var plain = try AESGCM.open(sealed, key: wrapping, aad: Self.aad(purpose, kind, id))
        defer { SecretBytes.wipe(&plain) }
        return SecretBytes(copying: plain)
    }
}

extension OpenKeyRing {
    /// Wraps a key for this box and for its recovery kit.
    ///
    /// - Parameter purpose: what the key is for; a wrap opens for the same purpose only.
    package func wraps(
        of key: SecretBytes, for purpose: String
    ) throws(KeyRingError) -> [KeyWrap] {
        let generation = currentGeneration
        let own = try wrappingKey(purpose: "backup", generation: generation)
        var wraps = [try KeyWrap.make(key, under: own, purpose, (.machine, "\(generation)"))]
        for (id, secret) in try recoveryKeys() {
            wraps.append(try KeyWrap.make(key, under: secret, purpose, (.recovery, id)))
        }
        return wraps
    }

    /// Opens a key that this box wrapped.
    ///
    /// - Throws: ``KeyRingError/noGeneration(_:)`` where the master key was rotated since,
    ///   ``KeyRingError/wrongMachineKey`` where another box wrapped it.
    package func unwrap(
        _ wraps: [KeyWrap], for purpose: String
    ) throws(KeyRingError) -> SecretBytes {
        guard let wrap = wraps.first(where: { $0.kind == .machine }), let number = Int(wrap.id)
        else { throw .noSlot(.machine) }
        let own = try wrappingKey(purpose: "backup", generation: number)
        do throws(SealingError) {
            return try wrap.opened(under: own, purpose)
        } catch {
            throw .wrongMachineKey
        }
    }
}

extension RecoveryCode {
    /// Opens a key that was wrapped for the kit with this code.
    ///
    /// - Throws: ``KeyRingError/wrongKit(needed:entered:)`` that says which kit fits.
    package func unwrap(
        _ wraps: [KeyWrap], for purpose: String
    ) throws(KeyRingError) -> SecretBytes {
        let kits = wraps.filter { $0.kind == .recovery }
        let entered = try sealing { () throws(SealingError) in try kitID() }
        guard let wrap = kits.first(where: { $0.id == entered }) else {
            throw .wrongKit(needed: kits.map(\.id), entered: entered)
        }
        let secret = try SlotKey.recovery(self)
        do throws(SealingError) {
            return try wrap.opened(under: secret, purpose)
        } catch {
            throw .wrongKit(needed: kits.map(\.id), entered: entered)
        }
    }
}
