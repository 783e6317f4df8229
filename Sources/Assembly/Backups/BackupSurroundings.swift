import Glibc
import RecordStore
import Retention
import Steward
import Synchronization

/// What the keeper of the backups asks this machine about.
enum BackupSurroundings {
    private static let bootFile = "/proc/sys/kernel/random/boot_id"

    /// The answers of this machine.
    ///
    /// - Parameter zoneName: the clinic's time zone; nil before there is a clinic.
    static func of(
        settings: @escaping @Sendable () -> BackupSettings,
        zoneName: @escaping @Sendable () -> String?
    ) -> BackupKeeper.Surroundings {
        let zones = ZoneFiles()
        return BackupKeeper.Surroundings(
            bootID: bootID(), plausibleFromMs: ClockCheck.plausibleFromMs, settings: settings,
            zone: { zones.table(of: zoneName() ?? "UTC") })
    }

    /// Which start of the machine this is; empty where the kernel does not say.
    private static func bootID() -> String {
        let file = open(bootFile, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
            .filter { $0.isLetter || $0.isNumber || $0 == "-" }
    }
}

/// The zone database of the machine; a zone that was read is kept.
final class ZoneFiles: Sendable {
    private static let folder = "/usr/share/zoneinfo/"

    private let tables = Mutex<[String: ZoneTable]>([:])

    /// The table of a zone; that of UTC where the machine has none of the name.
    func table(of name: String) -> ZoneTable {
        if let known = tables.withLock({ $0[name] }) { return known }
        // A machine without the zone does its nightly work by UTC.
        let bytes = try? FileBytes.read(Self.folder + name, bytesMax: ZoneTable.bytesMax)
        let table = bytes.flatMap { ZoneTable($0) } ?? .utc
        tables.withLock { $0[name] = table }
        return table
    }
}
