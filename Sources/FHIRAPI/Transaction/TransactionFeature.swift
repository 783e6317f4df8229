import AccessControl
import FHIRModel
import Hummingbird
package import Kernel
package import RecordStore
package import ServerKit

/// Several changes in one request.
package struct TransactionFeature: Feature {
    package static let key = "fhir-transaction"
    private let work: BundleWork
    private let ids: IDs

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore, ids: IDs) {
        work = BundleWork(gate: gate, store: store)
        self.ids = ids
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.answer(.bundle, use: run)
    }

    /// `POST /fhir`: a transaction Bundle, all of it or nothing.
    ///
    /// Spec: FHIR R4 §3.1.0.11 transaction, https://hl7.org/fhir/R4/http.html#transaction
    @Sendable private func run(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let body = try await context.body(of: request)
        let bundle = try Self.bundle(body)
        guard bundle.kind == .transaction else {
            throw Problem(
                .notSupported, "Send a Bundle of type transaction.", location: "Bundle.type")
        }
        let key = try request.headers[.idempotencyKey].map { word throws(Problem) in
            try IdempotencyKey(
                word, userID: context.caller.userID ?? context.caller.name, request: body)
        }
        let plan = BundlePlan(bundle.entries, naming: .fresh(ids.next))
        let done = try await work.allOrNothing(
            plan, caller: context.caller, isImport: false, idempotency: key)
        return .fhir(Self.answer(plan, done, base: FHIRNames.base(request)))
    }

    /// The Bundle in a body.
    ///
    /// - Throws: ``Problem`` that names the entry.
    static func bundle(_ bytes: [UInt8]) throws(Problem) -> FHIRBundle {
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(bytes, limits: .bundle)
        } catch {
            throw error.problem()
        }
        do throws(BundleError) {
            return try FHIRBundle(json)
        } catch {
            throw error.problem
        }
    }

    private static func answer(
        _ plan: BundlePlan, _ done: [BundleWork.Done], base: String
    ) -> [UInt8] {
        let byIndex = Dictionary(uniqueKeysWithValues: done.map { ($0.index, $0.changed) })
        var writer = BundleWriter(.transactionResponse)
        for item in plan.items {
            guard let changed = byIndex[item.index] else {
                writer.response(BundleWriter.ResponseLine(status: "200 OK"))
                continue
            }
            let status =
                switch changed.outcome {
                case .created: "201 Created"
                case .updated, .unchanged: "200 OK"
                case .deleted: "204 No Content"
                }
            writer.response(
                BundleWriter.ResponseLine(
                    status: status,
                    location: "\(base)/\(changed.type)/\(changed.id)/_history/\(changed.version)",
                    etag: "W/\"\(changed.version)\"",
                    lastModified: Timestamp.text(ms: changed.changedMs)))
        }
        return writer.finish()
    }
}
