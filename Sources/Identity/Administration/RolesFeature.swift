import AccessControl
import FHIRModel
import Hummingbird
import Kernel
import RecordStore
package import ServerKit

/// What each role may do, read from the one matrix, and who has it.
///
/// Spec: FEATURES AUTH-06 to AUTH-08.
package struct RolesFeature: Feature {
    package static let key = "roles"

    private let identity: Identity
    private let gate: Gate

    init(_ identity: Identity, gate: Gate) {
        self.identity = identity
        self.gate = gate
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/admin/roles", use: list)
    }

    /// `GET /api/v1/admin/roles`.
    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(.users(.search), to: context.caller)
        let users = try await identity.accounts.list(grant)
        var writer = JSONWriter(reservingBytes: 16_384)
        writer.object { top in
            top.array("areas") { list in
                for area in Area.allCases { list.string(area.rawValue) }
            }
            top.array("items") { list in
                for role in RoleMatrix.columns {
                    list.object { Self.write(role, users, to: &$0) }
                }
            }
        }
        return .json(writer.bytes)
    }

    private static func write(_ role: Role, _ users: [User], to one: inout JSONWriter) {
        one.member("role", role.rawValue)
        one.array("compartments") { list in
            let opened = RoleMatrix.compartments(role)
            for compartment in Compartment.allCases where opened.contains(compartment) {
                list.string(compartment.rawValue)
            }
        }
        one.object("areas") { areas in
            for area in Area.allCases {
                let cell = RoleMatrix.cell(role, area)
                guard !cell.verbs.isEmpty else { continue }
                areas.object(area.rawValue) { written in
                    written.array("verbs") { list in
                        for verb in Verb.allCases where cell.verbs.contains(verb) {
                            list.string(verb.rawValue)
                        }
                    }
                    written.member("isOwnOnly", cell.isOwnOnly)
                }
            }
        }
        one.array("users") { list in
            for user in users where user.roles.contains(role) {
                list.object { person in
                    person.member("id", user.id)
                    person.member("username", user.username)
                    person.member("displayName", user.displayName)
                    person.member("isDisabled", user.isDisabled)
                }
            }
        }
    }
}
