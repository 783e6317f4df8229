import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
import RecordStore
import ServerKit

/// What a page is told about the person it works for.
struct SignInAnswer {
    let user: User
    let session: Session
    let settings: IdentitySettings
    /// What the person has to do before anything else.
    let next: OwnNeed?
    /// Until when setting up a second factor may be put off, in UTC milliseconds.
    let graceEndMs: Int64?
    /// UTC milliseconds.
    let nowMs: Int64

    var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.object { top in
            top.object("user") { one in
                one.member("id", user.id)
                one.member("username", user.username)
                one.member("displayName", user.displayName)
                one.array("roles") { list in
                    for role in Role.allCases where user.roles.contains(role) {
                        list.string(role.rawValue)
                    }
                }
                one.array("permissions") { list in
                    for name in next == nil ? permissions : [] { list.string(name) }
                }
                one.member(
                    "mustChangePassword", settings.mustChangePassword(user, nowMs: nowMs))
                one.member("hasFactor", user.hasFactor)
                one.member("hasPIN", user.hasPIN && settings.isPINAllowed)
            }
            if let next { top.member("next", next.rawValue) }
            if let graceEndMs { top.member("factorDueAt", Timestamp.text(ms: graceEndMs)) }
            top.member("csrfToken", session.csrfToken)
            top.member("idleSeconds", Int(settings.idleMsMax(user.roles) / 1_000))
            top.member(
                "absoluteExpiresAt", Timestamp.text(ms: session.createdMs + settings.sessionMsMax))
        }
        return writer.bytes
    }

    /// What the person may do, asked of the policy, so that pages show what will work.
    private var permissions: [String] {
        let caller = Caller(
            kind: .person, userID: user.id, name: user.username, roles: user.roles,
            ownPatientID: user.ownPatientID, address: session.address, requestID: "")
        return Self.asks.compactMap { name, ask in
            do throws(Problem) {
                let grant = try Policy().grant(ask, to: caller)
                return grant.onlyPatientIDs == nil ? name : nil
            } catch {
                return nil
            }
        }
    }

    private static let asks: [(String, Ask)] = [
        ("patients.search", Ask(.search, "Patient")),
        ("patients.create", Ask(.create, "Patient")),
        ("patients.change", Ask(.update, "Patient")),
        ("coverage.change", Ask(.update, "Coverage")),
        ("chart.read", Ask(.read, "Condition")),
        ("observations.create", Ask(.create, "Observation")),
        ("audit.read", Ask(.search, area: .audit, type: "AuditLog")),
        ("emergencies.open", .emergencies(.create)),
        ("emergencies.review", .emergencies(.update)),
        ("delegations.make", .delegations(.create)),
        ("delegations.administer", .delegations(.administer)),
        ("access-rules.read", Ask(.read, area: .system, type: "AccessRules")),
        ("sessions.readAll", .sessions(.search)),
        ("users.read", .users(.search)),
        ("users.change", .users(.update)),
        ("directory.change", Ask(.update, "Location")),
        ("system.read", Ask(.read, area: .system, type: "Setting")),
        ("system.change", Ask(.update, area: .system, type: "Setting")),
    ]
}

extension Identity {
    /// What the page of a person is told.
    func answer(_ user: User, _ session: Session) -> [UInt8] {
        let isLocked = sessions.table.find(id: session.id).map(sessions.table.isLocked) ?? false
        let (settings, nowMs) = (settings, store.parts.clock.wallMs())
        let isPasswordDue = settings.mustChangePassword(user, nowMs: nowMs)
        let next: OwnNeed? =
            isLocked
            ? .unlock : isPasswordDue ? .password : factorRules.isDue(user) ? .factor : nil
        return SignInAnswer(
            user: user, session: session, settings: settings, next: next,
            graceEndMs: factorRules.graceEndMs(user), nowMs: nowMs
        ).bytes
    }

    /// The answer to a sign-in that is done, with its cookies.
    func answer(to success: SignIn.Success) -> Response {
        var headers = HTTPFields()
        headers[values: .setCookie] = [
            Cookies.setSession(success.sessionToken), Cookies.setDevice(success.deviceToken),
            Cookies.clearStep(),
        ]
        return .json(answer(success.user, success.session), headers: headers)
    }
}

/// What a page is told while a second factor is due.
enum FactorDueAnswer {
    /// The answer with the cookie that carries the sign-in to its second step.
    static func response(_ due: FactorDue) -> Response {
        var writer = JSONWriter()
        writer.object { top in
            top.member("next", "factor")
            top.array("methods") { list in
                if due.hasApp { list.string("totp") }
                if !due.passkeys.isEmpty { list.string("passkey") }
                list.string("recovery")
            }
            top.member("seconds", Int(FactorDue.lifeMs / 1_000))
        }
        return .json(writer.bytes, headers: [.setCookie: Cookies.setStep(due.token)])
    }
}
