import AccessControl
import FHIRModel
import Hummingbird
import Kernel
package import ServerKit

/// By which rule each role opens charts, and which Practitioner each person is.
package struct AccessRulesFeature: Feature {
    package static let key = "access-rules"

    private let identity: Identity
    private let gate: Gate
    private var book: AccessRuleBook { identity.chartRights.rules }

    init(_ identity: Identity, gate: Gate) {
        self.identity = identity
        self.gate = gate
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/access-rules", use: read)
        routes.signedIn.put("api/v1/access-rules", limits: .sensitive, use: write)
        routes.signedIn.put(
            "api/v1/access-rules/people/:id", limits: .sensitive, use: link)
    }

    /// `GET /api/v1/access-rules`: the rules, and who holds the roles.
    @Sendable private func read(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(Self.ask(.read), to: context.caller)
        let users = try await gate.grant(.users(.search), to: grant.caller)
        let people = try await identity.accounts.list(users)
        return .json(answer(people.filter { !$0.isDisabled }))
    }

    /// `PUT /api/v1/access-rules`: other rules, from the version that was read.
    @Sendable private func write(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(Self.ask(.update), to: context.caller)
        let json = try await Fields.object(context.body(of: request))
        guard let version = json["version"]?.int else {
            throw Problem(.required, "Say which version you changed.", location: "version")
        }
        var rules = AccessRules()
        rules.visitDaysMax = json["visitDays"]?.int ?? rules.visitDaysMax
        guard let wanted = json["rules"], wanted.isObject else {
            throw Problem(.required, "Say the rule of each role.", location: "rules")
        }
        for (name, value) in wanted.members {
            guard let role = Role(rawValue: name), let text = value.string,
                let rule = AccessRule(rawValue: text)
            else {
                throw Problem(
                    .value, "A rule is clinic or relationship, for a role.", location: "rules")
            }
            rules.byRole[role] = rule
        }
        try await book.set(grant, rules, from: version)
        return .empty(.noContent)
    }

    /// `PUT /api/v1/access-rules/people/{id}`: which Practitioner record a person is.
    @Sendable private func link(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try context.parameters.require("id")
        let grant = try await gate.grant(.users(.update, id: id), to: context.caller)
        let json = try await Fields.object(context.body(of: request))
        let practitionerID = json.string("practitionerId") ?? ""
        try await identity.accounts.setPractitioner(
            grant, id: id, practitionerID.isEmpty ? nil : practitionerID)
        return .empty(.noContent)
    }

    private func answer(_ people: [User]) -> [UInt8] {
        let current = book.current
        var writer = JSONWriter()
        writer.object { out in
            out.member("version", current.version)
            out.member("visitDays", current.rules.visitDaysMax)
            if current.changedMs > 0 {
                out.member("changedAt", Timestamp.text(ms: current.changedMs))
            }
            out.array("roles") { list in
                for role in AccessRule.roles {
                    list.object { item in
                        item.member("role", role.rawValue)
                        item.member("rule", current.rules.rule(role).rawValue)
                        item.member("people", people.count { $0.roles.contains(role) })
                    }
                }
            }
            out.array("people") { list in
                for user in people where Delegations.isStaff(user) {
                    list.object { item in
                        item.member("id", user.id)
                        item.member("displayName", user.displayName)
                        item.member("username", user.username)
                        item.member("practitionerId", optional: user.practitionerID)
                        item.array("roles") { roles in
                            for role in user.roles.map(\.rawValue).sorted() { roles.string(role) }
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    private static func ask(_ verb: Verb) -> Ask { Ask(verb, area: .system, type: "AccessRules") }
}
