import AccessControl

/// The number of one patient's compartment in the search index: 8 times the number of the patient
/// and the number of the compartment.
struct Chart: Hashable, Sendable {
    let number: Int64

    init(patient: Int64, compartment: Compartment) {
        number = patient * 8 + Self.index(compartment)
    }

    /// The number of a compartment; never changed, since rows hold it.
    static func index(_ compartment: Compartment) -> Int64 {
        switch compartment {
        case .general: 0
        case .part2: 1
        case .behavioral: 2
        case .bloodQuantum: 3
        case .traditional: 4
        case .system: 5
        }
    }

    /// Whether records of a compartment have no rows beside the one that says they exist.
    ///
    /// What is protected is opened and looked at instead, so that not even a frequency shows.
    static func isClosed(_ compartment: Compartment) -> Bool {
        compartment != .general && compartment != .system
    }
}
