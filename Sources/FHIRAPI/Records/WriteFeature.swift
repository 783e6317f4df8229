import FHIRModel
import HTTPTypes
import Hummingbird
package import Kernel
package import RecordStore
package import ServerKit

/// Creating, updating, patching and deleting one resource, named by its id or by a condition.
package struct WriteFeature: Feature {
    package static let key = "fhir-write"
    private let acts: RecordActs

    /// Makes the feature.
    package init(
        gate: Gate, store: RecordStore, ids: IDs, rules: WriteRules = .strict
    ) {
        acts = RecordActs(gate: gate, store: store, ids: ids, rules: rules)
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.answer(.create, use: create)
        routes.signedIn.answer(.update, use: update)
        routes.signedIn.answer(.conditionalUpdate, use: updateWhere)
        routes.signedIn.answer(.patch, use: patch)
        routes.signedIn.answer(.conditionalPatch, use: patchWhere)
        routes.signedIn.answer(.delete, use: delete)
        routes.signedIn.answer(.conditionalDelete, use: deleteWhere)
    }

    /// `POST /fhir/{type}`: a new resource under an id that the box chooses.
    ///
    /// Spec: FHIR R4 §3.1.0.8 create, https://hl7.org/fhir/R4/http.html#create
    @Sendable private func create(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let sent = try await SentChange(request, context)
        let json = try ResourceBody.resource(sent.body, type: sent.order.type, request)
        // Some client libraries write the condition into the address; to overlook it would make the
        // record twice.
        let inAddress = sent.condition.isEmpty ? nil : sent.condition
        return try await answer(
            try await acts.create(
                json, sent.order, unless: request.headers[.ifNoneExist] ?? inAddress), sent)
    }

    /// `PUT /fhir/{type}/{id}`: a new version, or a new resource under this id.
    ///
    /// Spec: FHIR R4 §3.1.0.7 update, https://hl7.org/fhir/R4/http.html#update
    @Sendable private func update(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try ResourcePath.id(context)
        let sent = try await SentChange(request, context)
        let json = try ResourceBody.resource(sent.body, type: sent.order.type, request)
        guard json.string("id") == id else {
            throw Problem(
                .invalid, "The resource's id must be the one in the address.",
                location: "\(sent.order.type).id")
        }
        return try await answer(try await acts.update(json, id: id, sent.order), sent)
    }

    /// `PUT /fhir/{type}?…`: a new version of the resource that the condition finds.
    @Sendable private func updateWhere(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let sent = try await SentChange(request, context)
        let json = try ResourceBody.resource(sent.body, type: sent.order.type, request)
        return try await answer(
            try await acts.update(json, where: sent.condition, sent.order), sent)
    }

    /// `PATCH /fhir/{type}/{id}`: a new version with some elements changed.
    ///
    /// Spec: FHIR R4 §3.1.0.9 patch, https://hl7.org/fhir/R4/http.html#patch
    @Sendable private func patch(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try ResourcePath.id(context)
        let sent = try await SentChange(request, context)
        let patch = try PatchBody(sent.body, contentType: request.headers[.contentType])
        return try await answer(try await acts.patch(patch, id: id, sent.order), sent)
    }

    /// `PATCH /fhir/{type}?…`: the same for the resource that the condition finds.
    @Sendable private func patchWhere(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let sent = try await SentChange(request, context)
        let patch = try PatchBody(sent.body, contentType: request.headers[.contentType])
        return try await answer(
            try await acts.patch(patch, where: sent.condition, sent.order), sent)
    }

    /// `DELETE /fhir/{type}/{id}`: the resource is gone; its versions stay in the history.
    ///
    /// Spec: FHIR R4 §3.1.0.10 delete, https://hl7.org/fhir/R4/http.html#delete
    @Sendable private func delete(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try ResourcePath.id(context)
        let sent = try await SentChange(request, context)
        return try await answer(
            try await acts.delete(id: id, sent.order), sent, isDeletion: true)
    }

    /// `DELETE /fhir/{type}?…`: the same for the one resource that the condition finds, or for as
    /// many as `_count` allows; nothing where it finds none, and none where it finds more.
    @Sendable private func deleteWhere(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let sent = try await SentChange(request, context)
        let (condition, countMax) = try Self.deletion(sent.condition)
        let deleted = try await acts.delete(
            where: condition, countMax: countMax ?? 1, sent.order)
        if countMax == nil {
            guard let changed = deleted.first else { return .empty(.noContent) }
            return try await answer(changed, sent, isDeletion: true)
        }
        guard sent.form.prefer.content != .minimal else { return .empty(.noContent) }
        return try sent.form.whole(
            OperationOutcome.bytes([
                .note("\(deleted.count) records of type \(sent.order.type) were deleted.")
            ]))
    }

    /// The condition of a deletion, and how many records it may find; nil where that is not said.
    private static func deletion(
        _ text: String
    ) throws(Problem) -> (condition: String, countMax: Int?) {
        let pairs = text.split(separator: "&")
        let condition = pairs.filter { !$0.hasPrefix("_count=") }.joined(separator: "&")
        guard let word = pairs.last(where: { $0.hasPrefix("_count=") })?.dropFirst(7) else {
            return (condition, nil)
        }
        guard let count = Int(word), (1...RecordActs.deletedCountMax).contains(count) else {
            throw Problem(
                .value,
                "_count says how many records may be deleted, from 1 to "
                    + "\(RecordActs.deletedCountMax).", location: "_count")
        }
        return (condition, count)
    }

    private func answer(
        _ changed: Changed, _ sent: SentChange, isDeletion: Bool = false
    ) async throws -> Response {
        try await sent.form.answer(
            changed, isDeletion: isDeletion, base: sent.base, issues: sent.order.notes.issues
        ) {
            try await acts.shown(changed, to: sent.order.caller)
        }
    }
}

/// A change as it came over the wire, before its body is understood.
private struct SentChange {
    let form: AnswerForm
    let order: ChangeOrder
    /// The parameters of the address that say which resource is meant.
    let condition: String
    let body: [UInt8]
    let base: String

    init(_ request: Request, _ context: CallerContext) async throws {
        let type = try ResourcePath.type(context)
        let query = request.uri.query ?? ""
        form = try AnswerForm(request, try FormFields.parse(query))
        body = try await context.body(of: request)
        condition = query.split(separator: "&").filter { pair in
            !AnswerForm.takes(String(pair.prefix { $0 != "=" }))
        }.joined(separator: "&")
        base = FHIRNames.base(request)
        order = ChangeOrder(
            caller: try context.caller.stating(request), type: type,
            ifMatch: try FHIRNames.ifMatch(request.headers[.ifMatch]),
            ifAbsent: request.headers[.ifNoneMatch] == "*",
            idempotency: try request.idempotencyKey(of: context.caller, body: body))
    }
}
