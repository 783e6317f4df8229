import FHIRModel
import Kernel
import Sealing

/// What a backup holds and what must be true of it once it is restored.
package struct Manifest: Sendable, Hashable {
    /// One file of the data folder.
    package struct Entry: Sendable, Hashable {
        /// The path below the data folder.
        package let name: String
        package let byteCount: Int
        /// SHA-256 of its bytes.
        package let digest: [UInt8]
    }

    /// The number of the backup.
    package let backupID: String
    /// The record that it is of.
    package let instanceID: String
    /// Entries in the audit log, and the digest of the newest one.
    package let auditSeq: Int64
    package let auditMac: [UInt8]
    /// Rows of each table.
    package let counts: [String: Int]
    /// The files in the order in which they stand.
    package let entries: [Entry]
    /// The releases of the program and of its libraries, by name.
    package let versions: [String: String]

    /// One digest over the names, sizes and digests of all files, in their order.
    package var rollingDigest: [UInt8] {
        entries.reduce([UInt8](repeating: 0, count: SHA256.digestBytes)) { digest, entry in
            SHA256.digest(
                digest + SHA256.digest(Array(entry.name.utf8))
                    + withUnsafeBytes(of: Int64(entry.byteCount).bigEndian) { Array($0) }
                    + entry.digest)
        }
    }
}

extension Manifest {
    static let jsonBytesMax = 1 << 20
    static let entryCountMax = 256

    var encoded: [UInt8] {
        var writer = JSONWriter()
        writer.object { top in
            top.member("backupID", backupID)
            top.member("instanceID", instanceID)
            top.member("auditSeq", Int(auditSeq))
            top.member("auditMac", Hex.text(auditMac))
            top.object("counts") { object in
                for (table, count) in counts.sorted(by: { $0.key < $1.key }) {
                    object.member(table, count)
                }
            }
            top.array("files") { list in
                for entry in entries {
                    list.object { one in
                        one.member("name", entry.name)
                        one.member("bytes", entry.byteCount)
                        one.member("digest", Hex.text(entry.digest))
                    }
                }
            }
            top.object("versions") { object in
                for (name, version) in versions.sorted(by: { $0.key < $1.key }) {
                    object.member(name, version)
                }
            }
            top.member("rollingDigest", Hex.text(rollingDigest))
        }
        return writer.bytes
    }

    /// Reads what ``encoded`` wrote; nil where anything is missing, or a file would lie outside of
    /// the data folder.
    init?(_ bytes: [UInt8]) {
        guard let json = try? JSON.parse(bytes),  // Bytes that are no JSON are no manifest.
            let backupID = json.string("backupID"), let instanceID = json.string("instanceID"),
            let auditSeq = json["auditSeq"]?.int,
            let auditMac = json.string("auditMac").flatMap({ Hex.bytes($0) }),
            let files = json["files"], files.count <= Self.entryCountMax
        else { return nil }
        var entries: [Entry] = []
        for file in files.elements {
            guard let name = file.string("name"), Self.isAllowed(name),
                !entries.contains(where: { $0.name == name }), let count = file["bytes"]?.int,
                count >= 0, let digest = file.string("digest").flatMap({ Hex.bytes($0) })
            else { return nil }
            entries.append(Entry(name: name, byteCount: count, digest: digest))
        }
        var counts: [String: Int] = [:]
        if let stored = json["counts"] {
            for (table, count) in stored.members { counts[table] = count.int }
        }
        var versions: [String: String] = [:]
        if let stored = json["versions"] {
            for (name, version) in stored.members { versions[name] = version.string }
        }
        self.init(
            backupID: backupID, instanceID: instanceID, auditSeq: Int64(auditSeq),
            auditMac: auditMac, counts: counts, entries: entries, versions: versions)
        guard json.string("rollingDigest") == Hex.text(rollingDigest) else { return nil }
    }

    /// Whether a name is that of a file in the data folder or in one folder of it: letters, digits,
    /// dots, hyphens and lines, no hidden ones, nothing above.
    static func isAllowed(_ name: String) -> Bool {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        return (1...2).contains(parts.count)
            && parts.allSatisfy { part in
                !part.isEmpty && part.utf8.count <= 100 && !part.hasPrefix(".")
                    && part.utf8.allSatisfy { byte in
                        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                            || (0x61...0x7A).contains(byte) || [0x2D, 0x2E, 0x5F].contains(byte)
                    }
            }
    }
}
