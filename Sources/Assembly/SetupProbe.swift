import Glibc
import RecordStore
import Sealing
import Steward

/// What the setup is told of the machine at hand.
enum SetupProbe {
    private static let zones = "/usr/share/zoneinfo/"
    private static let certificateBytesMax = 65_536

    /// The functions over the machine and a data folder on it.
    static func machine(_ folder: DataFolder) -> SetupMachine {
        SetupMachine(
            facts: { facts(folder) },
            clockFault: { nowMs in ClockCheck.fault(nowMs: nowMs) },
            knowsZone: knowsZone,
            names: { boxName in
                ["\(boxName).local"]
                    + NetworkInterfaces.addresses().filter { $0 != "127.0.0.1" && $0 != "::1" }
            },
            fingerprint: { fingerprint(folder) })
    }

    private static func facts(_ folder: DataFolder) -> MachineFacts {
        MachineFacts(
            coreCount: max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            memoryMiB: (MachineChecks.memoryKiB("MemTotal") ?? 0) >> 10,
            freeDiskMiB: (DiskChecks.freeBytes(folder.path) ?? 0) >> 20,
            syncMicroseconds: DiskChecks.syncMicroseconds(folder.path))
    }

    /// A machine without the table of zones takes every name that has the form of one.
    private static func knowsZone(_ name: String) -> Bool {
        guard access(zones, F_OK) == 0 else { return true }
        var facts = stat()
        return stat(zones + name, &facts) == 0 && facts.st_mode & S_IFMT == S_IFREG
    }

    private static func fingerprint(_ folder: DataFolder) -> String? {
        let path = folder.tls + "/ca.pem"
        // Without its certificate the box has no fingerprint to tell; the server makes one at start.
        guard let bytes = try? FileBytes.read(path, bytesMax: certificateBytesMax) else {
            return nil
        }
        // A certificate that cannot be read is told of by the server, which makes another one.
        return try? Certificates.facts(ofPEM: String(decoding: bytes, as: UTF8.self)).fingerprint
    }
}
