import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Sealing

extension Factors {
    /// A seed that waits for its first code.
    struct DrawnSeed: Sendable {
        /// The seed in letters, in groups of four.
        let letters: String
        /// What the picture holds.
        let address: String
    }

    /// A second factor was set up.
    struct SetUp: Sendable {
        /// The recovery codes, where the person had none; shown this once.
        let recoveryCodes: [String]
    }

    /// Draws a seed for the session that asks; nothing is kept before ``confirmApp(_:code:)``.
    func beginApp(_ grant: Grant, issuer: String) throws -> DrawnSeed {
        try grant.require(.update, area: .ownAccount)
        guard let user = directory.user(id: grant.caller.userID ?? ""),
            let session = grant.caller.sessionTag
        else { throw Problem(.notFound, "There is no user of this id.") }
        let seed = try Random.bytes(TOTP.seedBytes)
        seeds.put(seed, for: session)
        let letters = Array(Base32.text(seed))
        let groups = stride(from: 0, to: letters.count, by: 4)
            .map { String(letters[$0..<min($0 + 4, letters.count)]) }
        return DrawnSeed(
            letters: groups.joined(separator: " "),
            address: TOTP.address(seed: seed, issuer: issuer, account: user.username))
    }

    /// Turns an app on once its first code is right; it takes the place of an earlier one.
    ///
    /// - Throws: ``Problem`` `.value` for a wrong code, `.conflict` where no seed waits.
    func confirmApp(_ grant: Grant, code typed: String) async throws -> SetUp {
        try grant.require(.update, area: .ownAccount)
        let userID = grant.caller.userID ?? ""
        let session = grant.caller.sessionTag ?? ""
        guard let seed = seeds.look(session) else {
            throw Problem(.conflict, "The key has expired. Start setting up the app again.")
        }
        let kept = SecretBytes(copying: seed)
        let nowMs = store.parts.clock.wallMs()
        guard let digits = TOTP.digits(of: typed),
            let step = try TOTP.match(digits, kept, nowMs: nowMs, after: .min)
        else {
            throw Problem(
                .value,
                "The code is not right. Take the one that the app shows now; the time of the phone "
                    + "must be right.", location: "code")
        }
        guard seeds.take(session) != nil else {
            throw Problem(.conflict, "The app was set up just now.")
        }
        let factor = Factor(
            id: store.parts.ids.next(), userID: userID, name: "Authenticator app", createdMs: nowMs,
            kind: .totp(Factor.App(seed: kept, lastStep: step)))
        return try await add(grant, factor)
    }

    /// Keeps a factor that was proved, and makes recovery codes where the person has none.
    func add(_ grant: Grant, _ factor: Factor) async throws -> SetUp {
        let codes = try Self.freshCodes()
        let userID = factor.userID
        let isApp = if case .totp = factor.kind { true } else { false }
        let note = AuditNote(
            grant.ask, id: factor.id,
            detail: isApp ? "authenticator app set up" : "passkey set up")
        let sessions = sessions
        return try await store.changeRows(grant, note: note, isAccess: true) { rows in
            let present = try FactorRows.of(grant, userID: userID, rows)
            if isApp {
                for case let old in present {
                    guard case .totp = old.kind else { continue }
                    _ = try FactorRows.delete(grant, id: old.id, userID: userID, rows)
                }
            } else if present.count > Self.passkeysMax {
                throw Problem(
                    .tooLong, "A person has at most \(Self.passkeysMax) passkeys. Remove one first."
                )
            }
            try FactorRows.insert(grant, factor, rows)
            let isFirst = present.isEmpty
            if isFirst {
                try Self.put(grant, codes, userID: userID, rows)
                try CodeRows.deleteAll(grant, .factorReset, userID: userID, rows)
                // Sessions that were begun without a factor end where one is asked for from now on.
                try sessions.endAll(grant, userID: userID, except: grant.caller.sessionTag, rows)
            }
            try self.change(grant, userID: userID, rows) {
                $0.hasFactor = true
                $0.mustSetUpFactor = false
            }
            return SetUp(recoveryCodes: isFirst ? codes.map(\.text) : [])
        }
    }

    /// Takes a factor away.
    ///
    /// - Throws: ``Problem`` `.notFound`, or `.conflict` for the last one of a person who must have
    ///   one.
    func remove(_ grant: Grant, id: String) async throws {
        try grant.require(.update, area: .ownAccount)
        let userID = grant.caller.userID ?? ""
        let isRequired = directory.user(id: userID).map(rules.isRequired) ?? true
        let note = AuditNote(grant.ask, id: id, detail: "second factor removed")
        try await store.changeRows(grant, note: note) { rows in
            let present = try FactorRows.of(grant, userID: userID, rows)
            guard present.contains(where: { $0.id == id }) else {
                throw Problem(.notFound, "There is no second factor of this id.")
            }
            let isLast = present.count == 1
            guard !isLast || !isRequired else {
                throw Problem(
                    .conflict,
                    "Your role needs a second factor. Set up another one before you remove this.")
            }
            _ = try FactorRows.delete(grant, id: id, userID: userID, rows)
            if isLast {
                try CodeRows.deleteAll(grant, .recovery, userID: userID, rows)
                try self.change(grant, userID: userID, rows) { $0.hasFactor = false }
            }
            let name = grant.caller.name
            try self.tell("factor.removed", "\(name) removed a second factor.", rows)
        }
    }

    /// Gives a factor another name.
    ///
    /// - Throws: ``Problem`` `.notFound`.
    func rename(_ grant: Grant, id: String, to name: String) async throws {
        try grant.require(.update, area: .ownAccount)
        let userID = grant.caller.userID ?? ""
        let note = AuditNote(grant.ask, id: id, detail: "second factor renamed")
        try await store.changeRows(grant, note: note) { rows in
            let found = try FactorRows.of(grant, userID: userID, rows).first { $0.id == id }
            guard var factor = found else {
                throw Problem(.notFound, "There is no second factor of this id.")
            }
            factor.name = name
            try FactorRows.update(grant, factor, rows)
        }
    }

    /// Makes ten recovery codes; those before them hold no more.
    func renewCodes(_ grant: Grant) async throws -> [String] {
        try grant.require(.update, area: .ownAccount)
        let userID = grant.caller.userID ?? ""
        guard directory.user(id: userID)?.hasFactor == true else {
            throw Problem(.conflict, "Recovery codes belong to a second factor. Set one up first.")
        }
        let codes = try Self.freshCodes()
        let note = AuditNote(grant.ask, detail: "recovery codes made")
        try await store.changeRows(grant, note: note) {
            try Self.put(grant, codes, userID: userID, $0)
        }
        return codes.map(\.text)
    }

    private static func freshCodes() throws -> [SpokenCode] {
        try (0..<recoveryCodesCount).map { _ in try SpokenCode.random() }
    }

    private static func put(
        _ grant: Grant, _ codes: [SpokenCode], userID: String, _ rows: RowWriter
    ) throws {
        try CodeRows.deleteAll(grant, .recovery, userID: userID, rows)
        for code in codes {
            try CodeRows.insert(
                grant, code, .recovery, userID: userID, .init(madeByID: userID, expiresMs: nil),
                rows)
        }
    }
}
