package import Kernel
package import RecordStore
import Sealing

/// What a backup is made of.
package struct BackupSource: Sendable {
    /// The open record.
    package let store: RecordStore
    /// The name of the clinic; nil for a box that belongs to nobody.
    package let clinicName: String?
    /// The release of this program.
    package let appVersion: String
    /// The configuration file of the box; nil where there is none.
    package let configuration: String?
    package let clock: Clock
    package let ids: IDs

    /// Names what a backup is made of.
    package init(
        store: RecordStore, clinicName: String?, appVersion: String, configuration: String? = nil,
        clock: Clock, ids: IDs
    ) {
        self.store = store
        self.clinicName = clinicName
        self.appVersion = appVersion
        self.configuration = configuration
        self.clock = clock
        self.ids = ids
    }
}

/// A file that goes into a backup.
enum Ingredient {
    /// A file of the scratch folder, which may be large.
    case file(path: String)
    /// A small file as it was read.
    case bytes([UInt8])

    var byteCount: Int {
        switch self {
        case .file(let path): Folders.fileBytes(path)
        case .bytes(let bytes): bytes.count
        }
    }
}

/// Names of what a backup holds, below the data folder.
enum BackupNames {
    static let database = "record.sqlite"
    static let keyRing = "keyring.json"
    static let anchors = "audit-anchors.ndjson"
    static let tls = "tls"
    /// The configuration file as it was; it is put beside the data and never used by itself.
    static let configuration = "tribal-ehr.conf.from-backup"
}
