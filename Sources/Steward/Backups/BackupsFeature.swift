import AccessControl
import FHIRModel
import Hummingbird
import Kernel
import RecordStore
import Retention
package import ServerKit

/// The page of the backups: how they stand, places, what is kept, and trying them out.
package struct BackupsFeature: Feature {
    package static let key = "backups"
    /// The longest code of a recovery kit, in characters, with what people put between.
    private static let codeCharactersMax = 200

    private let gate: Gate
    private let keeper: BackupKeeper

    /// Makes the feature.
    package init(gate: Gate, keeper: BackupKeeper) {
        self.gate = gate
        self.keeper = keeper
    }

    package func addRoutes(to routes: Routes) {
        let path = "api/v1/backups"
        let acts = RouteLimits(bodyBytesMax: 4_096)
        routes.signedIn.get(path, use: list)
        routes.signedIn.get("\(path)/status", use: status)
        routes.signedIn.get("\(path)/forecast", use: forecast)
        routes.signedIn.post(path, limits: acts, use: make)
        routes.signedIn.post("\(path)/clock", limits: .sensitive, use: confirmClock)
        routes.signedIn.post("\(path)/drill", limits: .sensitive, use: drill)
        routes.signedIn.post("\(path)/places", limits: .sensitive, use: addPlace)
        routes.signedIn.post("\(path)/places/:id/test", limits: acts, use: testPlace)
        routes.signedIn.post("\(path)/places/:id/copy", limits: acts, use: copy)
        routes.signedIn.post("\(path)/places/:id/redo", limits: .sensitive, use: setRedo)
        routes.signedIn.delete("\(path)/places/:id", limits: .sensitive, use: removePlace)
        routes.signedIn.post("\(path)/:id/proof", limits: acts, use: prove)
        routes.signedIn.get(
            "\(path)/:id/file", limits: RouteLimits(bodyBytesMax: 0, timeSecondsMax: 3_600),
            use: download)
    }

    /// `GET /api/v1/backups`: everything that the page shows.
    @Sendable private func list(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        try await shown(context) { try await keeper.write($0, to: &$1) }
    }

    /// `GET /api/v1/backups/status`: one colour, one line, and what is not as it should be.
    @Sendable private func status(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        try await shown(context) { try await keeper.writeStatus($0, to: &$1) }
    }

    /// One object for whoever may read how the backups stand.
    private func shown(
        _ context: CallerContext, _ body: (Grant, inout JSONWriter) async throws -> Void
    ) async throws -> Response {
        let grant = try await gate.grant(BackupKeeper.ask(.read), to: context.caller)
        var writer = JSONWriter()
        writer.beginObject()
        try await body(grant, &writer)
        writer.endObject()
        return .json(writer.bytes)
    }

    /// `GET /api/v1/backups/forecast?until=2033-05-01&hourly=24…`: which copies would be there.
    @Sendable private func forecast(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        var policy = keeper.settings.policy
        let query = request.uri.queryParameters
        policy.hourly = try Self.number(query["hourly"], "hourly") ?? policy.hourly
        policy.daily = try Self.number(query["daily"], "daily") ?? policy.daily
        policy.weekly = try Self.number(query["weekly"], "weekly") ?? policy.weekly
        policy.monthly = try Self.number(query["monthly"], "monthly") ?? policy.monthly
        let (until, wanted) = (query["until"].map(String.init), policy)
        return try await shown(context) {
            try await keeper.writeForecast($0, until: until, policy: wanted, to: &$1)
        }
    }

    private static func number(_ text: Substring?, _ name: String) throws(Problem) -> Int? {
        guard let text else { return nil }
        guard let number = Int(text), 0...1_000 ~= number else {
            throw Problem(.value, "Write a whole number from 0 to 1000.", location: name)
        }
        return number
    }

    /// `POST /api/v1/backups`: makes one as soon as possible.
    @Sendable private func make(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        _ = try await gate.grant(BackupKeeper.ask(.administer), to: context.caller)
        try keeper.wish(.make)
        return Self.accepted
    }

    /// `POST /api/v1/backups/{id}/proof`: restores it for a try as soon as possible.
    @Sendable private func prove(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let grant = try await gate.grant(BackupKeeper.ask(.administer), to: context.caller)
        let id = try context.parameters.require("id")
        guard try await keeper.catalogue(grant).backup(id: id) != nil else { throw Self.missing }
        try keeper.wish(.prove(id: id))
        return Self.accepted
    }

    /// `POST /api/v1/backups/drill` with `code`: opens the newest one with the recovery kit alone.
    @Sendable private func drill(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let grant = try await gate.grant(BackupKeeper.ask(.administer), to: context.caller)
        let fields = try BodyFields(try await context.body(of: request), takes: ["code"])
        let code = try fields.required("code", charactersMax: Self.codeCharactersMax)
        guard let newest = try await keeper.catalogue(grant).backups(at: PlaceRecord.own).first
        else {
            throw Problem(.notFound, "There is no backup on the box yet. Make one first.")
        }
        try keeper.wish(.drill(id: newest.id, code: Hidden(code)))
        return Self.accepted
    }

    /// `POST /api/v1/backups/clock`: an administrator says that the clock is right.
    @Sendable private func confirmClock(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let grant = try await gate.grant(BackupKeeper.ask(.administer), to: context.caller)
        try await keeper.confirmClock(grant)
        return .empty(.noContent)
    }

    /// `POST /api/v1/backups/places`: adds a place.
    @Sendable private func addPlace(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let grant = try await gate.grant(BackupKeeper.ask(.administer), to: context.caller)
        let fields = try BodyFields(
            try await context.body(of: request),
            takes: ["name", "kind", "address", "everyHours", "adopt"])
        let hours = try fields.text("everyHours") ?? "24"
        let id = try await keeper.add(
            grant,
            BackupKeeper.PlaceDraft(
                name: try fields.required("name"), kind: try fields.required("kind"),
                address: try fields.required("address", charactersMax: 1_024),
                everyHours: Int(hours) ?? 0, adopts: try fields.flag("adopt") ?? false))
        var writer = JSONWriter()
        writer.object { $0.member("id", id) }
        return .json(writer.bytes, status: .created)
    }

    /// `POST /api/v1/backups/places/{id}/test`: writes a small file, reads it back, deletes it.
    @Sendable private func testPlace(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let grant = try await gate.grant(BackupKeeper.ask(.administer), to: context.caller)
        try await keeper.test(grant, placeID: try context.parameters.require("id"))
        return .empty(.noContent)
    }

    /// `POST /api/v1/backups/places/{id}/redo` with `on`: whether it gets every change at once.
    @Sendable private func setRedo(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let grant = try await gate.grant(BackupKeeper.ask(.administer), to: context.caller)
        let fields = try BodyFields(try await context.body(of: request), takes: ["on"])
        guard let isOn = try fields.flag("on") else {
            throw Problem(.required, "Say whether it is on.", location: "on")
        }
        try await keeper.setRedo(
            grant, placeID: try context.parameters.require("id"), isOn: isOn)
        return .empty(.noContent)
    }

    /// `POST /api/v1/backups/places/{id}/copy`: copies the newest proven backup there.
    @Sendable private func copy(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let grant = try await gate.grant(BackupKeeper.ask(.administer), to: context.caller)
        let id = try context.parameters.require("id")
        guard try await keeper.catalogue(grant).place(id: id) != nil else {
            throw Problem(.notFound, "There is no such place.")
        }
        try keeper.wish(.copy(placeID: id))
        return Self.accepted
    }

    /// `DELETE /api/v1/backups/places/{id}`: forgets a place; what lies there stays.
    @Sendable private func removePlace(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let grant = try await gate.grant(BackupKeeper.ask(.administer), to: context.caller)
        try await keeper.removePlace(grant, id: try context.parameters.require("id"))
        return .empty(.noContent)
    }

    /// `GET /api/v1/backups/{id}/file`: the file itself, which nobody opens without the kit.
    @Sendable private func download(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let ask = BackupKeeper.ask(.administer)
        let grant = try await gate.grant(ask, to: context.caller)
        let id = try context.parameters.require("id")
        guard let record = try await keeper.catalogue(grant).backup(id: id) else {
            throw Self.missing
        }
        guard let file = BackupDownload(path: keeper.parts.folder + "/" + record.name) else {
            throw Problem(
                .notFound, "This backup is no longer on the disk of the box, only at other places.")
        }
        try await keeper.store.changeRows(
            grant, note: AuditNote(ask, id: id, detail: "downloaded")
        ) { _ in }
        return file.response(name: record.name)
    }

    /// The answer to what is done in a moment.
    private static var accepted: Response { .json(Array("{}".utf8), status: .accepted) }

    private static let missing = Problem(.notFound, "There is no such backup any more.")
}
