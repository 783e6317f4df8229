package import FHIRModel

/// What a code is in another system, by the concept maps that are here.
///
/// Spec: FHIR R4 ConceptMap, https://hl7.org/fhir/R4/conceptmap.html
package struct ConceptMapping: Sendable {
    /// What is asked.
    package struct Question: Sendable {
        package let system: String
        package let code: String
        /// The address of the map; nil for any.
        package var map: String?
        /// The address of the value set the code is from.
        package var source: String?
        /// The address of the value set that is wanted.
        package var target: String?
        /// The address of the code system that is wanted.
        package var targetSystem: String?
        /// Asks for what maps to the code.
        package var isReverse = false

        /// A question about a code, with any map.
        package init(system: String, code: String) {
            self.system = system
            self.code = code
        }
    }

    /// One answer.
    package struct Match: Sendable, Hashable {
        /// The code of the value set concept-map-equivalence.
        package let equivalence: String
        package let system: String?
        package let code: String
        package let display: String?
        /// The address of the map.
        package let map: String?
    }

    private static let matchesMax = 1_000

    /// What was found.
    package private(set) var matches: [Match] = []
    /// Whether a map was looked at.
    package private(set) var isAsked = false

    /// Asks maps.
    package init(_ question: Question, _ maps: [JSON]) {
        for map in maps where Self.fits(map, question) {
            isAsked = true
            for group in map["group"].map({ Array($0.elements) }) ?? [] {
                take(group, of: map.string("url"), question)
            }
        }
    }

    /// Whether one of the answers says that there is a counterpart.
    package var isTranslated: Bool {
        matches.contains { !["unmatched", "disjoint"].contains($0.equivalence) }
    }

    private static func fits(_ map: JSON, _ question: Question) -> Bool {
        if let wanted = question.map, map.string("url") != TermBook.withoutVersion(wanted) {
            return false
        }
        func names(_ side: String) -> Set<String> {
            Set(["Uri", "Canonical"].compactMap { map.string(side + $0) })
        }
        let (from, to) = question.isReverse ? ("target", "source") : ("source", "target")
        if let source = question.source, !names(from).isEmpty, !names(from).contains(source) {
            return false
        }
        return question.target.map { names(to).isEmpty || names(to).contains($0) } ?? true
    }

    private mutating func take(_ group: JSON, of map: String?, _ question: Question) {
        let (from, to) = (group.string("source"), group.string("target"))
        let (own, other) = question.isReverse ? (to, from) : (from, to)
        guard own == nil || own == question.system,
            question.targetSystem == nil || other == nil || other == question.targetSystem
        else { return }
        var isFound = false
        for element in group["element"].map({ Array($0.elements) }) ?? [] {
            for target in element["target"].map({ Array($0.elements) }) ?? [] {
                let (mine, theirs) = question.isReverse ? (target, element) : (element, target)
                guard mine.string("code") == question.code else { continue }
                isFound = true
                add(
                    Match(
                        equivalence: Self.turned(
                            target.string("equivalence") ?? "relatedto", question.isReverse),
                        system: other, code: theirs.string("code") ?? "",
                        display: theirs.string("display"), map: map))
            }
        }
        guard !isFound, !question.isReverse, let rest = group["unmapped"] else { return }
        switch rest.string("mode") {
        case "provided":
            add(
                Match(
                    equivalence: "equal", system: other, code: question.code, display: nil,
                    map: map))
        case "fixed":
            add(
                Match(
                    equivalence: "relatedto", system: other, code: rest.string("code") ?? "",
                    display: rest.string("display"), map: map))
        default: break
        }
    }

    private mutating func add(_ match: Match) {
        if matches.count < Self.matchesMax, !match.code.isEmpty || match.equivalence == "unmatched"
        {
            matches.append(match)
        }
    }

    /// The same relation seen from the other side.
    private static func turned(_ equivalence: String, _ isReverse: Bool) -> String {
        guard isReverse else { return equivalence }
        let other = [
            "wider": "narrower", "narrower": "wider", "subsumes": "specializes",
            "specializes": "subsumes",
        ]
        return other[equivalence] ?? equivalence
    }
}
