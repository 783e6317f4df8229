import AccessControl
import FHIRModel
import Kernel
import RecordStore
import ServerKit

/// Answers what became of records, as far as the caller may see them.
struct RecordHistories: Sendable {
    /// Whose versions are asked for.
    enum Subject: Sendable, Hashable {
        case resource(String, String)
        case type(String)
        case system

        /// The address below the base.
        var path: String {
            switch self {
            case .resource(let type, let id): "/\(type)/\(id)/_history"
            case .type(let type): "/\(type)/_history"
            case .system: "/_history"
            }
        }
    }

    let gate: Gate
    let store: RecordStore

    /// The Bundle that a history is answered with.
    func bundle(
        _ subject: Subject, _ fields: [FormFields.Field], caller: Caller, in answer: SearchAnswer
    ) async throws -> [UInt8] {
        var wanted = try HistoryFields(fields, isStrict: answer.form.prefer.isStrict)
        wanted.query.isCountOnly = answer.form.isCountOnly || wanted.query.isCountOnly
        let binding = "\(caller.userID ?? caller.name) \(subject.path)\(wanted.text)"
        if let cursor = wanted.cursor {
            wanted.query.after = try HistoryMark(
                bytes: try store.openCursor(cursor, for: binding))
        }
        let page = try await page(subject, wanted.query, caller)
        let place = answer.base + subject.path
        var links = [(relation: "self", url: place + wanted.selfText)]
        if let next = page.next {
            let cursor = try store.sealCursor(next.bytes, for: binding)
            links.append((relation: "next", url: place + wanted.text(cursor: cursor)))
        }
        // What a client gives as _since to get what changed after this answer.
        var writer = BundleWriter(
            .history, timestamp: Timestamp.text(ms: page.settledMs), total: page.total,
            links: links)
        for version in page.versions {
            try Self.write(version, to: &writer, answer)
        }
        return writer.finish()
    }

    private func page(
        _ subject: Subject, _ query: HistoryQuery, _ caller: Caller
    ) async throws -> HistoryPage {
        switch subject {
        case .resource(let type, let id):
            let grant = try await gate.grant(Ask(.vread, type, id: id), to: caller)
            return try await store.history(of: grant, query)
        case .type(let type):
            let grant = try await gate.grant(Ask(.search, type), to: caller)
            return try await store.history(of: [grant], as: grant.ask, query)
        case .system:
            let policy = Policy()
            let grants = ResourceType.all.compactMap { type in
                // A type that the caller may not search is left out, which is no refusal.
                try? policy.grant(Ask(.search, type), to: caller)
            }
            // Whoever may search nothing is refused, and that is put on record.
            if grants.isEmpty { _ = try await gate.grant(Ask(.search, "Patient"), to: caller) }
            return try await store.history(
                of: grants, as: Ask(.search, area: .clinical, type: "Resource"), query)
        }
    }

    private static func write(
        _ version: HistoryVersion, to writer: inout BundleWriter, _ answer: SearchAnswer
    ) throws {
        let address = "\(version.type)/\(version.id)"
        let isFirst = version.version == 1
        let method: FHIRBundle.Method
        let status: String
        switch (version.json, isFirst) {
        case (nil, _): (method, status) = (.delete, "204 No Content")
        case (_?, true):
            // An id of the client's own came with a PUT.
            method = IDs.isOwn(version.id) ? .post : .put
            status = "201 Created"
        case (_?, false): (method, status) = (.put, "200 OK")
        }
        writer.version(
            fullURL: "\(answer.base)/\(address)", method: method,
            url: method == .post ? version.type : address,
            BundleWriter.ResponseLine(
                status: status, etag: "W/\"\(version.version)\"",
                lastModified: Timestamp.text(ms: version.changedMs)),
            resource: try version.json.map(answer.form.shown))
    }
}

extension HistoryMark {
    /// The mark as sixteen bytes.
    var bytes: [UInt8] {
        [changedMs, seq].flatMap { number in
            withUnsafeBytes(of: number.bigEndian) { Array($0) }
        }
    }

    /// The mark that sixteen bytes stand for.
    ///
    /// - Throws: ``Problem`` `.value` for others.
    init(bytes: [UInt8]) throws(Problem) {
        guard bytes.count == 16 else {
            throw Problem(.value, "Follow the next link as it is.", location: "_cursor")
        }
        func number(_ part: ArraySlice<UInt8>) -> Int64 {
            Int64(bitPattern: part.reduce(0) { $0 << 8 | UInt64($1) })
        }
        self.init(changedMs: number(bytes[..<8]), seq: number(bytes[8...]))
    }
}
