import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
package import Kernel
package import RecordStore
package import ServerKit

/// Creating, updating and deleting one resource.
package struct WriteFeature: Feature {
    package static let key = "fhir-write"
    private let gate: Gate
    private let store: RecordStore
    private let ids: IDs

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore, ids: IDs) {
        self.gate = gate
        self.store = store
        self.ids = ids
    }

    package func addRoutes(to routes: Routes) {
        for base in FHIRNames.bases {
            routes.signedIn.post("\(base)/:type", use: create)
            routes.signedIn.put("\(base)/:type/:id", use: update)
            routes.signedIn.delete("\(base)/:type/:id", use: delete)
        }
    }

    /// `POST /fhir/{type}`: a new resource under an id that the box chooses.
    ///
    /// Spec: FHIR R4 §3.1.0.8 create, https://hl7.org/fhir/R4/http.html#create
    @Sendable private func create(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let type = try ResourcePath.type(context)
        let bytes = try await context.body(of: request)
        let json = try Self.resource(bytes, type: type)
        let id = ids.next()
        let grant = try await gate.grant(
            Ask(.create, type, id: id, patientID: PatientLink.id(json)), to: context.caller)
        if let condition = request.headers[.ifNoneExist] {
            if let known = try await existing(grant, type: type, condition) {
                return try await answerExisting(type: type, id: known, context, request)
            }
        }
        let change = Change(grant, .create, type: type, id: id, json: json)
        return try await commit(change, request, context, body: bytes)
    }

    /// `PUT /fhir/{type}/{id}`: a new version, or a new resource under this id.
    ///
    /// Spec: FHIR R4 §3.1.0.7 update, https://hl7.org/fhir/R4/http.html#update
    @Sendable private func update(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let type = try ResourcePath.type(context)
        let id = try ResourcePath.id(context)
        let bytes = try await context.body(of: request)
        let json = try Self.resource(bytes, type: type)
        guard json.string("id") == id else {
            throw Problem(
                .invalid, "The resource's id must be the one in the address.",
                location: "\(type).id")
        }
        let grant = try await gate.grant(
            Ask(.update, type, id: id, patientID: PatientLink.id(json)), to: context.caller)
        let change = Change(
            grant, .update, type: type, id: id, json: json,
            ifVersion: try FHIRNames.ifMatch(request.headers[.ifMatch]))
        return try await commit(change, request, context, body: bytes)
    }

    /// `DELETE /fhir/{type}/{id}`: the resource is gone; its versions stay in the history.
    ///
    /// Spec: FHIR R4 §3.1.0.10 delete, https://hl7.org/fhir/R4/http.html#delete
    @Sendable private func delete(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let type = try ResourcePath.type(context)
        let id = try ResourcePath.id(context)
        let grant = try await gate.grant(Ask(.delete, type, id: id), to: context.caller)
        let change = Change(
            grant, .delete, type: type, id: id, json: nil,
            ifVersion: try FHIRNames.ifMatch(request.headers[.ifMatch]))
        let changed = try await store.change([change])
        var headers = HTTPFields()
        headers[.eTag] = changed.first.map { "W/\"\($0.version)\"" }
        return .empty(.noContent, headers: headers)
    }

    private func commit(
        _ change: Change, _ request: Request, _ context: CallerContext, body: [UInt8]
    ) async throws -> Response {
        let key = try request.headers[.idempotencyKey].map { word throws(Problem) in
            try IdempotencyKey(
                word, userID: context.caller.userID ?? context.caller.name,
                request: Array("\(request.head.method) \(change.type)/".utf8) + body)
        }
        guard let changed = try await store.change([change], idempotency: key).first else {
            throw Problem(.unexpected, "The change was lost.")
        }
        return Self.answer(changed, request)
    }

    private func existing(_ grant: Grant, type: String, _ condition: String) async throws -> String?
    {
        guard let key = IdentifierKey(type: type, query: condition) else {
            throw Problem(
                .notSupported, "If-None-Exist takes identifier=system|value.",
                location: "If-None-Exist")
        }
        let found = try await store.identify(grant, [key])[key] ?? []
        guard found.count < 2 else {
            throw Problem(.multipleMatches, "More than one record carries this identifier.")
        }
        return found.first
    }

    private func answerExisting(
        type: String, id: String, _ context: CallerContext, _ request: Request
    ) async throws -> Response {
        let grant = try await gate.grant(Ask(.read, type, id: id), to: context.caller)
        let found = try await store.read(grant)
        var headers = FHIRNames.versionHeaders(found.version, changedMs: found.changedMs)
        headers[.location] =
            "\(FHIRNames.base(request))/\(type)/\(id)/_history/\(found.version)"
        return .fhir(found.json, headers: headers)
    }

    private static func answer(_ changed: Changed, _ request: Request) -> Response {
        var headers = FHIRNames.versionHeaders(changed.version, changedMs: changed.changedMs)
        headers[.location] =
            "\(FHIRNames.base(request))/\(changed.type)/\(changed.id)/_history/\(changed.version)"
        let status: HTTPResponse.Status = changed.outcome == .created ? .created : .ok
        if request.headers[.prefer]?.contains("return=minimal") == true {
            return .empty(status, headers: headers)
        }
        return .fhir(changed.json, status: status, headers: headers)
    }

    private static func resource(_ bytes: [UInt8], type: String) throws(Problem) -> JSON {
        let json = try ResourceBody.parse(bytes)
        guard json.string("resourceType") == type else {
            throw Problem(
                .invalid, "The resource's type must be the one in the address.",
                location: "resourceType")
        }
        return json
    }
}

extension HTTPField.Name {
    /// A client's own word for a request, so that a retry makes no second copy.
    static var idempotencyKey: HTTPField.Name { known("Idempotency-Key") }
    /// Create only if this search finds nothing.
    static var ifNoneExist: HTTPField.Name { known("If-None-Exist") }
    /// How much of the answer a client wants.
    static var prefer: HTTPField.Name { known("Prefer") }

    private static func known(_ name: String) -> HTTPField.Name {
        guard let field = HTTPField.Name(name) else {
            preconditionFailure("The names of headers above are well-formed.")
        }
        return field
    }
}
