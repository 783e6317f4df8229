import FHIRModel
import Glibc
import Kernel
import Sealing

/// The heads of the audit chain, written to a file outside the database.
///
/// Whoever cuts off the chain's tail or brings back an older database would have to forge this
/// file as well, whose lines carry a keyed digest each. One line a minute at most, and one at
/// every orderly stop.
struct AuditAnchors: Sendable {
    /// One line of the file.
    struct Anchor: Sendable {
        let seq: Int64
        let mac: [UInt8]
        let atMs: Int64
        /// False where the line's own digest does not fit, or the line cannot be read.
        let isSound: Bool
    }

    static let intervalMs: Int64 = 60_000
    private static let fileBytesMax = 1_024 * 1_048_576
    private static let tailBytes = 65_536

    let path: String
    let key: SecretBytes

    /// Appends a line and waits until it is on the disk.
    func append(seq: Int64, mac: [UInt8], atMs: Int64) throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("seq", Int(seq))
        writer.member("mac", Hex.text(mac))
        writer.member("at", Timestamp.text(ms: atMs))
        writer.member("atMs", Int(atMs))
        writer.member("digest", Hex.text(digest(seq: seq, mac: mac, atMs: atMs)))
        writer.endObject()
        // A power cut may have left half a line; it must not take this one with it.
        let isCut = try FileBytes.lastByte(path).map { $0 != 0x0A } ?? false
        try FileBytes.append((isCut ? [0x0A] : []) + writer.bytes + [0x0A], to: path)
    }

    /// The lines of the file, oldest first; empty if there is no file yet.
    func all() throws -> [Anchor] {
        lines(of: try FileBytes.read(path, bytesMax: Self.fileBytesMax) ?? [])
    }

    private func lines(of bytes: [UInt8]) -> [Anchor] {
        bytes.split(separator: 0x0A).map { line in
            // A line that a power cut left half-written counts as unsound, not as an error.
            guard let json = try? JSON.parse(Array(line)), let anchor = anchor(json) else {
                return Anchor(seq: 0, mac: [], atMs: 0, isSound: false)
            }
            return anchor
        }
    }

    /// The newest sound line near the end of the file, which grows for years.
    func newest() throws -> Anchor? {
        let tail = try FileBytes.readTail(path, count: Self.tailBytes) ?? []
        return lines(of: tail).last(where: \.isSound)
    }

    private func anchor(_ json: JSON) -> Anchor? {
        guard let seq = json["seq"]?.int, let atMs = json["atMs"]?.int,
            let mac = json.string("mac").flatMap({ Hex.bytes($0) }),
            let stated = json.string("digest").flatMap({ Hex.bytes($0) })
        else { return nil }
        let real = digest(seq: Int64(seq), mac: mac, atMs: Int64(atMs))
        return Anchor(seq: Int64(seq), mac: mac, atMs: Int64(atMs), isSound: stated == real)
    }

    private func digest(seq: Int64, mac: [UInt8], atMs: Int64) -> [UInt8] {
        var bytes = Array("anchor".utf8)
        bytes += AuditRow.headBytes(seq: seq, mac: mac)
        withUnsafeBytes(of: atMs.bigEndian) { bytes.append(contentsOf: $0) }
        return HMACSHA256.mac(bytes, key: key)
    }
}
