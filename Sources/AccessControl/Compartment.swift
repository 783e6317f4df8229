/// A class of records with a data key of its own, so that a class is opened only by those who may.
package enum Compartment: String, CaseIterable, Hashable, Sendable {
    /// The chart that every clinical role reads.
    case general
    /// Substance use disorder treatment records (42 CFR Part 2).
    case part2
    /// Behavioral health.
    case behavioral
    /// Blood quantum, kept apart from all else.
    case bloodQuantum = "blood-quantum"
    /// Traditional medicine.
    case traditional
    /// Records of no patient: users, settings, directory, definitions.
    case system

    /// The compartment that a security label of a resource puts it in, or nil for a label that
    /// does not protect.
    ///
    /// Spec: HL7 v3 ActCode, InformationSensitivityPolicy,
    /// https://terminology.hl7.org/CodeSystem-v3-ActCode.html
    package init?(securityLabel code: String) {
        switch code {
        case "42CFRPart2", "SUD", "ETH", "ETHUD", "OPIOIDUD", "SUDTx": self = .part2
        case "BH", "PSY", "MH", "PSYTHPN", "BHR": self = .behavioral
        case "BLOOD-QUANTUM": self = .bloodQuantum
        case "TRADITIONAL-MEDICINE": self = .traditional
        default: return nil
        }
    }
}
