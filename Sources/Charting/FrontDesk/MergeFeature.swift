import AccessControl
import FHIRModel
import Hummingbird
import Kernel
import RecordStore
package import ServerKit

/// Two records of one person: saying so, and taking it back.
///
/// Spec: FEATURES CHT-05; CLINIC E-03.
package struct MergeFeature: Feature {
    package static let key = "merge"
    /// Who gives no reason has not looked.
    private static let reasonCharactersMin = 10
    private static let reasonCharactersMax = 500

    private let desk: FrontDesk

    /// Makes the feature.
    package init(_ desk: FrontDesk) { self.desk = desk }

    package func addRoutes(to routes: Routes) {
        let group = routes.signedIn
        group.post("api/v1/patients/:id/merge", limits: .form, use: merge)
        group.post("api/v1/patients/:id/unmerge", limits: .form, use: unmerge)
    }

    /// `POST /api/v1/patients/{id}/merge`: from now on `into` stands for this patient as well.
    @Sendable private func merge(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let caller = context.caller
        let fields = try BodyFields(
            try await context.body(of: request), takes: ["into", "reason"])
        let id = try context.parameters.require("id")
        try await open(id, caller)
        let into = try fields.required("into", charactersMax: 64)
        let reason = try Self.reason(fields)
        guard into != id else {
            throw Problem(
                .value, "A record cannot be merged into itself. Choose the other one.",
                location: "into")
        }
        try await open(into, caller)
        return try await desk.store.inTurn(["Patient"]) {
            let source = try await desk.patient(id, caller)
            let target = try await desk.patient(into, caller)
            try MergeLinks.checkOpen(source.json)
            try MergeLinks.checkOpen(target.json)
            let (by, at) = (desk.moment(caller).authorName, desk.moment(caller).instant)
            func act(_ other: String) -> MergeLinks.Act {
                MergeLinks.Act(word: "merged", otherID: other, byName: by, at: at, reason: reason)
            }
            let old = MergeLinks.adding(
                "replaced-by", to: source.json, isActive: false, act(into))
            let kept = MergeLinks.adding("replaces", to: target.json, isActive: true, act(id))
            return try await write([(source, old), (target, kept)], caller)
        }
    }

    /// `POST /api/v1/patients/{id}/unmerge`: this patient is somebody of their own again.
    @Sendable private func unmerge(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let caller = context.caller
        let fields = try BodyFields(try await context.body(of: request), takes: ["reason"])
        let id = try context.parameters.require("id")
        try await open(id, caller)
        let reason = try Self.reason(fields)
        return try await desk.store.inTurn(["Patient"]) {
            let source = try await desk.patient(id, caller)
            guard let into = MergeLinks.replacement(of: source.json) else {
                throw Problem(.conflict, "This record is not merged into another one.")
            }
            let target = try await desk.patient(into, caller)
            let (by, at) = (desk.moment(caller).authorName, desk.moment(caller).instant)
            func act(_ other: String) -> MergeLinks.Act {
                MergeLinks.Act(word: "unmerged", otherID: other, byName: by, at: at, reason: reason)
            }
            let old = MergeLinks.removing(
                "replaced-by", from: source.json, isActive: true, act(into))
            let isOpen = MergeLinks.replacement(of: target.json) == nil
            let kept = MergeLinks.removing(
                "replaces", from: target.json, isActive: isOpen, act(id))
            return try await write([(source, old), (target, kept)], caller)
        }
    }

    private func open(_ id: String, _ caller: Caller) async throws {
        guard FHIRID.isValid(id) else {
            throw Problem(.notFound, "There is no such patient.", location: "into")
        }
        _ = try await desk.gate.grant(Ask(.update, "Patient", id: id, patientID: id), to: caller)
    }

    private func write(
        _ both: [(before: ChartRecord, bytes: [UInt8])], _ caller: Caller
    ) async throws -> Response {
        var changes: [Change] = []
        for one in both {
            changes.append(
                try await desk.updating(
                    one.before, patientID: one.before.id, one.bytes, caller))
        }
        do {
            _ = try await desk.store.change(changes)
        } catch let problem as Problem where problem.code == .lockError {
            throw VersionTag.overtaken
        }
        return .json(PatientFacts.encode(try await desk.patient(both[1].before.id, caller)))
    }

    private static func reason(_ fields: BodyFields) throws(Problem) -> String {
        let reason = try fields.required("reason", charactersMax: reasonCharactersMax)
        guard reason.count >= reasonCharactersMin else {
            throw Problem(
                .value, "Say in \(reasonCharactersMin) letters or more how you know.",
                location: "reason")
        }
        return reason
    }
}
