import AccessControl
import FHIRModel
import Kernel
import RecordStore
import ServerKit

/// Carries out the entries of a Bundle each on its own: one that fails leaves the others alone.
///
/// Spec: FHIR R4 §3.1.0.11.1 batch processing rules, https://hl7.org/fhir/R4/http.html#brules
struct Batch: Sendable {
    /// The most entries of one batch; each change of it is a commit of its own.
    static let entriesMax = 2_000
    /// The most bytes that the answers to all entries may have together.
    static let answerBytesMax = 64 * 1_048_576

    let acts: RecordActs
    let caller: Caller
    let answer: SearchAnswer
    let idempotency: IdempotencyKey?

    /// The answers, in the order of the entries.
    func replies(_ entries: [FHIRBundle.Entry]) async throws -> [EntryReply] {
        var replies: [EntryReply] = []
        var byteCount = 0
        for entry in entries {
            let reply: EntryReply
            do {
                guard byteCount < Self.answerBytesMax else {
                    throw Problem(
                        .tooCostly,
                        "The answers of the batch exceed \(Self.answerBytesMax) bytes. Send it in "
                            + "parts.")
                }
                reply = try await self.reply(entry)
            } catch let problem as Problem {
                reply = EntryReply(problem, at: entry.index)
            }
            byteCount += reply.resource?.count ?? 0
            replies.append(reply)
        }
        return replies
    }

    private func reply(_ entry: FHIRBundle.Entry) async throws -> EntryReply {
        guard let item = try EntryReading(entry, .fresh(acts.ids.next)).item() else {
            throw Problem(.required, "The entry holds no resource.")
        }
        if item.act == .read, let request = item.request {
            return try await EntryReads(gate: acts.gate, store: acts.store, answer: answer)
                .reply(request, caller: caller)
        }
        var order = ChangeOrder(caller: caller, type: item.type)
        order.ifMatch = item.ifVersion
        order.ifAbsent = item.ifAbsent
        order.idempotency = idempotency?.part(entry.index)
        guard let changed = try await change(item, order) else { return EntryReply(204) }
        return try await EntryReply.telling(
            changed, isDeletion: item.act == .delete, answer, acts, order)
    }

    private func change(_ item: BundlePlan.Item, _ order: ChangeOrder) async throws -> Changed? {
        let condition = item.condition?.query
        switch (item.act, condition) {
        case (.create, _):
            guard let resource = item.resource else { break }
            return try await acts.create(resource, order, unless: condition)
        case (.update, nil):
            guard let resource = item.resource else { break }
            return try await acts.update(resource, id: item.id, order)
        case (.update, let condition?):
            guard let resource = item.resource else { break }
            return try await acts.update(resource, where: condition, order)
        case (.patch, nil):
            guard let patch = item.patch else { break }
            return try await acts.patch(patch, id: item.id, order)
        case (.patch, let condition?):
            guard let patch = item.patch else { break }
            return try await acts.patch(patch, where: condition, order)
        case (.delete, nil): return try await acts.delete(id: item.id, order)
        case (.delete, let condition?):
            return try await acts.delete(where: condition, order).first
        case (.read, _): break
        }
        throw Problem(.required, "The entry holds no resource.")
    }
}

extension EntryReply {
    /// The answer to a change with as much as the client prefers to get; nothing but the version
    /// if it prefers nothing.
    static func telling(
        _ changed: Changed, isDeletion: Bool, _ answer: SearchAnswer, _ acts: RecordActs,
        _ order: ChangeOrder
    ) async throws -> EntryReply {
        var reply = EntryReply(changed, isDeletion: isDeletion, base: answer.base)
        switch answer.form.prefer.content {
        case .representation? where !isDeletion:
            reply.resource = try await acts.shown(changed, to: order.caller)
        case .outcome?: reply.outcome = AnswerForm.note(changed, order.notes.issues)
        default: break
        }
        return reply
    }
}
