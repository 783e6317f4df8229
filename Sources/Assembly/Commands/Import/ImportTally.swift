package import FHIRModel

/// What a file, or a piece of one, came to.
package struct ImportTally: Hashable, Sendable {
    /// An entry that was left out.
    package struct Reject: Hashable, Sendable {
        /// `entry 3`, `line 17`, or empty for the whole file.
        package let place: String
        package let reason: String
        /// Whether it may go in once another file has.
        package let isWaiting: Bool

        /// Makes one.
        package init(place: String, reason: String, isWaiting: Bool = false) {
            self.place = place
            self.reason = reason
            self.isWaiting = isWaiting
        }
    }

    package var created = 0
    package var updated = 0
    package var unchanged = 0
    /// Resources that are in the record now, by type.
    package var byType: [String: Int] = [:]
    package var rejects: [Reject] = []
    /// Resources that went in though they break rules of FHIR.
    package var flawed = 0
    /// How often each rule is broken by what went in, by place and words.
    package var flaws: [String: Int] = [:]

    /// Nothing yet.
    package init() {}

    /// Reads the answer of the box.
    package init(_ answer: JSON) {
        created = answer["created"]?.int ?? 0
        updated = answer["updated"]?.int ?? 0
        unchanged = answer["unchanged"]?.int ?? 0
        if let types = answer["byType"] {
            for (type, count) in types.members { byType[type] = count.int ?? 0 }
        }
        flawed = answer["flawed"]?.int ?? 0
        if let counts = answer["flaws"] {
            for (text, count) in counts.members { flaws[text] = count.int ?? 0 }
        }
        if let list = answer["rejects"] {
            rejects = list.elements.map {
                Reject(
                    place: $0.string("place") ?? "", reason: $0.string("reason") ?? "",
                    isWaiting: $0["isWaiting"]?.bool ?? false)
            }
        }
    }

    /// Resources that are in the record now.
    package var count: Int { created + updated + unchanged }
    /// Rejects that another file may help.
    package var waitingCount: Int { rejects.count(where: \.isWaiting) }

    /// Adds another piece.
    package mutating func add(_ other: ImportTally) {
        created += other.created
        updated += other.updated
        unchanged += other.unchanged
        byType.merge(other.byType, uniquingKeysWith: +)
        rejects += other.rejects
        flawed += other.flawed
        flaws.merge(other.flaws, uniquingKeysWith: +)
    }

    /// What both tries of one piece came to, of which this is the first: what the first one
    /// brought in is not counted as unchanged because the second one found it.
    package func retried(_ second: ImportTally) -> ImportTally {
        var sum = second
        sum.created += created
        sum.updated += updated
        sum.unchanged = max(0, second.count - sum.created - sum.updated)
        return sum
    }
}
