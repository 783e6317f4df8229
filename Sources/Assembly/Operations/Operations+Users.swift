import AccessControl
import FHIRModel
import Identity
import Kernel

extension Operations {
    func tokenIssue(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        guard let minutes = call.arguments["minutes"]?.int else {
            throw Problem(.required, "Say for how many minutes.", location: "minutes")
        }
        let grant = try await box.grant(Ask.tokens(.administer), call.caller)
        let issued = try await box.identity.tokens.issue(
            grant, username: try call.text("username"), scopes: try call.text("scope"),
            minutes: minutes)
        answer.member("token", issued.text)
        answer.member("expiresAt", Timestamp.text(ms: issued.token.expiresMs))
    }

    func userList(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let users = try await box.identity.accounts.list(
            try await box.grant(Ask.users(.search), call.caller))
        answer.array("items") { list in
            for user in users {
                list.object { item in
                    item.member("id", user.id)
                    item.member("username", user.username)
                    item.member("displayName", user.displayName)
                    item.array("roles") { roles in
                        for role in user.roles.map(\.rawValue).sorted() { roles.string(role) }
                    }
                    item.member("isDisabled", user.isDisabled)
                    item.member("mustChangePassword", user.mustChangePassword)
                    item.member("hasFactor", user.hasFactor)
                }
            }
        }
    }

    func userAdd(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let draft = UserDraft(
            username: try call.text("username"), displayName: try call.text("displayName"),
            roles: try Self.roles(call.arguments),
            ownPatientID: call.arguments.string("ownPatientID"))
        let user = try await box.identity.accounts.add(
            try await box.grant(Ask.users(.create), call.caller), draft,
            password: Password(try call.text("password")),
            mustChangePassword: call.flag("mustChangePassword"))
        answer.member("id", user.id)
    }

    func userDisable(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let (grant, id) = try await userGrant(call)
        try await box.identity.accounts.disable(grant, id: id)
    }

    func userEnable(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let (grant, id) = try await userGrant(call)
        try await box.identity.accounts.enable(grant, id: id)
    }

    func userUnlock(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let (grant, id) = try await userGrant(call)
        try await box.identity.accounts.unlock(grant, id: id)
    }

    func userResetPassword(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let (grant, id) = try await userGrant(call)
        try await box.identity.accounts.resetPassword(
            grant, id: id, to: Password(try call.text("password")),
            mustChangePassword: call.flag("mustChangePassword"))
    }

    func userSetRoles(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let (grant, id) = try await userGrant(call)
        try await box.identity.accounts.setRoles(grant, id: id, try Self.roles(call.arguments))
    }

    func userLink(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let (grant, id) = try await userGrant(call)
        try await box.identity.accounts.setPractitioner(
            grant, id: id, call.arguments.string("practitionerID"))
    }

    func userPasswordCode(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let (grant, id) = try await userGrant(call)
        Self.write(
            try await box.identity.accounts.startPasswordCode(grant, id: id), to: &answer)
    }

    func userResetFactor(_ call: OperationCall, _ answer: inout JSONWriter) async throws {
        let (grant, id) = try await userGrant(call)
        Self.write(try await box.identity.accounts.startFactorReset(grant, id: id), to: &answer)
    }

    private static func write(_ start: ResetStart, to answer: inout JSONWriter) {
        guard case .code(let code) = start else { return }
        answer.member("code", code.text)
        answer.member("expiresAt", Timestamp.text(ms: code.expiresMs))
    }

    private func userGrant(_ call: OperationCall) async throws -> (Grant, String) {
        guard let user = box.identity.accounts.user(named: try call.text("username")) else {
            throw Problem(
                .notFound, "There is no user of this name. See: tribal-ehr user list",
                location: "username")
        }
        return (try await box.grant(Ask.users(.update, id: user.id), call.caller), user.id)
    }
}
