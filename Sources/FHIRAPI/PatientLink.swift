import FHIRModel

/// The patient that a resource is about.
enum PatientLink {
    /// The id of the patient of this box whose chart the resource belongs to; nil if there is none.
    static func id(_ resource: JSON) -> String? {
        guard let text = PatientCompartment.patientReference(in: resource),
            case .local(type: "Patient", let id, _)? = Reference(text)
        else { return nil }
        return id
    }
}
