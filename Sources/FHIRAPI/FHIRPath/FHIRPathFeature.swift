import FHIRModel
import FHIRPath
import FHIRXML
import HTTPTypes
import Hummingbird
package import Kernel
package import ServerKit
package import Terminology

/// Evaluates FHIRPath on a resource that comes with the question, as the FHIRPath Lab asks it.
///
/// Looks at no record that the box holds, so nothing of it goes on record.
package struct FHIRPathFeature: Feature {
    package static let key = "fhir-path"
    private let clock: Clock
    private let version: String
    private let terms: @Sendable () -> TermBook

    /// Makes the feature.
    ///
    /// - Parameter terms: what is known of codes.
    package init(
        clock: Clock, version: String,
        terms: @escaping @Sendable () -> TermBook = { .builtIn }
    ) {
        self.terms = terms
        self.clock = clock
        self.version = version
    }

    package func addRoutes(to routes: Routes) {
        for base in FHIRNames.bases {
            routes.signedIn.post("\(base)/$fhirpath", use: evaluate)
        }
    }

    /// `POST /fhir/$fhirpath`: Parameters with expression, context, resource and variables.
    ///
    /// Spec: fhirpath-lab server engine API,
    /// https://github.com/brianpos/fhirpath-lab/blob/develop/server-api.md
    @Sendable private func evaluate(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let form = try AnswerForm(only: request)
        let format = try WireFormat.sent(request.headers[.contentType])
        let body = try format.json(try await context.body(of: request))
        let parameters: JSON
        do throws(JSONError) {
            parameters = try JSON.parse(body, limits: .resource)
        } catch {
            throw error.problem()
        }
        return try form.whole(try lab().answer(to: parameters))
    }

    private func lab() -> FHIRPathLab {
        FHIRPathLab(Self.environment(clock, terms()), evaluatorName: "Tribal EHR \(version)") {
            xml in
            // What cannot be read is told as a resource that is missing.
            guard let json = try? FHIRXML.r4.json(from: xml) else { return nil }
            return try? JSON.parse(json, limits: .resource)
        }
    }

    /// The types, value sets and code systems that the program carries.
    private static func environment(_ clock: Clock, _ book: TermBook) -> FHIRPathEnvironment {
        var environment = FHIRPathEnvironment(types: .r4)
        environment.nowMs = clock.wallMs()
        environment.memberOf = { url, code in
            // What cannot be worked out cannot be told.
            try? book.contains(url, system: code.system, code: code.code)
        }
        environment.subsumes = { first, second in
            guard let system = first.system, system == second.system else { return nil }
            // As above.
            return try? book.subsumes(system: system, first.code, second.code)
        }
        return environment
    }
}
