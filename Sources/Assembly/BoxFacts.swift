import AccessControl
import Identity
import Kernel
import RecordStore
import Steward
import Synchronization

/// What is asked at every request of whose box it is, in memory; and what is done when it becomes
/// somebody's.
final class BoxFacts: Sendable {
    private struct State {
        var clinic: Clinic?
        var isDemo = false
        weak var box: Box?
        var acts: [@Sendable () async throws -> Void] = []
        var isPracticeDue = false
    }

    private let state = Mutex(State())

    var clinic: Clinic? { state.withLock { $0.clinic } }
    var isDemo: Bool { state.withLock { $0.isDemo } }

    func set(_ clinic: Clinic?, isDemo: Bool) {
        state.withLock {
            $0.clinic = clinic
            $0.isDemo = isDemo
        }
    }

    /// Keeps the records of the clinic and of the box as they are to be.
    func keepOwnRecords() async throws {
        try await state.withLock { $0.box }?.keepOwnRecords()
    }

    /// Names the box that the facts are of.
    func follow(_ box: Box) { state.withLock { $0.box = box } }

    func whenClaimed(_ act: @escaping @Sendable () async throws -> Void) {
        state.withLock { $0.acts.append(act) }
    }

    /// Whether the invented clinic is to be brought in; true once.
    func takePracticeDue() -> Bool {
        state.withLock { state in
            defer { state.isPracticeDue = false }
            return state.isPracticeDue
        }
    }

    /// Forgets what was to be done, which holds the box.
    func forgetActs() { state.withLock { $0.acts = [] } }

    /// What the setup is given of the box.
    var forSetup: SetupBox {
        SetupBox(
            isClaimed: { self.clinic != nil },
            claimed: { clinic in await self.claimed(clinic) })
    }

    /// The claim is on the disk: what fails from here on is told and made good by the next start.
    private func claimed(_ clinic: Clinic) async {
        let (box, acts) = state.withLock { ($0.box, $0.acts) }
        guard let box else { return }
        await attempt { try await box.refreshFacts() }
        for act in acts { await attempt(act) }
        guard clinic.isPractice else { return }
        // A server does it beside the answer, which a browser would not wait for on a slow disk.
        guard acts.isEmpty else {
            state.withLock { $0.isPracticeDue = true }
            return
        }
        await attempt {
            _ = try await DemoClinic(box: box).load(force: true, caller: box.machine("job"))
        }
    }

    private func attempt(_ act: () async throws -> Void) async {
        do {
            try await act()
        } catch let problem as Problem {
            Console.problem("tribal-ehr: \(problem.detail)")
        } catch {
            Console.problem("tribal-ehr: A step after the setup failed: \(type(of: error)).")
        }
    }
}

extension Identity {
    /// What the setup is given of the accounts.
    var forSetup: SetupAccounts {
        let accounts = accounts
        return SetupAccounts(
            passwordProblems: { person, password, clinicName in
                accounts.problems(
                    Password(password), username: person.username,
                    displayName: person.displayName, clinicName: clinicName)
            },
            madeReady: { person, password, clinicName in
                try await accounts.madeReady(
                    UserDraft(
                        username: person.username, displayName: person.displayName,
                        roles: person.isClinician
                            ? [.systemAdmin, .admin, .physician] : [.systemAdmin, .admin]),
                    password: Password(password), clinicName: clinicName)
            },
            insert: { grant, account, rows in
                try accounts.insert(grant, prepared: account, rows)
            })
    }
}
