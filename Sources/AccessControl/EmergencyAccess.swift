/// A chart opened for an emergency: for one person, one patient, some compartments and a time.
///
/// Its extent is fixed when it begins; nothing makes it larger or longer.
///
/// Spec: 45 CFR 164.312(a)(2)(ii), emergency access; FEATURES AUTH-10; SECURITY S22.
package struct EmergencyAccess: Hashable, Sendable {
    /// Why a chart is opened.
    package enum Category: String, CaseIterable, Sendable {
        case treatment = "emergency-treatment"
        case danger = "danger-to-self-or-others"
        case publicHealth = "public-health-emergency"
    }

    /// The compartments that an emergency can open; blood quantum treats nobody.
    package static let compartments: [Compartment] = [
        .general, .part2, .behavioral, .traditional,
    ]
    /// How long it lasts where nobody says, in minutes.
    package static let minutesDefault = 60
    /// The longest, in minutes.
    package static let minutesMax = 240

    package let id: String
    package let patientID: String
    package let compartments: Set<Compartment>

    /// Makes one that has begun and not ended.
    package init(id: String, patientID: String, compartments: Set<Compartment>) {
        self.id = id
        self.patientID = patientID
        self.compartments = compartments
    }
}
