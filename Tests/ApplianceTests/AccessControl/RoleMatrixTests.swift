import AccessControl
import TestKit
import Testing

/// What each role may do, written down a second time, role by role, from what the role is for.
@Suite("Role matrix")
struct RoleMatrixTests {
    private static let look: Set<Verb> = [.read, .vread, .search]
    private static let keep: Set<Verb> = [.read, .vread, .search, .create, .update]
    private static let all: Set<Verb> = [.read, .vread, .search, .create, .update, .delete]
    private static let own: Set<Verb> = [.read, .vread, .search, .update, .delete]

    /// The areas of a chart, of patients and their care.
    private static let chart: Set<Area> = [
        .demographics, .encounters, .allergies, .observations, .immunizations, .clinical,
        .medications, .orders, .documents, .schedule, .billing, .consents,
    ]

    private static func expected(_ role: Role, _ area: Area) -> Set<Verb> {
        switch area {
        case .directory, .definitions:
            return role == .systemAdmin || role == .admin ? all : look
        case .subscriptions:
            // They carry what opens other programs, and send records out of the clinic.
            return isAdministrator(role)
                ? all.union([.administer]) : role == .physician ? all : []
        case .ownAccount: return own
        case .users:
            if role == .systemAdmin { return all.union([.administer]) }
            return role == .admin ? keep.union([.administer]) : []
        case .sessions: return isAdministrator(role) ? look.union([.delete]) : []
        case .audit: return isAdministrator(role) ? look.union([.export]) : []
        case .system:
            if role == .systemAdmin { return look.union([.update, .administer]) }
            return role == .admin ? look : []
        case .emergencies:
            return isAdministrator(role)
                ? [.read, .vread, .search, .update]
                : treats(role) ? [.create] : []
        case .delegations: return delegating(role)
        case .recordImport: return role == .systemAdmin ? [.create, .administer] : []
        default: return inChart(role, area)
        }
    }

    /// Whether a role belongs to somebody who treats people.
    private static func treats(_ role: Role) -> Bool {
        [.physician, .nurse, .medicalAssistant, .pharmacist, .lab, .radiology].contains(role)
    }

    /// Everybody who works here names a substitute; administrators do so for others.
    private static func delegating(_ role: Role) -> Set<Verb> {
        guard role != .patient else { return [] }
        let own = look.union([.create, .delete])
        return isAdministrator(role) ? own.union([.administer]) : own
    }

    private static func isAdministrator(_ role: Role) -> Bool {
        role == .systemAdmin || role == .admin
    }

    private static func inChart(_ role: Role, _ area: Area) -> Set<Verb> {
        switch role {
        case .systemAdmin: []
        case .admin: area == .schedule ? all : look
        case .physician: area == .billing ? look : all
        case .nurse: area == .billing ? [] : keep
        case .medicalAssistant: medicalAssistant(area)
        case .pharmacist: pharmacist(area)
        case .lab: lab(area)
        case .radiology: radiology(area)
        case .frontDesk: frontDesk(area)
        case .billing: billing(area)
        case .patient: look
        }
    }

    /// Takes vital signs, keeps lists, brings papers in.
    private static func medicalAssistant(_ area: Area) -> Set<Verb> {
        switch area {
        case .demographics, .encounters, .allergies, .observations, .immunizations, .schedule: keep
        case .documents: look.union([.create])
        case .billing: []
        default: look
        }
    }

    /// Owns the list of medications, gives vaccines, keeps allergies, works orders off.
    private static func pharmacist(_ area: Area) -> Set<Verb> {
        switch area {
        case .medications: all
        case .allergies, .immunizations: keep
        case .orders: look.union([.update])
        case .billing, .consents: []
        default: look
        }
    }

    /// Writes results and reports.
    private static func lab(_ area: Area) -> Set<Verb> {
        switch area {
        case .observations, .clinical: keep
        case .orders: look.union([.update])
        case .documents: look.union([.create])
        case .demographics, .encounters, .allergies, .schedule: look
        default: []
        }
    }

    /// Writes reports of pictures.
    private static func radiology(_ area: Area) -> Set<Verb> {
        switch area {
        case .clinical: keep
        case .orders: look.union([.update])
        case .documents: look.union([.create])
        case .demographics, .encounters, .allergies, .observations, .schedule: look
        default: []
        }
    }

    /// Registers people and makes appointments; sees no clinical record.
    private static func frontDesk(_ area: Area) -> Set<Verb> {
        switch area {
        case .demographics, .encounters, .schedule, .billing, .consents: keep
        case .documents: look.union([.create])
        default: []
        }
    }

    /// Owns claims; reads what claims are made of.
    private static func billing(_ area: Area) -> Set<Verb> {
        switch area {
        case .billing: all
        case .allergies, .observations, .documents, .consents: []
        default: look
        }
    }

    @Test(arguments: Role.allCases, Area.allCases)
    func `a role may do in an area what it is for`(_ role: Role, _ area: Area) {
        let cell = RoleMatrix.cell(role, area)
        #expect(cell.verbs == Self.expected(role, area))
        #expect(cell.isOwnOnly == (role == .patient && Self.chart.contains(area)))
    }

    @Test func `the table has a word for every role in every area and no other line`() {
        let lines = RoleMatrix.table.split(separator: "\n").map { $0.split(separator: " ") }
        #expect(Set(lines.map { String($0[0]) }) == Set(Area.allCases.map(\.rawValue)))
        #expect(lines.count == Area.allCases.count)
        #expect(lines.allSatisfy { $0.count == Role.allCases.count + 1 })
        #expect(Set(RoleMatrix.columns) == Set(Role.allCases))
        let letters = Set(lines.flatMap { $0.dropFirst() }.joined())
        #expect(letters.isSubset(of: "crsudeao."))
    }

    @Test func `nobody but a physician and the patient opens substance use records`() {
        for role in Role.allCases {
            let opened = RoleMatrix.compartments(role)
            #expect(opened.contains(.part2) == (role == .physician || role == .patient))
            #expect(!opened.contains(.system))
        }
        #expect(RoleMatrix.compartments(.systemAdmin).isEmpty)
        let quantum = Role.allCases.filter { RoleMatrix.compartments($0).contains(.bloodQuantum) }
        #expect(Set(quantum) == [.admin, .frontDesk, .patient])
        let behavioral = Role.allCases.filter { RoleMatrix.compartments($0).contains(.behavioral) }
        #expect(Set(behavioral) == [.physician, .nurse, .patient])
    }
}
