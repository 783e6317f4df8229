import Glibc
import Kernel
import RecordStore
import Sealing

/// The keys of a data folder: opened with the machine's own, made only where there is no record.
enum KeyFolder {
    /// Opens the key ring.
    ///
    /// Never makes a key over existing data: a folder with a database and without keys, or with
    /// keys that this machine does not open, is refused with the way out.
    static func open(_ folder: DataFolder, nowMs: Int64) throws -> OpenKeyRing {
        do throws(KeyRingError) {
            if KeyRing.exists(folder: folder.path) {
                return try open(try KeyRing.load(folder: folder.path), in: folder)
            }
            if folder.hasRecord { throw KeyRingError.missing(folder: folder.path) }
            let machine = try machineKey(folder)
            return try KeyRing.create(folder: folder.path, machine: machine, nowMs: nowMs).ring
        } catch {
            throw Problem(.security, "\(error)")
        }
    }

    /// Opens a ring with the machine key that systemd hands over; where that is of another box, such
    /// as before the record moved here, with the one of the folder.
    private static func open(
        _ ring: KeyRing, in folder: DataFolder
    ) throws(KeyRingError) -> OpenKeyRing {
        do throws(KeyRingError) {
            return try ring.open(with: .machine(try MachineKey.find(folder: folder.path)))
        } catch {
            let own = folder.path + "/" + MachineKey.fileName
            guard MachineKey.credentialsFolder != nil, access(own, F_OK) == 0 else { throw error }
            let secret = try MachineKey.find(folder: folder.path, credentialsFolder: nil)
            return try ring.open(with: .machine(secret))
        }
    }

    /// The machine key that systemd hands over, or one of the folder's own.
    private static func machineKey(_ folder: DataFolder) throws(KeyRingError) -> SecretBytes {
        do throws(KeyRingError) {
            return try MachineKey.find(folder: folder.path)
        } catch {
            guard error == .noMachineKey(path: folder.path + "/" + MachineKey.fileName) else {
                throw error
            }
            return try MachineKey.make(folder: folder.path)
        }
    }
}
