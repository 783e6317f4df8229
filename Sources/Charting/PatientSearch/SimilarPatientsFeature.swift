import AccessControl
import FHIRModel
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// Finding patients who may be the same person as one who is about to be registered.
///
/// Spec: FEATURES CHT-04.
package struct SimilarPatientsFeature: Feature {
    package static let key = "similar-patients"
    private static let partBytesMax = 200

    private let gate: Gate
    private let store: RecordStore

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore) {
        self.gate = gate
        self.store = store
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/patients/similar", use: fromAddress)
        routes.signedIn.post("api/v1/patients/similar", use: fromBody)
    }

    /// `GET /api/v1/patients/similar?family=…&given=…&birthDate=…&sex=…`: who may be the same
    /// person, the most alike first.
    ///
    /// For other programs; a page sends the same as a body, so that no name stands in an address.
    @Sendable private func fromAddress(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let parameters = request.uri.queryParameters
        func text(_ name: String) -> String? { parameters[name[...]].map(String.init) }
        return try await answer(context.caller, text)
    }

    /// `POST /api/v1/patients/similar`: the same with the parts as members of an object.
    @Sendable private func fromBody(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let body = try await context.body(of: request)
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(body, limits: .resource)
        } catch {
            throw error.problem()
        }
        return try await answer(context.caller) { json.string($0) }
    }

    private func answer(
        _ caller: Caller, _ text: (String) -> String?
    ) async throws -> Response {
        let grant = try await gate.grant(Ask(.search, "Patient"), to: caller)
        for name in ["family", "given", "birthDate", "sex"] {
            guard text(name)?.utf8.count ?? 0 <= Self.partBytesMax else {
                throw Problem(
                    .tooLong, "\(name) has at most \(Self.partBytesMax) letters.", location: name)
            }
        }
        let wanted = PersonLikeness(
            family: text("family"), given: text("given"), birthDate: text("birthDate"),
            sex: text("sex"))
        guard !wanted.family.isEmpty || !wanted.given.isEmpty else {
            throw Problem(
                .required, "Say a family name or a given name to compare with.",
                location: "family")
        }
        if let date = text("birthDate"), !date.isEmpty, wanted.birthDay == 0 {
            throw Problem(
                .value, "birthDate is a day as YYYY-MM-DD, such as 1980-02-25.",
                location: "birthDate")
        }
        return .json(
            SimilarAnswer.encode(try await store.similarPeople(grant, to: wanted), grant))
    }
}
