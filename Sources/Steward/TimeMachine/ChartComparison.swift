import FHIRModel
import RecordStore

/// What became of one record of a chart between a backup and now.
struct RecordDifference: Sendable {
    /// What became of it.
    enum Change: String, Sendable {
        /// In both, with other content.
        case changed
        /// In the backup, and not there now.
        case missing
        /// Not in the backup.
        case added
    }

    /// A part of a record that differs; nil where it is not there.
    struct Part: Sendable {
        let name: String
        let then: [UInt8]?
        let now: [UInt8]?
    }

    let change: Change
    let type: String
    let id: String
    /// What the record is about, as far as it says.
    let title: String
    /// Versions then and now; nil where it is not there.
    let thenVersion: Int?
    let nowVersion: Int?
    let parts: [Part]
}

/// Compares the records of a chart at two times.
enum ChartComparison {
    /// Members that differ although nobody changed anything.
    private static let stamps: Set<String> = ["meta", "id", "resourceType"]

    /// The records that differ, by type and id, and how many are equal.
    static func between(
        _ then: [StoredResource], _ now: [StoredResource]
    ) throws -> (differences: [RecordDifference], equalCount: Int) {
        var rest = Dictionary(now.map { (key($0), $0) }) { first, _ in first }
        var found: [RecordDifference] = []
        var equalCount = 0
        for past in then {
            let present = rest.removeValue(forKey: key(past))
            if let difference = try difference(past, present) {
                found.append(difference)
            } else {
                equalCount += 1
            }
        }
        for present in rest.values {
            if let difference = try difference(nil, present) { found.append(difference) }
        }
        return (found.sorted { ($0.type, $0.id) < ($1.type, $1.id) }, equalCount)
    }

    private static func key(_ record: StoredResource) -> String { record.type + "/" + record.id }

    private static func difference(
        _ then: StoredResource?, _ now: StoredResource?
    ) throws -> RecordDifference? {
        let past = try then.map { try JSON.parse($0.json) }
        let present = try now.map { try JSON.parse($0.json) }
        let parts = parts(past, present)
        guard let record = then ?? now, !parts.isEmpty else { return nil }
        let change: RecordDifference.Change =
            then == nil ? .added : now == nil ? .missing : .changed
        return RecordDifference(
            change: change, type: record.type, id: record.id,
            title: (past ?? present).map(title) ?? "", thenVersion: then?.version,
            nowVersion: now?.version, parts: parts)
    }

    private static func parts(_ then: JSON?, _ now: JSON?) -> [RecordDifference.Part] {
        var names: [String] = []
        for json in [then, now] {
            guard let json else { continue }
            for (name, _) in json.members where !names.contains(name) && !stamps.contains(name) {
                names.append(name)
            }
        }
        return names.compactMap { name in
            let past = then?[name]?.canonicalBytes()
            let present = now?[name]?.canonicalBytes()
            return past == present
                ? nil : RecordDifference.Part(name: name, then: past, now: present)
        }
    }

    /// The first words that say what a record is about.
    static func title(_ json: JSON) -> String {
        for name in ["code", "vaccineCode", "medicationCodeableConcept", "type", "category"] {
            guard let value = json[name] else { continue }
            let concept = value.isArray ? value[0] : value
            if let text = concept?.string("text") { return text }
            if let text = concept?["coding"]?[0]?.string("display") { return text }
        }
        if let name = json["name"]?[0] {
            let given = name["given"].map { $0.elements.compactMap(\.string) } ?? []
            let words = given + [name.string("family") ?? ""]
            return words.filter { !$0.isEmpty }.joined(separator: " ")
        }
        return json.string("description") ?? json.string("status") ?? ""
    }
}
