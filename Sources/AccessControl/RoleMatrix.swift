/// Which role may do what in which area: the one table that every decision is read from.
///
/// Letters: `c` create, `r` read and vread, `s` search, `u` update, `d` delete, `e` export,
/// `a` administer, `o` read of one's own record only, `.` nothing.
/// Spec: FEATURES AUTH-06 to AUTH-08.
package enum RoleMatrix {
    /// What a cell allows.
    package struct Cell: Hashable, Sendable {
        package let verbs: Set<Verb>
        /// The verbs hold only for records of the caller's own chart.
        package let isOwnOnly: Bool

        static let nothing = Cell(verbs: [], isOwnOnly: false)
    }

    /// The cell of a role and an area.
    package static func cell(_ role: Role, _ area: Area) -> Cell {
        cells[Key(role: role, area: area)] ?? .nothing
    }

    private struct Key: Hashable {
        let role: Role
        let area: Area
    }

    private static let cells: [Key: Cell] = {
        var cells: [Key: Cell] = [:]
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard let area = Area(rawValue: String(words[0])) else { continue }
            for (role, letters) in zip(columns, words.dropFirst()) {
                cells[Key(role: role, area: area)] = cell(letters: letters)
            }
        }
        return cells
    }()

    private static func cell(letters: Substring) -> Cell {
        var verbs: Set<Verb> = []
        for letter in letters {
            switch letter {
            case "c": verbs.insert(.create)
            case "r": verbs.formUnion([.read, .vread])
            case "s": verbs.insert(.search)
            case "u": verbs.insert(.update)
            case "d": verbs.insert(.delete)
            case "e": verbs.insert(.export)
            case "a": verbs.insert(.administer)
            case "o": verbs.formUnion([.read, .vread, .search])
            default: break
            }
        }
        return Cell(verbs: verbs, isOwnOnly: letters.contains("o"))
    }

    /// What an emergency allows: looking, never changing, and never taking away in bulk.
    static let emergencyVerbs: Set<Verb> = [.read, .vread, .search]

    /// The order of the table's columns.
    package static let columns: [Role] = [
        .systemAdmin, .admin, .physician, .nurse, .medicalAssistant, .pharmacist, .lab, .radiology,
        .frontDesk, .billing, .patient,
    ]

    /// The table itself: an area a line, a role a column in the order of ``columns``.
    package static let table = """
        demographics  .     rs    crsud crsu  crsu  rs    rs    rs    crsu  rs    o
        encounters    .     rs    crsud crsu  crsu  rs    rs    rs    crsu  rs    o
        allergies     .     rs    crsud crsu  crsu  crsu  rs    rs    .     .     o
        observations  .     rs    crsud crsu  crsu  rs    crsu  rs    .     .     o
        immunizations .     rs    crsud crsu  crsu  crsu  .     .     .     rs    o
        clinical      .     rs    crsud crsu  rs    rs    crsu  crsu  .     rs    o
        medications   .     rs    crsud crsu  rs    crsud .     .     .     rs    o
        orders        .     rs    crsud crsu  rs    rsu   rsu   rsu   .     rs    o
        documents     .     rs    crsud crsu  crs   rs    crs   crs   crs   .     o
        schedule      .     crsud crsud crsu  crsu  rs    rs    rs    crsu  rs    o
        billing       .     rs    rs    .     .     .     .     .     crsu  crsud o
        consents      .     rs    crsud crsu  rs    .     .     .     crsu  .     o
        directory     crsud crsud rs    rs    rs    rs    rs    rs    rs    rs    rs
        definitions   crsud crsud rs    rs    rs    rs    rs    rs    rs    rs    rs
        subscriptions crsuda crsuda crsud .  .     .     .     .     .     .     .
        emergencies   rsu   rsu   c     c     c     c     c     c     .     .     .
        delegations   crsda crsda crsd  crsd  crsd  crsd  crsd  crsd  crsd  crsd  .
        users         crsuda crsua .    .     .     .     .     .     .     .     .
        own-account   rsud  rsud  rsud  rsud  rsud  rsud  rsud  rsud  rsud  rsud  rsud
        sessions      rsd   rsd   .     .     .     .     .     .     .     .     .
        audit         rse   rse   .     .     .     .     .     .     .     .     .
        system        rsua  rs    .     .     .     .     .     .     .     .     .
        import        ca    .     .     .     .     .     .     .     .     .     .
        """

    /// The compartments that a role opens, beside records of no patient, which every role does.
    ///
    /// Spec: 42 CFR Part 2; HIPAA minimum necessary, 45 CFR 164.502(b).
    package static func compartments(_ role: Role) -> Set<Compartment> {
        switch role {
        case .physician: [.general, .part2, .behavioral, .traditional]
        case .nurse: [.general, .behavioral, .traditional]
        case .admin, .frontDesk: [.general, .bloodQuantum]
        case .medicalAssistant, .pharmacist, .lab, .radiology, .billing: [.general]
        case .patient: [.general, .part2, .behavioral, .bloodQuantum, .traditional]
        case .systemAdmin: []
        }
    }
}
