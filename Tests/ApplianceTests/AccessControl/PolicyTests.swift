import AccessControl
import Kernel
import TestKit
import Testing

@Suite("Policy")
struct PolicyTests {
    private let policy = Policy()

    private func person(
        _ roles: Set<Role>, scopes: String? = nil, own: String? = nil
    ) throws -> Caller {
        Caller(
            kind: .person, userID: "u", name: "jane", roles: roles, ownPatientID: own,
            scopes: try scopes.map { try Scope.parse($0) }, sessionTag: "s", address: "192.0.2.1",
            requestID: "r")
    }

    private func isGranted(_ ask: Ask, _ caller: Caller) -> Bool {
        do throws(Problem) {
            _ = try policy.grant(ask, to: caller)
            return true
        } catch {
            return false
        }
    }

    /// Every verb on every area.
    private static let asks: [Ask] = Area.allCases.flatMap { area in
        Verb.allCases.map { Ask($0, area: area, type: "Thing") }
    }

    @Test func `nobody known may only sign in`() {
        for ask in Self.asks {
            #expect(isGranted(ask, Callers.anonymous) == (ask.verb == .signIn))
        }
        #expect(throws: Problem(.login, "")) {
            try policy.grant(Ask(.read, "Patient", id: "p"), to: Callers.anonymous)
        }
    }

    @Test func `the box itself may do everything and sees every compartment`() throws {
        for ask in Self.asks {
            let grant = try policy.grant(ask, to: Callers.machine)
            #expect(grant.wholeCompartments == Set(Compartment.allCases))
            #expect(grant.onlyPatientIDs == nil)
        }
    }

    @Test func `a person without a role may only sign in and out`() throws {
        let caller = try person([])
        for ask in Self.asks {
            #expect(isGranted(ask, caller) == (ask.verb == .signIn || ask.verb == .signOut))
        }
    }

    @Test func `the policy gives what the matrix gives, role by role`() {
        for role in Role.allCases where role != .patient {
            for ask in Self.asks where ask.verb != .signIn && ask.verb != .signOut {
                let isInMatrix = RoleMatrix.cell(role, ask.area).verbs.contains(ask.verb)
                #expect(isGranted(ask, Callers.person(role)) == isInMatrix)
            }
        }
    }

    @Test func `rights of several roles add up, and so do compartments`() throws {
        let caller = try person([.frontDesk, .lab])
        for ask in Self.asks where ask.verb != .signIn && ask.verb != .signOut {
            let alone = [Role.frontDesk, .lab].contains {
                RoleMatrix.cell($0, ask.area).verbs.contains(ask.verb)
            }
            #expect(isGranted(ask, caller) == alone)
        }
        let patient = try policy.grant(Ask(.read, "Patient", id: "p"), to: caller)
        #expect(patient.wholeCompartments == [.system, .general, .bloodQuantum])
        let result = try policy.grant(Ask(.read, "Observation", id: "o"), to: caller)
        #expect(result.wholeCompartments == [.system, .general])
    }

    @Test func `a compartment is opened only by the role that allows the act`() throws {
        let caller = try person([.nurse, .billing])
        let claim = try policy.grant(Ask(.read, "Claim", id: "c"), to: caller)
        #expect(claim.wholeCompartments == [.system, .general])
    }

    @Test func `a patient sees the own chart and no other`() throws {
        let caller = try person([.patient], own: "p-1")
        let grant = try policy.grant(Ask(.read, "Condition", id: "c"), to: caller)
        #expect(grant.onlyPatientIDs == ["p-1"])
        #expect(isGranted(Ask(.read, "Patient", id: "p-1"), caller))
        #expect(!isGranted(Ask(.read, "Patient", id: "p-2"), caller))
        #expect(!isGranted(Ask(.search, "Observation", patientID: "p-2"), caller))
        #expect(!isGranted(Ask(.create, "Observation", patientID: "p-1"), caller))
        #expect(!isGranted(Ask(.read, "Patient", id: "p-1"), try person([.patient])))
    }

    @Test func `a physician who is a patient too reads every chart`() throws {
        let caller = try person([.patient, .physician], own: "p-1")
        let grant = try policy.grant(Ask(.read, "Condition", id: "c", patientID: "p-2"), to: caller)
        #expect(grant.onlyPatientIDs == nil)
    }

    @Test func `scopes narrow a role and never widen it`() throws {
        let caller = try person(
            [.nurse], scopes: "user/Patient.rs user/Observation.c user/Claim.rs")
        #expect(isGranted(Ask(.read, "Patient", id: "p"), caller))
        #expect(isGranted(Ask(.search, "Patient"), caller))
        #expect(!isGranted(Ask(.update, "Patient", id: "p"), caller))
        #expect(isGranted(Ask(.create, "Observation"), caller))
        #expect(!isGranted(Ask(.read, "Observation", id: "o"), caller))
        #expect(!isGranted(Ask(.read, "Condition", id: "c"), caller))
        #expect(!isGranted(Ask(.read, "Claim", id: "c"), caller))
    }

    @Test func `no scope administers`() throws {
        for scopes in ["user/*.cruds", "user/*.*", "system/*.cruds"] {
            let caller = try person([.systemAdmin], scopes: scopes)
            #expect(!isGranted(Ask(.administer, area: .users, type: "User"), caller))
            #expect(!isGranted(Ask(.administer, area: .system, type: "Keys"), caller))
        }
    }

    @Test func `a system scope stands for the box within what it names`() throws {
        let caller = try person([.systemAdmin], scopes: "system/Patient.rs")
        let grant = try policy.grant(Ask(.read, "Patient", id: "p"), to: caller)
        #expect(grant.wholeCompartments == Set(Compartment.allCases))
        #expect(!isGranted(Ask(.create, "Patient"), caller))
        #expect(!isGranted(Ask(.read, "Condition", id: "c"), caller))
    }

    @Test(arguments: [
        "", "Patient.rs", "user/Patient", "user/Patient.", "user/Patient.rr", "user/Patient.x",
        "root/Patient.rs", "user/.rs", "user/Pat ient.rs", "user/Patient.rs.rs", "user//Patient.rs",
    ])
    func `a text that is no scope is refused`(_ text: String) {
        #expect(throws: Problem.self) { try Scope.parse(text) }
    }

    @Test func `both versions of scopes are understood`() throws {
        let old = try Scope.parse("user/Patient.read user/Patient.write user/Patient.*")
        #expect(
            old.map(\.interactions) == [["r", "s"], ["c", "u", "d"], ["c", "r", "u", "d", "s"]])
        #expect(throws: Problem.self) {
            try Scope.parse(String(repeating: "user/*.rs ", count: Scope.countMax + 1))
        }
    }

    @Test func `an extended grant asks the policy again`() throws {
        let grant = try policy.grant(Ask(.read, "Patient", id: "p"), to: Callers.lab)
        _ = try grant.extended(to: Ask(.read, "Observation", id: "o"), by: policy)
        #expect(throws: Problem(.forbidden, "")) {
            try grant.extended(to: Ask(.read, "Claim", id: "c"), by: policy)
        }
    }
}
