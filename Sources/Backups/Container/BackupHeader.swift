import FHIRModel
import Kernel
import Sealing

/// What a backup file says of itself before it is opened.
///
/// Readable without a key, and sealed to the content: a header that was changed opens nothing.
package struct BackupHeader: Sendable, Hashable {
    /// The format that this build writes, and the newest that it reads.
    package static let format = 1
    /// How the name of every backup ends.
    package static let fileSuffix = ".tribal-ehr-backup"

    /// The number of this backup, unlike every other.
    package let backupID: String
    /// The record that it is of; the same for all backups of one box.
    package let instanceID: String
    /// The name of the clinic; nil for a box that belonged to nobody.
    package let clinicName: String?
    /// The release that made it.
    package let appVersion: String
    /// The newest schema step of its database.
    package let schemaStep: Int
    /// The moment that it shows, in UTC milliseconds.
    package let atMs: Int64
    /// Entries in the audit log at that moment.
    package let auditSeq: Int64
    /// The numbers of the recovery kits that open it.
    package var kitIDs: [String] { wraps.filter { $0.kind == .recovery }.map(\.id) }
    /// Bytes of the files in it when they are unpacked.
    package let contentBytes: Int
    /// What opens its key.
    let wraps: [KeyWrap]
    /// The beginning of the nonces of its chunks.
    let noncePrefix: [UInt8]

    /// What the key of this backup is wrapped for.
    var purpose: String { Self.purpose(backupID) }

    static func purpose(_ backupID: String) -> String { "backup/\(backupID)" }

    /// The name of its file: the moment and the beginning of its number.
    package var fileName: String {
        let time = Timestamp.text(ms: atMs).prefix(19).map { $0 == ":" ? "-" : $0 }
        return "tribal-ehr-" + String(time) + "Z-" + backupID.suffix(8) + Self.fileSuffix
    }
}

extension BackupHeader {
    private static let magic = Array("TRIBALEHR-BACKUP".utf8)
    private static let jsonBytesMax = 64 * 1_024
    private static let digestBytes = SHA256.digestBytes

    /// The header as it stands in the file, and the digest that binds the chunks to it.
    var encoded: (bytes: [UInt8], binding: [UInt8]) {
        let json = jsonBytes
        var bytes = Self.magic
        withUnsafeBytes(of: UInt16(Self.format).bigEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt32(json.count).bigEndian) { bytes.append(contentsOf: $0) }
        bytes += json
        let binding = SHA256.digest(bytes)
        return (bytes + binding, binding)
    }

    private var jsonBytes: [UInt8] {
        var writer = JSONWriter()
        writer.object { top in
            top.member("backupID", backupID)
            top.member("instanceID", instanceID)
            if let clinicName { top.member("clinicName", clinicName) }
            top.member("appVersion", appVersion)
            top.member("schemaStep", schemaStep)
            top.member("at", Timestamp.text(ms: atMs))
            top.member("atMs", Int(atMs))
            top.member("auditSeq", Int(auditSeq))
            top.member("contentBytes", contentBytes)
            top.member("noncePrefix", Hex.text(noncePrefix))
            KeyWrapList.write(wraps, to: &top)
        }
        return writer.bytes
    }

    /// Reads the header of a file.
    ///
    /// - Throws: ``Problem``: `.invalid` for a file that is no backup, `.notSupported` for one of a
    ///   newer release, `.security` for a header that was changed or cut off.
    static func read(_ source: FileSource) throws -> (header: BackupHeader, binding: [UInt8]) {
        let name = source.path
        guard let start = try source.take(magic.count + 6), start.starts(with: magic) else {
            throw Problem(
                .invalid,
                "\(name) is no backup of this program. Choose a file whose name ends with "
                    + "\(fileSuffix).")
        }
        let format = Int(start[16]) << 8 | Int(start[17])
        let count = start[18...].reduce(0) { $0 << 8 | Int($1) }
        guard format <= Self.format else {
            throw Problem(
                .notSupported,
                "\(name) has format \(format), written by a newer release of tribal-ehr. Install that "
                    + "release, then restore.")
        }
        let damaged = Problem(
            .security,
            "The header of \(name) was changed or cut off. Use another copy of the backup."
        )
        guard format >= 1, count <= jsonBytesMax, let json = try source.take(count),
            let binding = try source.take(digestBytes), SHA256.digest(start + json) == binding
        else { throw damaged }
        // A header whose digest fits but whose content does not was made by somebody else.
        guard let header = try? BackupHeader(JSON.parse(json)) else { throw damaged }
        return (header, binding)
    }

    private init?(_ json: JSON) {
        guard let backupID = json.string("backupID"), let instanceID = json.string("instanceID"),
            let appVersion = json.string("appVersion"), let schemaStep = json["schemaStep"]?.int,
            let atMs = json["atMs"]?.int, let auditSeq = json["auditSeq"]?.int,
            let contentBytes = json["contentBytes"]?.int, contentBytes >= 0,
            let prefix = json.string("noncePrefix").flatMap({ Hex.bytes($0) }),
            prefix.count == SealedStream.prefixBytes, let wraps = KeyWrapList.read(json)
        else { return nil }
        self.init(
            backupID: backupID, instanceID: instanceID, clinicName: json.string("clinicName"),
            appVersion: appVersion, schemaStep: schemaStep, atMs: Int64(atMs),
            auditSeq: Int64(auditSeq), contentBytes: contentBytes, wraps: wraps,
            noncePrefix: prefix)
    }
}

/// The wrapped keys in a header.
enum KeyWrapList {
    /// Writes them as the member `keys`.
    static func write(_ wraps: [KeyWrap], to out: inout JSONWriter) {
        out.array("keys") { list in
            for wrap in wraps {
                list.object { one in
                    one.member("kind", wrap.kind.rawValue)
                    one.member("id", wrap.id)
                    one.member("sealed", Hex.text(wrap.sealed))
                }
            }
        }
    }

    /// Reads the member `keys`; nil where it is missing or no such list.
    static func read(_ json: JSON) -> [KeyWrap]? {
        guard let keys = json["keys"] else { return nil }
        var wraps: [KeyWrap] = []
        for key in keys.elements {
            guard let kind = key.string("kind").flatMap(SlotKind.init(rawValue:)),
                let id = key.string("id"),
                let sealed = key.string("sealed").flatMap({ Hex.bytes($0) })
            else { return nil }
            wraps.append(KeyWrap(kind: kind, id: id, sealed: sealed))
        }
        return wraps
    }
}
