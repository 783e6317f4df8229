import BackupPlaces
package import Retention

/// Why a backup was made.
package enum BackupCause: String, Sendable {
    case schedule, hand, upgrade
    /// A file of the box that was in its folder, but not in its catalogue.
    case found
}

/// One backup in the catalogue.
struct BackupRecord: Sendable {
    let sequence: Int64
    let id: String
    let name: String
    let cause: BackupCause
    let markMs: Int64
    let zoneOffsetSeconds: Int
    let seal: StoredSeal
    let madeMs: Int64
    var state: RetentionCopy.State
    var triedAtMs: Int64?
    var proofMs: Int64?
    var fault: String?

    /// The backup as far as keeping it is concerned.
    var copy: RetentionCopy {
        RetentionCopy(
            sequence: sequence, markMs: markMs, zoneOffsetSeconds: zoneOffsetSeconds,
            bytes: seal.bytes, state: state)
    }
}

/// A place beside the disk of the box.
struct PlaceRecord: Sendable {
    let id: String
    let name: String
    let address: PlaceAddress
    let everyHours: Int
    var copiedAtMs: Int64?
    var readAtMs: Int64?
    var lookedAtMs: Int64?
    var room: StorageRoom?
    var fault: String?

    /// The id under which copies on the disk of the box stand.
    static let own = ""
    /// The most places.
    static let countMax = 12
}

/// Everything that the catalogue says.
struct BackupCatalogue: Sendable {
    /// Newest first.
    let backups: [BackupRecord]
    let places: [PlaceRecord]
    /// The places of the copies of a backup, by its sequence.
    let placeIDs: [Int64: Set<String>]

    func backup(id: String) -> BackupRecord? { backups.first { $0.id == id } }

    func place(id: String) -> PlaceRecord? { places.first { $0.id == id } }

    /// The backups that have a copy at a place, newest first.
    func backups(at placeID: String) -> [BackupRecord] {
        backups.filter { placeIDs[$0.sequence]?.contains(placeID) == true }
    }

    /// The newest backup that is proven.
    var newestProven: BackupRecord? { backups.first { $0.state == .proven } }
}

/// How often, how long and how much, as administrators set it.
package struct BackupSettings: Hashable, Sendable {
    /// Minutes between two backups.
    package var everyMinutes = 60
    /// The hour of the clinic's clock at which the work of the night begins.
    package var nightHour = 2
    /// How many copies are kept.
    package var policy = RetentionPolicy.standard

    /// The defaults.
    package init() {}
}
