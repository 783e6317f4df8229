import AccessControl
import Identity
import Kernel
import Steward

extension Box {
    /// What the page of the practice clinic can have done.
    ///
    /// The acts run as the box itself, in the name of who asked: an administrator may not touch
    /// records of patients, and these are none.
    var practiceActs: PracticeActs {
        PracticeActs(
            isPractice: { self.clinic?.isPractice ?? false },
            boxName: { self.clinic?.boxName ?? "" },
            reset: { caller in
                let count = try await DemoClinic(box: self).reset(caller: Self.asMachine(caller))
                return PracticeActs.Count(patients: count.patients, resources: count.resources)
            },
            remove: { caller in
                let count = try await DemoClinic(box: self).remove(
                    force: true, caller: Self.asMachine(caller))
                return PracticeActs.Count(patients: count.patients, resources: count.resources)
            })
    }

    private static func asMachine(_ caller: Caller) -> Caller {
        Caller(
            kind: .machine, userID: caller.userID, name: caller.name, address: caller.address,
            requestID: caller.requestID)
    }

    /// Says that a second person should be able to administer the box, until one can.
    func remindOfSecondAdministrator() async throws {
        let grant = try await grant(
            Ask(.administer, area: .system, type: "Notice"), machine("job"))
        let isAlone =
            isClaimed && clinic?.isPractice == false && identity.accounts.administratorCount < 2
        try await NoticeBoard(store: store).keep(
            grant, kind: "administrators.one",
            isAlone
                ? "Only one person can administer this box. If that person is away or locked out, "
                    + "nobody can help the others. Give a second person the role SYSTEM_ADMIN."
                : nil)
    }
}
