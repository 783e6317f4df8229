import FHIRModel
import Glibc
import Kernel
import RecordStore
import Sealing

/// Checks of what lies in the data folder, without opening the record.
enum FolderChecks {
    private static let certificateBytesMax = 65_536
    private static let dayMs: Int64 = 86_400_000
    private static let certificateDaysMin: Int64 = 30

    /// All of them.
    static func all(_ folder: DataFolder) -> [Finding] {
        [permissions(folder), keys(folder), authority(folder)].compactMap { $0 }
    }

    /// Whether a process has the folder open.
    static func isServing(_ folder: DataFolder) -> Bool {
        guard access(folder.lockFile, F_OK) == 0 else { return false }
        do {
            _ = try folder.lock()
            return false
        } catch {
            return error.code == .conflict
        }
    }

    private static func permissions(_ folder: DataFolder) -> Finding {
        let paths = [
            folder.database, folder.database + "-wal", folder.keyRing, folder.anchors,
            folder.path + "/" + MachineKey.fileName, folder.controlSocket, folder.tls,
        ]
        var owner = stat()
        let isKnown = stat(folder.path, &owner) == 0
        for path in paths {
            var facts = stat()
            guard lstat(path, &facts) == 0 else { continue }
            if facts.st_mode & 0o077 != 0 {
                return .failed(
                    "permissions", "\(path) is open to other users of this machine.",
                    cure: "chmod go-rwx \(path)")
            }
            if isKnown && facts.st_uid != owner.st_uid {
                return .failed(
                    "permissions", "\(path) does not belong to the owner of the folder.",
                    cure: "chown --reference=\(folder.path) \(path)")
            }
        }
        return .ok("permissions", "Every file is for its owner only.")
    }

    private static func keys(_ folder: DataFolder) -> Finding? {
        guard folder.hasRecord || KeyRing.exists(folder: folder.path) else { return nil }
        do throws(KeyRingError) {
            let ring = try KeyRing.load(folder: folder.path)
            _ = try ring.open(with: .machine(try MachineKey.find(folder: folder.path)))
            guard ring.slots.contains(where: { $0.kind == .recovery }) else {
                return .failed(
                    "keys", "There is no recovery kit.",
                    cure: "tribal-ehr keys kit --output FILE")
            }
            return .ok("keys", "This machine opens the record, and there is a recovery kit.")
        } catch {
            let own = folder.path + "/" + MachineKey.fileName
            if error == .noMachineKey(path: own), access(MachineKey.storedCredential, F_OK) == 0 {
                return .ok("keys", "systemd keeps the key of this machine and gives it to the box.")
            }
            return .failed(
                "keys", "\(error)", cure: "tribal-ehr keys open --recovery-code-file FILE")
        }
    }

    private static func authority(_ folder: DataFolder) -> Finding? {
        let path = folder.tls + "/ca.pem"
        do {
            guard let bytes = try FileBytes.read(path, bytesMax: certificateBytesMax) else {
                return nil
            }
            let facts = try Certificates.facts(ofPEM: String(decoding: bytes, as: UTF8.self))
            let days = (facts.notAfterMs - SystemClock.clock.wallMs()) / dayMs
            let day = Timestamp.text(ms: facts.notAfterMs).prefix(10)
            let text = "The authority of the box ends on \(day)."
            return days >= certificateDaysMin
                ? .ok("certificate", text)
                : .failed(
                    "certificate", text,
                    cure: "Check the clock; restart the box, which makes a certificate.")
        } catch {
            return .warning(
                "certificate", "\(path) cannot be read.", cure: "Restart the box, which writes it.")
        }
    }
}
