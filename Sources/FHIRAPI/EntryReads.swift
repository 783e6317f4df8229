import AccessControl
import FHIRModel
import Kernel
import RecordStore
import ServerKit

/// Answers the entries of a Bundle that read.
struct EntryReads: Sendable {
    let gate: Gate
    let store: RecordStore
    let answer: SearchAnswer

    /// Refuses a read that the caller may not do, and puts that on record.
    func authorize(_ request: FHIRBundle.Request, caller: Caller) async throws {
        let address = try EntryAddress(request.url)
        guard let type = address.type else { return }
        let verb: Verb =
            address.id == nil ? .search : address.version == nil ? .read : .vread
        _ = try await gate.grant(Ask(verb, type, id: address.id), to: caller)
    }

    /// The answer to one read.
    func reply(_ request: FHIRBundle.Request, caller: Caller) async throws -> EntryReply {
        var reply = try await found(request, caller)
        if request.method == .head { reply.resource = nil }
        return reply
    }

    private func found(_ request: FHIRBundle.Request, _ caller: Caller) async throws -> EntryReply {
        let address = try EntryAddress(request.url)
        let fields = try FormFields.parse(address.query ?? "")
        if address.isHistory {
            let subject: RecordHistories.Subject =
                switch (address.type, address.id) {
                case (let type?, let id?): .resource(type, id)
                case (let type?, nil): .type(type)
                case (nil, _): .system
                }
            let bundle = try await RecordHistories(gate: gate, store: store).bundle(
                subject, fields, caller: caller, in: answer)
            return EntryReply(200, resource: bundle)
        }
        guard let type = address.type else {
            throw Problem(.value, "The url names Type/id, or Type?search.")
        }
        guard let id = address.id else {
            let form = try answer.form.with(fields)
            let bundle = try await RecordFinder(gate: gate, store: store).bundle(
                fields, in: .type(type), caller: caller,
                as: SearchAnswer(base: answer.base, form: form))
            return EntryReply(200, resource: bundle)
        }
        let verb: Verb = address.version == nil ? .read : .vread
        let grant = try await gate.grant(Ask(verb, type, id: id), to: caller)
        let known = try KnownVersion(
            ifNoneMatch: request.ifNoneMatch,
            sinceMs: request.ifModifiedSince.flatMap { Self.instant($0) })
        let found = try await store.read(grant, version: address.version)
        let form = try answer.form.with(fields)
        let isStill = known.isStill(version: found.version, changedMs: found.changedMs)
        return EntryReply(
            isStill ? 304 : 200, version: found.version, changedMs: found.changedMs,
            resource: isStill ? nil : try form.shown(found.json),
            fullURL: "\(answer.base)/\(type)/\(id)")
    }

    private static func instant(_ text: String) -> Int64? {
        // A time of wrong form is left out, as HTTP wants.
        (try? FHIRDateTime(text, as: .instant))?.lowerBoundMs() ?? HTTPDate.ms(text)
    }
}
