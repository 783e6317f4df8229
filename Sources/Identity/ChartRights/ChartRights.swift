import AccessControl
import Kernel
import RecordStore

/// Which charts a person opens beside what the roles say: found anew for every request, so that
/// what was taken away is gone with the next one.
package final class ChartRights: Sendable {
    /// The rules of the clinic.
    package let rules: AccessRuleBook
    /// The charts that are open for an emergency.
    package let emergencies: Emergencies
    /// Who stands in for whom.
    package let delegations: Delegations
    private let store: RecordStore
    private let directory: Directory

    init(store: RecordStore, directory: Directory) async throws {
        self.store = store
        self.directory = directory
        rules = try await AccessRuleBook(store: store)
        emergencies = try await Emergencies(store: store, directory: directory)
        delegations = try await Delegations(store: store, directory: directory)
    }

    /// The facts of a person at this moment.
    ///
    /// - Parameter isAtScreen: whether a person signed in, and no program with a token; an
    ///   emergency is a person's.
    func access(of user: User, isAtScreen: Bool) async throws(Problem) -> ChartAccess {
        let rules = rules.current.rules
        let open = isAtScreen ? emergencies.open(userID: user.id).map(\.access) : []
        guard ChartAccess.needsRelations(user.roles, rules) else {
            return ChartAccess(rules: rules, emergencies: open)
        }
        let own = try await relations(of: user, rules)
        var patientIDs = own.patientIDs
        for one in delegations.received(userID: user.id) {
            guard let absent = directory.user(id: one.fromUserID), !absent.isDisabled else {
                continue
            }
            patientIDs.formUnion(try await relations(of: absent, rules).patientIDs)
        }
        return ChartAccess(
            rules: rules, relatedPatientIDs: patientIDs, ownReferences: own.references,
            emergencies: open)
    }

    private func relations(
        of user: User, _ rules: AccessRules
    ) async throws(Problem) -> Relations {
        guard let practitionerID = user.practitionerID else { return .none }
        let grant = try Grant.ofBox(Ask(.read, "Patient"))
        do {
            return try await store.relations(
                grant, of: practitionerID, visitDaysMax: rules.visitDaysMax)
        } catch let problem as Problem {
            throw problem
        } catch {
            throw Problem(
                .transient, "Whose charts are yours cannot be told at the moment. Try again.")
        }
    }
}
