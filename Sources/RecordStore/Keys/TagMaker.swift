import AccessControl
import FHIRModel
import Kernel
import Sealing

/// Keyed 64-bit hashes by which sealed values are found without being readable.
struct TagMaker: Sendable {
    let key: SecretBytes

    /// The tag of a value in a field; the field's name is part of what is hashed.
    func tag(_ field: String, _ value: String) -> Int64 {
        var bytes = Array(field.utf8)
        bytes.append(0)
        bytes.append(contentsOf: value.utf8)
        let digest = HMACSHA256.mac(bytes, keptKey: key)
        return digest.prefix(8).reduce(Int64(0)) { $0 << 8 | Int64($1) }
    }

    /// The tag of an identifier of a resource type.
    func identifier(type: String, system: String, value: String) -> Int64 {
        tag("identifier/\(type)", "\(system)|\(value)")
    }

    /// The tags of a resource's identifiers.
    ///
    /// None for persons: theirs are in memory only.
    func identifiers(of json: JSON, type: String) -> [Int64] {
        guard Area(resourceType: type) != .demographics, let list = json["identifier"] else {
            return []
        }
        var tags: [Int64] = []
        for one in list.isArray ? Array(list.elements) : [list] {
            guard let value = one.string("value"), tags.count < 32 else { continue }
            tags.append(
                identifier(type: type, system: one.string("system") ?? "", value: value))
        }
        return tags
    }
}

/// Seals audit entries, off the writer's thread.
struct AuditSealer: Sendable {
    let key: DataKey
    let tags: TagMaker

    static let place = Place(
        table: "audit_entry", column: "sealed_entry", row: "", patient: "",
        compartment: BoxKey.auditEntry.rawValue, version: 1)

    /// The sealed form of a note.
    ///
    /// Its place in the chain is not part of what the seal is bound
    /// to: the chain's own digest covers that.
    func seal(_ note: AuditNote, by caller: Caller) throws -> SealedAuditEntry {
        SealedAuditEntry(
            action: note.verb.rawValue,
            actorTag: tags.tag("actor", caller.userID ?? caller.name),
            patientTag: note.patientID.map { tags.tag("patient", $0) },
            sealed: try SealedValue.seal(note.encode(by: caller), key: key, at: Self.place))
    }
}
