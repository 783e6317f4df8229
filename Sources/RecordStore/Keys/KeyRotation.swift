package import AccessControl
import Kernel
package import Sealing

extension RecordStore {
    /// Keys that one transaction re-wraps.
    private static let rewrapCount = 500

    /// How the keys stand.
    package struct KeyStatus: Sendable {
        package let generations: [Int]
        package let slots: [KeyRing.Slot]
        package let dataKeys: Int
        /// Data keys that an older generation still wraps.
        package let waiting: Int
    }

    /// How the keys stand; holds no secret.
    package func keyStatus(_ grant: Grant) async throws -> KeyStatus {
        let current = keys.keyRing.currentGeneration
        let status = KeyStatus(
            generations: keys.keyRing.generations, slots: keys.keyRing.slots,
            dataKeys: keys.count,
            waiting: keys.wrappedBefore(current, limit: .max).count)
        try await note(AuditNote(grant.ask), by: grant.caller)
        return status
    }

    /// Makes a new master key, wraps every data key with it, and gives the audit chain a new key.
    ///
    /// Reading and writing go on meanwhile. Where it is cut off, the next call or the next start
    /// goes on from where it was: both master keys stay in `keyring.json` until the last data key
    /// is wrapped anew.
    /// - Parameter progress: called with the part done, 0 to 1.
    package func rotateKeys(
        _ grant: Grant, progress: @escaping @Sendable (Double) -> Void
    ) async throws {
        let ring = keys.keyRing
        let keys = keys
        let generation =
            ring.isRotating
            ? ring.currentGeneration : try ring.beginRotation(nowMs: parts.clock.wallMs())
        // A key of this generation is one that was made after the rotation began.
        if keys.generation(.audit) < generation { try await switchAuditKey(grant) }
        let total = max(1, keys.count)
        while true {
            let ids = keys.wrappedBefore(generation, limit: Self.rewrapCount)
            progress(1 - Double(keys.wrappedBefore(generation, limit: .max).count) / Double(total))
            guard !ids.isEmpty else { break }
            try await writer.run { try keys.rewrap(ids, generation: generation, in: $0) }
        }
        try await note(AuditNote(grant.ask, detail: "generation \(generation)"), by: grant.caller)
        try ring.finishRotation()
        progress(1)
    }

    /// Whether a rotation was begun and not finished.
    package var isKeyRotationOpen: Bool { keys.keyRing.isRotating }

    /// Makes a recovery kit and ends the one before.
    package func replaceRecoveryKit(
        _ grant: Grant
    ) async throws -> (code: RecoveryCode, kitID: String) {
        let made = try keys.keyRing.replaceRecovery(nowMs: parts.clock.wallMs())
        try await note(AuditNote(grant.ask, detail: "kit \(made.kitID)"), by: grant.caller)
        return made
    }

    /// The old key's last entry says that a new one follows.
    private func switchAuditKey(_ grant: Grant) async throws {
        let keys = keys
        let sealer = auditSealer
        try await writer.run { scope in
            let key = try keys.advance(.audit, in: scope)
            let version = keys.version(.audit)
            let entry = try sealer.seal(
                AuditNote(grant.ask, detail: "audit key \(version)"), by: grant.caller)
            try scope.append(entry)
            scope.switchAuditKey(to: key, version: version)
        }
    }
}
