import FHIRModel
import Kernel
import Sealing

/// What a segment of the redo log says of itself before it is opened.
///
/// Readable without a key, and sealed to the content: a header that was changed opens nothing.
package struct RedoHeader: Sendable, Hashable {
    /// The format that this build writes, and the newest that it reads.
    package static let format = 1
    /// How the name of every segment ends.
    package static let fileSuffix = ".tribal-ehr-redo"
    /// How the name of every segment begins.
    package static let filePrefix = "tribal-ehr-redo-"

    /// The number of this segment, unlike every other.
    package let segmentID: String
    /// The record that it is of; the same for all of one box.
    package let instanceID: String
    /// The unbroken line of commits that it belongs to.
    package let line: String
    /// The number of its first commit in that line.
    package let first: Int64
    /// The release that wrote it.
    package let appVersion: String
    /// The newest schema step of the database that it changes.
    package let schemaStep: Int
    /// When it was begun, UTC milliseconds.
    package let atMs: Int64
    let wraps: [KeyWrap]
    let noncePrefix: [UInt8]

    /// The numbers of the recovery kits that open it.
    package var kitIDs: [String] { wraps.filter { $0.kind == .recovery }.map(\.id) }

    var purpose: String { Self.purpose(segmentID) }

    static func purpose(_ segmentID: String) -> String { "redo/\(segmentID)" }

    /// The name of its file: the moment, the line and the number of its first commit.
    package var fileName: String {
        let time = Timestamp.text(ms: atMs).prefix(19).map { $0 == ":" ? "-" : $0 }
        let digits = String(first)
        let number = String(repeating: "0", count: max(0, 12 - digits.count)) + digits
        return Self.filePrefix + String(time) + "Z-" + line.suffix(8) + "-" + number
            + Self.fileSuffix
    }
}

extension RedoHeader {
    private static let magic = Array("TRIBALEHR-REDO--".utf8)
    private static let jsonBytesMax = 64 * 1_024

    /// The header as it stands in the file, and the digest that binds the chunks to it.
    var encoded: (bytes: [UInt8], binding: [UInt8]) {
        var writer = JSONWriter()
        writer.object { top in
            top.member("segmentID", segmentID)
            top.member("instanceID", instanceID)
            top.member("line", line)
            top.member("first", Int(first))
            top.member("appVersion", appVersion)
            top.member("schemaStep", schemaStep)
            top.member("atMs", Int(atMs))
            top.member("noncePrefix", Hex.text(noncePrefix))
            KeyWrapList.write(wraps, to: &top)
        }
        let json = writer.bytes
        var bytes = Self.magic
        withUnsafeBytes(of: UInt16(Self.format).bigEndian) { bytes.append(contentsOf: $0) }
        withUnsafeBytes(of: UInt32(json.count).bigEndian) { bytes.append(contentsOf: $0) }
        bytes += json
        let binding = SHA256.digest(bytes)
        return (bytes + binding, binding)
    }

    /// Reads the header of a file.
    ///
    /// - Throws: ``Problem``: `.invalid` for a file that is no segment, `.notSupported` for one of a
    ///   newer release, `.security` for a header that was changed or cut off.
    static func read(_ source: FileSource) throws -> (header: RedoHeader, binding: [UInt8]) {
        let name = source.path
        guard let start = try source.take(magic.count + 6), start.starts(with: magic) else {
            throw Problem(.invalid, "\(name) is no redo log of this program.")
        }
        let format = Int(start[16]) << 8 | Int(start[17])
        let count = start[18...].reduce(0) { $0 << 8 | Int($1) }
        guard format <= Self.format else {
            throw Problem(
                .notSupported,
                "\(name) was written by a newer release of tribal-ehr. Install that release, then "
                    + "restore.")
        }
        let damaged = Problem(
            .security, "The header of \(name) was changed or cut off. Use another copy of it.")
        guard format >= 1, count <= jsonBytesMax, let json = try source.take(count),
            let binding = try source.take(SHA256.digestBytes),
            SHA256.digest(start + json) == binding
        else { throw damaged }
        // A header whose digest fits but whose content does not was made by somebody else.
        guard let header = try? RedoHeader(JSON.parse(json)) else { throw damaged }
        return (header, binding)
    }

    private init?(_ json: JSON) {
        guard let segmentID = json.string("segmentID"), let line = json.string("line"),
            let instanceID = json.string("instanceID"), let first = json["first"]?.int, first > 0,
            let appVersion = json.string("appVersion"), let schemaStep = json["schemaStep"]?.int,
            let atMs = json["atMs"]?.int,
            let prefix = json.string("noncePrefix").flatMap({ Hex.bytes($0) }),
            prefix.count == SealedStream.prefixBytes, let wraps = KeyWrapList.read(json)
        else { return nil }
        self.init(
            segmentID: segmentID, instanceID: instanceID, line: line, first: Int64(first),
            appVersion: appVersion, schemaStep: schemaStep, atMs: Int64(atMs), wraps: wraps,
            noncePrefix: prefix)
    }
}
