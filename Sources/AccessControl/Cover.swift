/// Some compartments of some charts.
package struct Cover: Hashable, Sendable {
    package let compartments: Set<Compartment>
    /// The patients whose charts it is about; nil for all, and for records of no patient.
    package let patientIDs: Set<String>?

    /// Makes a cover.
    package init(_ compartments: Set<Compartment>, of patientIDs: Set<String>? = nil) {
        self.compartments = compartments
        self.patientIDs = patientIDs
    }

    /// Whether a compartment of a patient's chart belongs to it.
    ///
    /// - Parameter patientID: empty for a record of no patient.
    package func contains(_ compartment: Compartment, ofPatient patientID: String) -> Bool {
        compartments.contains(compartment) && (patientIDs?.contains(patientID) ?? true)
    }
}
