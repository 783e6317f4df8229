import AccessControl
import FHIRModel
import Hummingbird
package import Kernel
package import RecordStore
package import ServerKit
import Terminology

/// Operations on code systems, value sets and concept maps.
///
/// Spec: FHIR R4 terminology service, https://hl7.org/fhir/R4/terminology-service.html
package struct TerminologyFeature: Feature {
    package static let key = "fhir-terminology"

    let gate: Gate
    let store: RecordStore
    let clock: Clock
    let ids: IDs

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore, clock: Clock, ids: IDs) {
        self.gate = gate
        self.store = store
        self.clock = clock
        self.ids = ids
    }

    package func addRoutes(to routes: Routes) {
        let own: [FHIROperation] = [.lookup, .validateCode, .subsumes, .expand, .translate]
        for operation in own {
            for level in operation.levels {
                routes.signedIn.answer(operation, level) { try await answer(operation, $0, $1) }
            }
        }
    }

    /// What an operation is asked on.
    struct Call: Sendable {
        let type: String
        let parameters: TermParameters
        /// The stored resource of the address.
        let resource: JSON?
    }

    private func answer(
        _ operation: FHIROperation, _ request: Request, _ context: CallerContext
    ) async throws -> Response {
        let type = try operation.type(context)
        let parameters = try await TermParameters(request, context)
        let call = Call(
            type: type, parameters: parameters,
            resource: try await resource(type, request, context))
        let bytes: [UInt8] =
            switch (operation, type) {
            case (.lookup, _): try await lookup(call)
            case (.validateCode, "ValueSet"): try await validateInSet(call)
            case (.validateCode, _): try await validateInSystem(call)
            case (.subsumes, _): try await subsumes(call)
            case (.expand, _): try await expand(call)
            default: try await translate(call)
            }
        return try parameters.form.whole(bytes)
    }

    /// The resource that the address names; a look at it is put on record.
    private func resource(
        _ type: String, _ request: Request, _ context: CallerContext
    ) async throws -> JSON? {
        guard context.parameters.get("id") != nil else {
            _ = try await gate.grant(Ask(.search, type), to: context.caller)
            return nil
        }
        let ask = Ask(.read, type, id: try ResourcePath.id(context))
        let found = try await store.read(try await gate.grant(ask, to: context.caller))
        return try JSON.parse(found.json, limits: .any)
    }
}
