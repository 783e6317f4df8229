import SQLite
import Sealing

/// What a row of `resource_version` says beside its body.
///
/// The audit entry of a change carries a digest of it, so that a row cannot be hidden, moved or
/// dated anew without breaking the chain.
struct VersionFacts {
    let type: String
    let id: String
    let version: Int64
    let isDeleted: Bool
    let patientID: String
    let compartment: String
    let dataKeyID: Int64
    /// UTC milliseconds.
    let changedMs: Int64
    /// UTC milliseconds.
    let sortMs: Int64

    /// The digest of these facts and of the digest of the sealed body.
    func digest(sealedBody: [UInt8]) -> [UInt8] {
        var out: [UInt8] = [1]
        out.reserveCapacity(256)
        for text in [type, id, patientID, compartment] {
            Self.append(Int64(text.utf8.count), to: &out)
            out.append(contentsOf: text.utf8)
        }
        for number in [version, isDeleted ? 1 : 0, dataKeyID, changedMs, sortMs] {
            Self.append(number, to: &out)
        }
        out.append(contentsOf: sealedBody)
        return SHA256.digest(out)
    }

    private static func append(_ number: Int64, to out: inout [UInt8]) {
        withUnsafeBytes(of: number.bigEndian) { out.append(contentsOf: $0) }
    }
}

extension VersionFacts {
    /// Reads the columns type, id, version, is_deleted, patient_id, compartment, data_key_id,
    /// changed_ms, sort_ms, in this order from `first` on.
    init(_ statement: Statement, from first: Int) {
        type = statement.text(first)
        id = statement.text(first + 1)
        version = statement.int(first + 2)
        isDeleted = statement.int(first + 3) != 0
        patientID = statement.text(first + 4)
        compartment = statement.text(first + 5)
        dataKeyID = statement.int(first + 6)
        changedMs = statement.int(first + 7)
        sortMs = statement.int(first + 8)
    }
}
