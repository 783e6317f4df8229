import AccessControl
import FHIRModel
package import FHIRValidation
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// Says what is wrong with a resource without writing anything.
///
/// Spec: FHIR R4 $validate, https://hl7.org/fhir/R4/resource-operation-validate.html
package struct ValidateFeature: Feature {
    package static let key = "fhir-validate"
    private let gate: Gate
    private let store: RecordStore
    private let validator: Validator

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore, validator: Validator) {
        self.gate = gate
        self.store = store
        self.validator = validator
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.answer(.validate, .type, use: validateType)
        routes.signedIn.answer(.validate, .instance) { request, context in
            request.method == .get
                ? try await validateStored(request, context)
                : try await validateInstance(request, context)
        }
    }

    /// `POST /fhir/{type}/$validate`: a resource, or Parameters with resource, mode and profile.
    @Sendable private func validateType(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let type = try ResourcePath.type(context)
        let question = try await ValidateQuestion(request, context, type: type)
        guard question.mode != .update, question.mode != .delete else {
            throw Problem(
                .invalid,
                "The modes update and delete are about a record that there is; ask at its own "
                    + "address, \(type)/[id]/$validate.", location: "mode")
        }
        return try question.answer(validator)
    }

    /// `POST /fhir/{type}/{id}/$validate`: the same for a change of a record.
    @Sendable private func validateInstance(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let (type, id) = (try ResourcePath.type(context), try ResourcePath.id(context))
        var question = try await ValidateQuestion(request, context, type: type)
        let grant = try await gate.grant(Ask(.read, type, id: id), to: context.caller)
        let stored = try await store.read(grant)
        if question.mode == .delete { return try await deletion(type, id, context, question) }
        if let resource = question.resource {
            guard resource.string("id") == id || question.mode == .create else {
                throw Problem(
                    .invalid, "The resource's id must be the one in the address.",
                    location: "\(type).id")
            }
        } else {
            question.resource = try JSON.parse(stored.json, limits: .any)
        }
        return try question.answer(validator)
    }

    /// `GET /fhir/{type}/{id}/$validate`: the record as it is stored.
    @Sendable private func validateStored(
        _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let (type, id) = (try ResourcePath.type(context), try ResourcePath.id(context))
        var question = try ValidateQuestion(request)
        let grant = try await gate.grant(Ask(.read, type, id: id), to: context.caller)
        if question.mode == .delete { return try await deletion(type, id, context, question) }
        question.resource = try JSON.parse(try await store.read(grant).json, limits: .any)
        return try question.answer(validator)
    }

    /// Whether the caller may delete the record; nothing else stands in the way of a deletion.
    private func deletion(
        _ type: String, _ id: String, _ context: CallerContext, _ question: ValidateQuestion
    ) async throws -> Response {
        _ = try await gate.grant(Ask(.delete, type, id: id), to: context.caller)
        return try question.form.whole(
            OperationOutcome.bytes([.note("\(type)/\(id) can be deleted.")]))
    }
}
