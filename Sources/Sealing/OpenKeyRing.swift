import Kernel
import Synchronization

/// The master keys of a data folder, open: derives the keys of purposes and changes the slots.
///
/// Every change is on the disk before its function returns; if it cannot be written, nothing
/// changes.
package final class OpenKeyRing: Sendable {
    private struct State {
        var file: KeyRingFile
        var masters: [Int: SecretBytes]
    }

    private let folder: String
    private let state: Mutex<State>

    init(folder: String, file: KeyRingFile, masters: [Int: SecretBytes]) {
        self.folder = folder
        self.state = Mutex(State(file: file, masters: masters))
    }

    /// The generation that wraps whatever is wrapped from now on.
    package var currentGeneration: Int { state.withLock { $0.file.generations.last?.number ?? 0 } }

    /// All generations, oldest first; two while a rotation is under way.
    package var generations: [Int] { state.withLock { $0.file.generations.map(\.number) } }

    /// Whether values wrapped by an older generation may still be there.
    package var isRotating: Bool { generations.count > 1 }

    /// The slots, oldest first.
    package var slots: [KeyRing.Slot] { state.withLock { $0.file.listed } }

    /// The bytes of `keyring.json`, for a copy in a backup.
    package var fileBytes: [UInt8] { state.withLock { $0.file.encoded() } }

    /// The key of a purpose under a generation, the same each time.
    ///
    /// - Throws: ``KeyRingError/noGeneration(_:)``.
    package func wrappingKey(purpose: String, generation: Int) throws(KeyRingError) -> SecretBytes {
        guard let master = state.withLock({ $0.masters[generation] }) else {
            throw KeyRingError.noGeneration(generation)
        }
        return try sealing { () throws(SealingError) in
            try HKDF.derive(secret: master, info: "tribal-ehr/\(purpose)/\(generation)")
        }
    }

    /// The key of a purpose under the current generation.
    package func wrappingKey(purpose: String) throws(KeyRingError) -> SecretBytes {
        try wrappingKey(purpose: purpose, generation: currentGeneration)
    }

    /// The bytes of a `keyring.json` that opens on any machine: without the slot of this one.
    package var portableFileBytes: [UInt8] {
        state.withLock { state in
            var file = state.file
            for slot in file.slots where slot.kind == .machine { file.remove(slot: slot.id) }
            return file.encoded()
        }
    }

    /// The keys of the recovery kits by the kits' numbers.
    func recoveryKeys() throws(KeyRingError) -> [(id: String, key: SecretBytes)] {
        try state.withLock { (state) throws(KeyRingError) in
            guard let generation = state.file.generations.last,
                let master = state.masters[generation.number]
            else { return [] }
            var found: [(id: String, key: SecretBytes)] = []
            for slot in state.file.slots where slot.kind == .recovery {
                let key = try state.file.wrappingKey(
                    of: slot, master: master, generation: generation)
                found.append((slot.id, key))
            }
            return found
        }
    }

    /// The master keys, for another file of the same box.
    var masters: [Int: SecretBytes] { state.withLock { $0.masters } }

    // MARK: Slots

    /// Lets a passphrase open the ring, instead of an earlier one if there was one.
    ///
    /// Takes 1 to 2 s.
    package func setPassphrase(_ bytes: [UInt8], nowMs: Int64) throws(KeyRingError) {
        try setPassphrase(bytes, cost: .keyRing, nowMs: nowMs)
    }

    /// Lets a passphrase open the ring at a cost that the caller chooses.
    package func setPassphrase(_ bytes: [UInt8], cost: Argon2Cost, nowMs: Int64)
        throws(KeyRingError)
    {
        let salt = try sealing { () throws(SealingError) in try Random.bytes(16) }
        let how = KeyRingFile.Passphrase(
            saltHex: Hex.text(salt), passes: cost.passes, memoryKiB: cost.memoryKiB,
            lanes: cost.lanes)
        let wrapping = try SlotKey.passphrase(bytes, how, path: KeyRingFile.path(in: folder))
        let slot = KeyRingFile.Slot(
            kind: .passphrase, id: SlotKind.passphrase.rawValue, createdAtMs: nowMs, passphrase: how
        )
        try change { (state) throws(KeyRingError) in
            try state.file.put(slot: slot, wrapping: wrapping, masters: state.masters)
        }
    }

    /// Takes the passphrase away.
    package func removePassphrase() throws(KeyRingError) {
        try change { (state) throws(KeyRingError) in
            state.file.remove(slot: SlotKind.passphrase.rawValue)
        }
    }

    /// Makes a recovery kit and ends the earlier ones.
    ///
    /// Backups made before keep their own kit.
    package func replaceRecovery(
        nowMs: Int64
    ) throws(KeyRingError) -> (code: RecoveryCode, kitID: String) {
        let code = try sealing { () throws(SealingError) in try RecoveryCode.random() }
        let kitID = try sealing { () throws(SealingError) in try code.kitID() }
        let wrapping = try SlotKey.recovery(code)
        let slot = KeyRingFile.Slot(kind: .recovery, id: kitID, createdAtMs: nowMs)
        try change { (state) throws(KeyRingError) in
            for old in state.file.slots where old.kind == .recovery {
                state.file.remove(slot: old.id)
            }
            try state.file.put(slot: slot, wrapping: wrapping, masters: state.masters)
        }
        return (code, kitID)
    }

    /// Lets a machine key open the ring, instead of the earlier one: on new hardware, or when the
    /// machine key was lost and the ring opened with the recovery kit.
    package func restoreMachineSlot(_ secret: SecretBytes, nowMs: Int64) throws(KeyRingError) {
        let wrapping = try SlotKey.machine(secret)
        let slot = KeyRingFile.Slot(
            kind: .machine, id: SlotKind.machine.rawValue, createdAtMs: nowMs)
        try change { (state) throws(KeyRingError) in
            try state.file.put(slot: slot, wrapping: wrapping, masters: state.masters)
        }
    }

    // MARK: Rotation

    /// Makes the next master key and wraps it for every slot; the earlier one stays until
    /// ``finishRotation()``.
    ///
    /// The caller then re-wraps what the earlier one wraps.
    ///
    /// - Returns: the number of the new generation.
    /// - Throws: ``KeyRingError/rotating`` if an earlier rotation is not finished.
    package func beginRotation(nowMs: Int64) throws(KeyRingError) -> Int {
        let master = try sealing { () throws(SealingError) in
            try SecretBytes.random(AESGCM.keyBytes)
        }
        return try change { (state) throws(KeyRingError) in
            guard state.file.generations.count == 1, let old = state.file.generations.last,
                let oldMaster = state.masters[old.number]
            else { throw KeyRingError.rotating }
            let number = old.number + 1
            try state.file.append(master: master, number: number, nowMs: nowMs)
            for slot in state.file.slots {
                let wrapping = try state.file.wrappingKey(
                    of: slot, master: oldMaster, generation: old)
                try state.file.wrap(generation: 1, slot: slot, wrapping: wrapping, master: master)
            }
            state.masters[number] = master
            return number
        }
    }

    /// Drops all master keys but the current one.
    ///
    /// The caller has re-wrapped everything before.
    package func finishRotation() throws(KeyRingError) {
        try change { (state) throws(KeyRingError) in
            guard let current = state.file.generations.last else { return }
            state.file.generations = [current]
            state.masters = state.masters.filter { $0.key == current.number }
        }
    }

    private func change<Result: Sendable>(
        _ body: (inout State) throws(KeyRingError) -> Result
    ) throws(KeyRingError) -> Result {
        try state.withLock { (state) throws(KeyRingError) in
            var draft = state
            let result = try body(&draft)
            if draft.file != state.file { try draft.file.write(folder: folder, replacing: true) }
            state = draft
            return result
        }
    }
}
