import AccessControl
import FHIRModel
import Hummingbird
package import Kernel
package import RecordStore
package import ServerKit

/// Several interactions in one request: all or nothing, or each on its own.
package struct TransactionFeature: Feature {
    package static let key = "fhir-transaction"
    private let work: BundleWork
    private let ids: IDs

    /// Makes the feature.
    package init(
        gate: Gate, store: RecordStore, ids: IDs, rules: WriteRules = .strict
    ) {
        work = BundleWork(gate: gate, store: store, ids: ids, rules: rules)
        self.ids = ids
    }

    package func addRoutes(to routes: Routes) { routes.signedIn.answer(.bundle, use: run) }

    /// `POST /fhir`: a Bundle of type transaction or batch.
    ///
    /// Spec: FHIR R4 §3.1.0.11 batch and transaction, https://hl7.org/fhir/R4/http.html#transaction
    @Sendable private func run(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let form = try AnswerForm(only: request)
        let body = try await context.body(of: request)
        let format = try WireFormat.sent(request.headers[.contentType])
        let bundle = try Self.bundle(try format.json(body))
        let caller = try context.caller.stating(request)
        let key = try request.idempotencyKey(of: caller, body: body)
        let answer = SearchAnswer(base: FHIRNames.base(request), form: form.inner)
        let replies: [EntryReply]
        switch bundle.kind {
        case .transaction:
            replies = try await transaction(bundle, caller, answer, key)
        case .batch:
            guard bundle.entries.count <= Batch.entriesMax else {
                throw Problem(
                    .tooCostly, "A batch takes at most \(Batch.entriesMax) entries.",
                    location: "Bundle.entry")
            }
            replies = try await Batch(
                acts: work.acts, caller: caller, answer: answer, idempotency: key
            ).replies(bundle.entries)
        default:
            throw Problem(
                .notSupported, "Send a Bundle of type transaction or batch.",
                location: "Bundle.type")
        }
        var writer = BundleWriter(
            bundle.kind == .batch ? .batchResponse : .transactionResponse)
        for reply in replies { reply.write(to: &writer) }
        return try form.whole(writer.finish())
    }

    private func transaction(
        _ bundle: FHIRBundle, _ caller: Caller, _ answer: SearchAnswer, _ key: IdempotencyKey?
    ) async throws -> [EntryReply] {
        let plan = BundlePlan(bundle.entries, naming: .fresh(ids.next))
        if let fault = plan.faults.first { throw fault.problem }
        let reads = EntryReads(gate: work.gate, store: work.store, answer: answer)
        for item in plan.items where item.act == .read {
            guard let request = item.request else { continue }
            do {
                try await reads.authorize(request, caller: caller)
            } catch let problem as Problem {
                throw problem.placed(item.place)
            }
        }
        let notes = WriteNotes()
        let made = try await work.allOrNothing(
            plan, caller: caller, isImport: false, idempotency: key, notes: notes)
        var replies: [EntryReply] = []
        for item in plan.items {
            if item.act == .read, let request = item.request {
                replies.append(await reply(request, reads, caller, item.index))
            } else if let changed = made[item.index] {
                replies.append(
                    try await EntryReply.telling(
                        changed, isDeletion: item.act == .delete, answer, work.acts,
                        ChangeOrder(
                            caller: caller, type: item.type, notes: notes.entry(item.index))))
            } else {
                replies.append(EntryReply(204))
            }
        }
        return replies
    }

    /// The changes are made when the reads come, so that one that fails is told in its place.
    private func reply(
        _ request: FHIRBundle.Request, _ reads: EntryReads, _ caller: Caller, _ index: Int
    ) async -> EntryReply {
        do {
            return try await reads.reply(request, caller: caller)
        } catch let problem as Problem {
            return EntryReply(problem, at: index)
        } catch {
            return EntryReply(
                Problem(.unexpected, "The entry could not be read. Read it by itself."), at: index)
        }
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
}
