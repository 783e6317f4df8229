package import AccessControl
import FHIRModel
import Synchronization

/// What the box adds to what is written, as it is set at the moment: narratives, and where things
/// come from.
package final class WritingRules: Sendable {
    private struct State {
        var isNarrated = false
        var isTraced = false
        var place = Place(clinicName: "The clinic", isKept: false)
        var author: @Sendable (Caller) -> ProvenanceAuthor? = { _ in nil }
    }

    /// In whose name the box writes.
    struct Place {
        let clinicName: String
        /// Whether there are records of the clinic and of the box to refer to.
        let isKept: Bool
    }

    /// The id of the Organization that the box belongs to.
    package static let clinicID = "tribal-ehr-clinic"
    /// The id of the Device that the box is.
    package static let boxID = "tribal-ehr-box"

    private let state = Mutex(State())

    /// Nothing is added until it is set.
    package init() {}

    /// Sets what is added from now on.
    ///
    /// - Parameters:
    ///   - isNarrated: whether resources without a narrative are given one.
    ///   - isTraced: whether writes and imports leave a Provenance.
    package func set(isNarrated: Bool, isTraced: Bool) {
        state.withLock {
            $0.isNarrated = isNarrated
            $0.isTraced = isTraced
        }
    }

    /// Sets how it is found out who stands behind a caller.
    package func setAuthor(_ author: @escaping @Sendable (Caller) -> ProvenanceAuthor?) {
        state.withLock { $0.author = author }
    }

    /// Says that there are records of the clinic and of the box, under their ids.
    package func setPlace(clinicName: String) {
        state.withLock { $0.place = Place(clinicName: clinicName, isKept: true) }
    }

    /// In whose name the box writes.
    var place: Place { state.withLock { $0.place } }

    /// Whether writes and imports leave a Provenance.
    var isTraced: Bool { state.withLock { $0.isTraced } }

    /// Who stands behind a caller; nil where nobody is known by more than the name.
    func author(_ caller: Caller) -> ProvenanceAuthor? { state.withLock { $0.author }(caller) }

    /// What becomes of the narrative of a resource, as the members to set.
    ///
    /// What was generated for an earlier version is made afresh, or taken out. An import stays as it
    /// is.
    func narrative(for json: JSON, _ act: Change.Act) -> [String: [UInt8]?] {
        guard act != .importing, !GeneratedNarrative.isWritten(in: json) else { return [:] }
        guard state.withLock({ $0.isNarrated }), let text = GeneratedNarrative.text(of: json)
        else {
            let nothing: [UInt8]? = nil
            return json["text"] == nil ? [:] : ["text": nothing]
        }
        return ["text": text]
    }
}

/// Who stands behind a write.
package struct ProvenanceAuthor: Sendable, Hashable {
    /// The address of the record of the person, such as `Practitioner/5`; nil where there is none.
    package let reference: String?
    /// The name that is shown.
    package let display: String

    /// Names somebody.
    package init(reference: String?, display: String) {
        self.reference = reference
        self.display = display
    }
}
