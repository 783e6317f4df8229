import FHIRModel
import Kernel

/// What two records of one person say of each other.
///
/// Nothing moves: each record keeps its chart, and the one that is not used any more says which one
/// took its place. So a merge can be taken back at any time.
///
/// Spec: FHIR R4 Patient.link, https://hl7.org/fhir/R4/patient.html#linking
enum MergeLinks {
    static let stepsMax = 10
    private static let actURL = PatientElements.own + "merge"

    /// One merge or its undoing.
    struct Act {
        /// `merged` or `unmerged`.
        let word: String
        let otherID: String
        let byName: String
        /// A FHIR instant.
        let at: String
        let reason: String
    }

    /// The id of the record that took the place of one; nil where it is in use itself.
    static func replacement(of patient: JSON) -> String? {
        for link in PatientElements.elements(patient["link"])
        where link.string("type") == "replaced-by" {
            return patientID(link)
        }
        return nil
    }

    /// The ids of the records whose place one has taken.
    static func replaced(by patient: JSON) -> [String] {
        PatientElements.elements(patient["link"]).filter { $0.string("type") == "replaces" }
            .compactMap(patientID)
    }

    /// - Throws: ``Problem`` `.conflict` for a record that another one took the place of.
    static func checkOpen(_ patient: JSON) throws(Problem) {
        guard replacement(of: patient) == nil else {
            throw Problem(
                .conflict,
                "This record was merged into another one. Open that one, or take the merge back.")
        }
    }

    /// The record with another link and what was done.
    static func adding(
        _ type: String, to patient: JSON, isActive: Bool, _ act: Act
    ) -> [UInt8] {
        let link = PatientElements.list(
            patient["link"], keeping: { _ in true },
            adding: { list in
                list.object { one in
                    one.object("other") { $0.member("reference", "Patient/\(act.otherID)") }
                    one.member("type", type)
                }
            })
        return rewritten(patient, link: link, isActive: isActive, act)
    }

    /// The record without its link to another one, and with what was done.
    static func removing(
        _ type: String, from patient: JSON, isActive: Bool, _ act: Act
    ) -> [UInt8] {
        let link = PatientElements.list(
            patient["link"],
            keeping: { $0.string("type") != type || patientID($0) != act.otherID },
            adding: { _ in })
        return rewritten(patient, link: link, isActive: isActive, act)
    }

    private static func rewritten(
        _ patient: JSON, link: [UInt8]?, isActive: Bool, _ act: Act
    ) -> [UInt8] {
        let extensions = PatientElements.list(
            patient["extension"], keeping: { _ in true },
            adding: { list in
                list.object { one in
                    one.member("url", actURL)
                    one.array("extension") { parts in
                        parts.textExtension("act", "valueCode", act.word)
                        parts.textExtension("other", "valueString", act.otherID)
                        parts.textExtension("by", "valueString", act.byName)
                        parts.textExtension("at", "valueInstant", act.at)
                        parts.textExtension("reason", "valueString", act.reason)
                    }
                }
            })
        return patient.rewritten(setting: [
            "link": link, "extension": extensions,
            "active": Array((isActive ? "true" : "false").utf8),
        ])
    }

    private static func patientID(_ link: JSON) -> String? {
        guard let text = link.at("other", "reference")?.string,
            case .local(type: "Patient", let id, _)? = Reference(text)
        else { return nil }
        return id
    }

    /// What a page is told of merges, the newest first.
    static func write(_ patient: JSON, to out: inout JSONWriter) {
        if let id = replacement(of: patient) { out.member("mergedInto", id) }
        out.array("replaces") { list in
            for id in replaced(by: patient) { list.string(id) }
        }
        out.array("merges") { list in
            for one in PatientElements.all(actURL, in: patient).reversed() {
                list.object { line in
                    for (name, kind) in [
                        ("act", "valueCode"), ("other", "valueString"), ("by", "valueString"),
                        ("at", "valueInstant"), ("reason", "valueString"),
                    ] {
                        if let text = PatientElements.find(name, in: one)?.string(kind) {
                            line.member(name, text)
                        }
                    }
                }
            }
        }
    }
}
