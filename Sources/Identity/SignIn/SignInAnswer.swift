import AccessControl
import FHIRModel
import Kernel

/// What a page is told about the person it works for.
struct SignInAnswer {
    let user: User
    let session: Session
    let settings: IdentitySettings
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
                    for name in permissions { list.string(name) }
                }
                one.member(
                    "mustChangePassword", settings.mustChangePassword(user, nowMs: nowMs))
            }
            top.member("csrfToken", session.csrfToken)
            top.member("idleSeconds", Int(settings.idleMsMax / 1_000))
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
                return grant.onlyPatientID == nil ? name : nil
            } catch {
                return nil
            }
        }
    }

    private static let asks: [(String, Ask)] = [
        ("patients.search", Ask(.search, "Patient")),
        ("chart.read", Ask(.read, "Condition")),
        ("audit.read", Ask(.search, area: .audit, type: "AuditLog")),
        ("sessions.readAll", .sessions(.search)),
        ("users.read", .users(.search)),
        ("users.change", .users(.update)),
        ("directory.change", Ask(.update, "Location")),
        ("system.read", Ask(.read, area: .system, type: "Setting")),
        ("system.change", Ask(.update, area: .system, type: "Setting")),
    ]
}
