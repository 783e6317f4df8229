import AccessControl
import Backups
import FHIRModel
import Hummingbird
import Kernel
import RecordStore
package import ServerKit

/// Looking into a backup, comparing a chart then and now, and copying a record back.
package struct TimeMachineFeature: Feature {
    package static let key = "time-machine"
    private static let resultCountMax = 20

    private let machine: TimeMachine

    /// Makes the feature.
    package init(machine: TimeMachine) { self.machine = machine }

    package func addRoutes(to routes: Routes) {
        var copying = RouteLimits.sensitive
        copying.bodyBytesMax = 4_096
        routes.signedIn.get("api/v1/time-machine", use: look)
        routes.signedIn.post("api/v1/time-machine/open", limits: .form, use: open)
        routes.signedIn.post("api/v1/time-machine/close", limits: .form, use: close)
        routes.signedIn.post("api/v1/time-machine/patients", limits: .form, use: patients)
        routes.signedIn.get("api/v1/time-machine/patients/:id", use: compare)
        routes.signedIn.post("api/v1/time-machine/copy", limits: copying, use: copy)
    }

    /// `GET /api/v1/time-machine`: the backups, and the one that is open.
    @Sendable private func look(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        _ = try await grant(.read, context)
        return try await answer(status: false)
    }

    /// `POST /api/v1/time-machine/open`.
    @Sendable private func open(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await grant(.administer, context)
        let id = try Self.text("backupId", of: try await Self.object(request, context))
        try await machine.open(grant, backupID: id)
        return try await answer(status: true)
    }

    /// `POST /api/v1/time-machine/close`.
    @Sendable private func close(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        _ = try await grant(.administer, context)
        try await machine.close()
        return try await answer(status: false)
    }

    /// `POST /api/v1/time-machine/patients`: those of the backup that match what was typed.
    @Sendable private func patients(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        _ = try await grant(.read, context)
        let text = try Self.text("q", of: try await Self.object(request, context))
        let hits = try await machine.patients(
            context.caller, text: text, limit: Self.resultCountMax)
        var writer = JSONWriter()
        writer.object { top in
            top.member("total", hits.total)
            top.array("items") { list in
                for person in hits.people {
                    list.object { one in
                        one.member("id", person.id)
                        one.member("name", person.name)
                        if let birthDate = person.birthDate { one.member("birthDate", birthDate) }
                        if let mrn = person.mrn { one.member("mrn", mrn) }
                    }
                }
            }
        }
        return .json(writer.bytes)
    }

    /// `GET /api/v1/time-machine/patients/{id}`: what differs in a chart.
    @Sendable private func compare(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        _ = try await grant(.read, context)
        let id = try context.parameters.require("id")
        guard FHIRID.isValid(id) else { throw Problem(.notFound, "There is no such patient.") }
        let (differences, equalCount) = try await machine.comparison(
            context.caller, patientID: id)
        var writer = JSONWriter()
        writer.object { top in
            top.member("equal", equalCount)
            top.array("differences") { list in
                for one in differences { list.object { Self.write(one, to: &$0) } }
            }
        }
        return .json(writer.bytes)
    }

    /// `POST /api/v1/time-machine/copy`: one record as it was, as a new version.
    @Sendable private func copy(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        _ = try await grant(.administer, context)
        let json = try await Self.object(request, context)
        let type = try Self.text("type", of: json)
        let id = try Self.text("id", of: json)
        guard FHIRID.isValid(id) else { throw Problem(.notFound, "There is no such record.") }
        let made = try await machine.copyBack(context.caller, type: type, id: id)
        var writer = JSONWriter()
        writer.object { top in
            top.member("outcome", made.outcome.rawValue)
            top.member("version", made.version)
        }
        return .json(writer.bytes)
    }

    private func grant(_ verb: Verb, _ context: CallerContext) async throws -> Grant {
        try await machine.parts.gate.grant(
            Ask(verb, area: .system, type: "Backup"), to: context.caller)
    }

    private func answer(status isAccepted: Bool) async throws -> Response {
        let files = try await machine.listed()
        let current = machine.current
        var writer = JSONWriter()
        writer.object { top in
            top.array("backups") { list in
                for file in files { list.object { Self.write(file, to: &$0) } }
            }
            switch current {
            case .closed: top.member("stage", "closed")
            case .failed(let problem):
                top.member("stage", "failed")
                top.member("message", problem.detail)
            case .opening(let file, let part):
                top.member("stage", "opening")
                top.member("percent", Int(part * 100))
                top.object("open") { Self.write(file, to: &$0) }
            case .open(let opened):
                top.member("stage", "open")
                top.object("open") { Self.write(opened.file, to: &$0) }
            }
        }
        return .json(writer.bytes, status: isAccepted ? .accepted : .ok)
    }

    private static func write(_ file: BackupFile, to out: inout JSONWriter) {
        out.member("backupId", file.header.backupID)
        out.member("at", Timestamp.text(ms: file.header.atMs))
        out.member("bytes", file.byteCount)
    }

    private static func write(_ one: RecordDifference, to out: inout JSONWriter) {
        out.member("change", one.change.rawValue)
        out.member("type", one.type)
        out.member("id", one.id)
        out.member("title", one.title)
        if let version = one.thenVersion { out.member("thenVersion", version) }
        if let version = one.nowVersion { out.member("nowVersion", version) }
        out.array("parts") { list in
            for part in one.parts {
                list.object { entry in
                    entry.member("name", part.name)
                    if let then = part.then { entry.member("then", raw: then) }
                    if let now = part.now { entry.member("now", raw: now) }
                }
            }
        }
    }

    private static func object(
        _ request: Request, _ context: CallerContext
    ) async throws -> JSON {
        let bytes = try await context.body(of: request)
        do throws(JSONError) {
            return try JSON.parse(bytes)
        } catch {
            throw error.problem()
        }
    }

    private static func text(_ name: String, of json: JSON) throws(Problem) -> String {
        guard let text = json.string(name), !text.isEmpty, text.utf8.count <= 1_000 else {
            throw Problem(.required, "Send “\(name)” as a text.", location: name)
        }
        return text
    }
}
