package import FHIRModel
import Kernel

/// One stored resource of a patient, as the chart takes it.
package struct ChartResource: Sendable {
    /// The resource type, such as `Observation`.
    package let type: String
    /// The logical id.
    package let id: String
    /// The resource.
    package let json: JSON

    /// Makes a chart resource.
    package init(type: String, id: String, json: JSON) {
        self.type = type
        self.id = id
        self.json = json
    }
}

/// The chart of one patient as the page shows it, computed from FHIR resources alone.
///
/// What was entered in error never appears. Lists are newest first, points of a trend oldest first,
/// numbers keep their written form. Every list and every text is bounded; a list that was cut names
/// its resource type in `truncated`.
package struct ChartSummary {
    /// The most entries of one list.
    package static let listEntriesMax = 1_000
    /// The most trends of vital signs or of lab results.
    package static let seriesMax = 400
    /// The most points of one trend; the newest stay.
    package static let seriesPointsMax = 1_000
    /// The most characters of one text.
    package static let textCharactersMax = 500

    let patient: JSON
    let resources: [ChartResource]
    let references: ReferencedResources
    let today: CalendarDay
    var truncated: Set<String>

    /// The chart as JSON.
    ///
    /// - Parameters:
    ///   - patient: the Patient resource.
    ///   - resources: what the reader may see of this patient, and what it points to, in any order.
    ///   - today: the day ages are counted to.
    ///   - openedAtMs: when the chart was opened, milliseconds since 1970 in UTC.
    ///   - counts: how many resources of each type the patient has.
    ///   - truncated: types of which `resources` does not hold all.
    package static func encode(
        patient: JSON, resources: [ChartResource], today: CalendarDay, openedAtMs: Int64,
        counts: [String: Int], truncated: [String]
    ) -> [UInt8] {
        var summary = ChartSummary(
            patient: patient, resources: resources, references: ReferencedResources(resources),
            today: today, truncated: Set(truncated))
        var out = JSONWriter(reservingBytes: 4_096 + resources.count * 160)
        out.beginObject()
        summary.writeBanner(to: &out)
        summary.writeProblems(to: &out)
        summary.writeMedications(to: &out)
        summary.writeAllergies(to: &out)
        summary.writeMeasures(to: &out)
        summary.writeImmunizations(to: &out)
        summary.writeEncounters(to: &out)
        summary.writeDocuments(to: &out)
        out.array("truncated") { out in
            for type in summary.truncated.sorted() { out.string(type) }
        }
        out.object("counts") { out in
            for (type, count) in counts.sorted(by: { $0.key < $1.key }) { out.member(type, count) }
        }
        out.member("openedAt", Timestamp.text(ms: openedAtMs))
        out.endObject()
        return out.bytes
    }

    /// The resources of some types that were not entered in error, newest first.
    mutating func newest(_ types: String...) -> [Dated] {
        var found: [Dated] = []
        for resource in resources where types.contains(resource.type) {
            guard !isEnteredInError(resource) else { continue }
            found.append(Dated(resource))
        }
        found.sort { ($1.ms, $1.id) < ($0.ms, $0.id) }
        if found.count > Self.listEntriesMax {
            truncated.formUnion(found[Self.listEntriesMax...].map(\.type))
            found.removeLast(found.count - Self.listEntriesMax)
        }
        return found
    }

    /// Whether the resource says that it should never have been written.
    private func isEnteredInError(_ resource: ChartResource) -> Bool {
        resource.json["status"]?.equals("entered-in-error") == true
            || Concept.has("entered-in-error", in: resource.json["verificationStatus"])
    }

    /// A resource with the time it is sorted by.
    struct Dated {
        let id: String
        let type: String
        let json: JSON
        /// The date as written; nil if the resource has none.
        let at: String?
        /// Milliseconds since 1970; what has no date comes last in lists.
        let ms: Int64

        init(_ resource: ChartResource) {
            let date = ClinicalDate.of(resource.json)
            id = resource.id
            type = resource.type
            json = resource.json
            at = date?.text
            ms = date?.lowerBoundMs() ?? Int64.min
        }
    }
}

/// Resources that others point to, found by the text of a reference.
struct ReferencedResources {
    private var byAddress: [String: JSON] = [:]

    init(_ resources: [ChartResource]) {
        let types: Set = [
            "Condition", "Location", "Medication", "Organization", "Practitioner",
            "PractitionerRole",
        ]
        for resource in resources where types.contains(resource.type) {
            byAddress["\(resource.type)/\(resource.id)"] = resource.json
        }
    }

    /// The resource of one of some types that a Reference points to; nil if it is not at hand.
    func find(_ reference: JSON?, in owner: JSON, types: String...) -> JSON? {
        guard let text = reference?.string("reference") else { return nil }
        if text.hasPrefix("#") {
            let id = String(text.dropFirst())
            return owner["contained"]?.elements.first { $0["id"]?.equals(id) == true }
        }
        let id = Self.id(in: text)
        for type in types {
            if let found = byAddress["\(type)/\(id)"] { return found }
        }
        return nil
    }

    /// What a person, a place or an organization that a Reference points to is called.
    func name(_ reference: JSON?, in owner: JSON) -> String? {
        if let display = reference?.string("display") { return display }
        let found = find(
            reference, in: owner, types: "Practitioner", "Location", "Organization",
            "PractitionerRole")
        guard let found else { return nil }
        if let name = found.string("name") { return name }
        if let name = found.at("name", 0) { return PersonName(json: name).spoken }
        return found.at("practitioner", "display")?.string
    }

    /// The logical id at the end of a reference.
    static func id(in reference: String) -> Substring {
        var text = reference[...]
        if let history = text.firstRange(of: "/_history/") { text = text[..<history.lowerBound] }
        guard let cut = text.lastIndex(where: { $0 == "/" || $0 == ":" }) else { return text }
        return text[text.index(after: cut)...]
    }
}

extension PersonName {
    /// The name in the order it is said, with titles.
    var spoken: String {
        let parts = prefix + given + [family].compactMap { $0 } + suffix
        return parts.isEmpty ? text ?? "" : parts.joined(separator: " ")
    }
}
