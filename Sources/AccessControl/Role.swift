/// What a person is in the clinic.
///
/// A person may hold several roles; rights add up.
///
/// Spec: FEATURES AUTH-06 and AUTH-08; the names are those of the replaced systems.
package enum Role: String, CaseIterable, Hashable, Sendable {
    case systemAdmin = "SYSTEM_ADMIN"
    case admin = "ADMIN"
    case physician = "PHYSICIAN"
    case nurse = "NURSE"
    case medicalAssistant = "MEDICAL_ASSISTANT"
    case pharmacist = "PHARMACIST"
    case lab = "LAB"
    case radiology = "RADIOLOGY"
    case frontDesk = "FRONT_DESK"
    case billing = "BILLING"
    case patient = "PATIENT"
}
