import AccessControl
import FHIRModel
import Hummingbird
import Kernel
import QRCode
import RecordStore
package import ServerKit

/// A person's own second factors: seeing, setting up, taking away.
package struct FactorsFeature: Feature {
    package static let key = "factors"

    private let identity: Identity
    private let gate: Gate
    private let facts: @Sendable () -> SignInFacts

    init(_ identity: Identity, gate: Gate, facts: @escaping @Sendable () -> SignInFacts) {
        self.identity = identity
        self.gate = gate
        self.facts = facts
    }

    package func addRoutes(to routes: Routes) {
        let path = "api/v1/auth/factors"
        routes.signedIn.get(path, use: list)
        routes.signedIn.post(path + "/app", limits: .sensitive, use: beginApp)
        routes.signedIn.post(path + "/app/confirm", limits: .signIn, use: confirmApp)
        routes.signedIn.post(path + "/recovery-codes", limits: .sensitive, use: renewCodes)
        routes.signedIn.post(path + "/:id/name", limits: .form, use: rename)
        routes.signedIn.delete(path + "/:id", limits: .sensitive, use: remove)
    }

    /// `GET /api/v1/auth/factors`.
    @Sendable private func list(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        let (user, _) = try identity.own(context.caller)
        let grant = try await gate.grant(.ownFactors(.read), to: context.caller)
        let found = try await identity.store.rows(grant) { rows in
            (
                try FactorRows.of(grant, userID: user.id, reading: rows),
                try CodeRows.count(grant, .recovery, userID: user.id, rows)
            )
        }
        let settings = identity.settings
        let isRequired = identity.factorRules.isRequired(user)
        let isRequiredOfAnybody = !settings.factorRoles.isEmpty
        var writer = JSONWriter()
        writer.object { top in
            top.array("items") { list in
                for factor in found.0 { Self.write(factor, to: &list) }
            }
            top.member("recoveryCodesLeft", found.1)
            top.member("isRequired", isRequired)
            top.member("isRequiredOfAnybody", isRequiredOfAnybody)
            top.member("hasPIN", user.hasPIN)
            top.member("isPINAllowed", settings.isPINAllowed)
        }
        return .json(writer.bytes)
    }

    /// `POST /api/v1/auth/factors/app`: a seed, as letters and as a picture.
    @Sendable private func beginApp(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        _ = try identity.own(context.caller)
        let grant = try await gate.grant(.ownFactors(.update), to: context.caller)
        let seed = try identity.factors.beginApp(grant, issuer: facts().clinicName)
        var writer = JSONWriter()
        writer.object { top in
            top.member("key", seed.letters)
            top.member("address", seed.address)
            guard let code = QRCode(text: seed.address) else { return }
            top.array("picture") { rows in
                for row in 0..<code.side {
                    rows.string(
                        (0..<code.side).map { code[row, $0] ? "1" : "0" }.joined())
                }
            }
        }
        return .json(writer.bytes)
    }

    /// `POST /api/v1/auth/factors/app/confirm`: the first code turns the app on.
    @Sendable private func confirmApp(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        _ = try identity.own(context.caller)
        let grant = try await gate.grant(.ownFactors(.update), to: context.caller)
        let code = try await OwnBody(context.body(of: request)).text("code")
        return Self.answer(try await identity.factors.confirmApp(grant, code: code))
    }

    /// `POST /api/v1/auth/factors/recovery-codes`: ten other ones.
    @Sendable private func renewCodes(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        _ = try identity.own(context.caller)
        let grant = try await gate.grant(.ownFactors(.update), to: context.caller)
        return Self.answer(
            Factors.SetUp(recoveryCodes: try await identity.factors.renewCodes(grant)))
    }

    /// `DELETE /api/v1/auth/factors/:id`.
    @Sendable private func remove(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        _ = try identity.own(context.caller)
        let grant = try await gate.grant(.ownFactors(.update), to: context.caller)
        let id = try context.parameters.require("id")
        try await identity.accounts.onRecord(grant, id: id) {
            try await identity.factors.remove(grant, id: id)
        }
        return .empty(.noContent)
    }

    /// `POST /api/v1/auth/factors/:id/name`: what a person calls it, which opens nothing.
    @Sendable private func rename(
        _ request: Request, context: CallerContext
    ) async throws -> Response {
        _ = try identity.own(context.caller)
        let grant = try await gate.grant(.ownFactors(.update), to: context.caller)
        let name = try User.checkedDisplayName(
            try await OwnBody(context.body(of: request)).text("name"))
        try await identity.factors.rename(
            grant, id: try context.parameters.require("id"), to: name)
        return .empty(.noContent)
    }

    /// The recovery codes, shown this once.
    static func answer(_ setUp: Factors.SetUp) -> Response {
        var writer = JSONWriter()
        writer.object { top in
            top.array("recoveryCodes") { list in
                for code in setUp.recoveryCodes { list.string(code) }
            }
        }
        return .json(writer.bytes)
    }

    private static func write(_ factor: Factor, to list: inout JSONWriter) {
        list.object { one in
            one.member("id", factor.id)
            one.member("name", factor.name)
            one.member("createdAt", Timestamp.text(ms: factor.createdMs))
            if let usedMs = factor.usedMs {
                one.member("usedAt", Timestamp.text(ms: usedMs))
            }
            switch factor.kind {
            case .totp: one.member("kind", "app")
            case .passkey(let passkey):
                one.member("kind", "passkey")
                one.member("boxName", passkey.partyID)
            }
        }
    }
}
