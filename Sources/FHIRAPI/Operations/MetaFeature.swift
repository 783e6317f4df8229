import AccessControl
import FHIRModel
import FHIRSearch
import Hummingbird
package import Kernel
package import RecordStore
package import ServerKit

/// Showing, adding and taking away profiles, tags and security labels.
///
/// Spec: FHIR R4 $meta, https://hl7.org/fhir/R4/resource-operation-meta.html
package struct MetaFeature: Feature {
    package static let key = "fhir-meta"
    /// The most records whose labels are gathered for one answer.
    static let gatheredCountMax = 20_000

    private let acts: RecordActs

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore, ids: IDs) {
        acts = RecordActs(gate: gate, store: store, ids: ids)
    }

    package func addRoutes(to routes: Routes) {
        let group = routes.signedIn
        group.answer(.meta, .instance) { request, context in
            try await one(request, context, version: nil)
        }
        group.answer(.meta, .version) { request, context in
            guard let version = Int(try context.parameters.require("version")), version > 0 else {
                throw Problem(.notFound, "Versions are numbers from 1.")
            }
            return try await one(request, context, version: version)
        }
        group.answer(.meta, .type) { request, context in
            try await gathered(request, context, types: [try ResourcePath.type(context)])
        }
        group.answer(.meta, .system) { request, context in
            try await gathered(request, context, types: ResourceType.all)
        }
        group.answer(.metaAdd, .instance) { request, context in
            try await change(request, context) { labels, meta in labels.add(meta) }
        }
        group.answer(.metaDelete, .instance) { request, context in
            try await change(request, context) { labels, meta in labels.remove(meta) }
        }
    }

    /// `GET /fhir/{type}/{id}/$meta`: the whole `meta` of one version.
    private func one(
        _ request: Request, _ context: CallerContext, version: Int?
    ) async throws -> Response {
        let form = try AnswerForm(only: request)
        let ask = Ask(
            version == nil ? .read : .vread, try ResourcePath.type(context),
            id: try ResourcePath.id(context))
        let found = try await acts.store.read(
            try await acts.gate.grant(ask, to: context.caller), version: version)
        let meta = try JSON.parse(found.json, limits: .any)["meta"]
        return try form.whole(
            Self.parameters { $0.member("valueMeta", raw: meta?.canonicalBytes() ?? []) })
    }

    /// `GET /fhir/{type}/$meta`: every label that a record of the type carries which the caller
    /// may find.
    private func gathered(
        _ request: Request, _ context: CallerContext, types: [String]
    ) async throws -> Response {
        let form = try AnswerForm(only: request)
        var query = SearchQuery(types: types)
        query.total = .accurate
        query.countMax = 500
        var labels = MetaLabels()
        var cursor: String?
        repeat {
            let page = try await acts.finder.page(query, cursor: cursor, caller: context.caller)
            guard page.total ?? 0 <= Self.gatheredCountMax else {
                throw Problem(
                    .tooCostly,
                    "Labels of more than \(Self.gatheredCountMax) records are not gathered. Ask "
                        + "for one type, or search with _tag, _security or _profile.")
            }
            for one in page.matches {
                labels.add(try JSON.parse(one.json, limits: .any)["meta"])
            }
            cursor = page.next
        } while cursor != nil
        return try form.whole(
            Self.parameters { one in one.object("valueMeta") { labels.write(to: &$0) } })
    }

    /// `POST /fhir/{type}/{id}/$meta-add` and `$meta-delete`: a version of the record with other
    /// labels.
    ///
    /// Where nothing changes, no version is written. Labels that protect a record move it between
    /// compartments, with the same rights as an update has.
    private func change(
        _ request: Request, _ context: CallerContext,
        _ edit: (inout MetaLabels, JSON) -> Void
    ) async throws -> Response {
        let form = try AnswerForm(only: request)
        let input = try await OperationInput(request, context)
        guard let wanted = input.structure("meta") else {
            throw Problem(
                .required,
                "Send a Parameters resource with the parameter meta and its valueMeta.",
                location: "meta")
        }
        let type = try ResourcePath.type(context)
        let id = try ResourcePath.id(context)
        let caller = context.caller
        let grant = try await acts.gate.grant(Ask(.update, type, id: id), to: caller)
        for _ in 0..<RecordActs.attemptsMax {
            let read = try await acts.gate.grant(Ask(.read, type, id: id), to: caller)
            let current = try await acts.store.read(read)
            let json = try JSON.parse(current.json, limits: .resource)
            let before = MetaLabels(json["meta"])
            var labels = before
            edit(&labels, wanted)
            guard labels.count <= MetaLabels.countMax else {
                throw Problem(
                    .tooLong, "A record carries at most \(MetaLabels.countMax) labels.",
                    location: "meta")
            }
            var written = json["meta"]?.canonicalBytes() ?? Array("{}".utf8)
            if labels.count != before.count {
                let change = Change(
                    grant, .update, type: type, id: id, json: try labels.written(into: json),
                    ifVersion: current.version)
                do {
                    let made = try await acts.store.change([change])
                    written =
                        try made.first.map {
                            try JSON.parse($0.json, limits: .any)["meta"]?.canonicalBytes() ?? []
                        } ?? written
                } catch let problem as Problem where problem.code == .lockError {
                    continue
                }
            }
            return try form.whole(Self.parameters { $0.member("valueMeta", raw: written) })
        }
        throw RecordActs.tooBusy
    }

    private static func parameters(_ value: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { parameters in
            parameters.member("resourceType", "Parameters")
            parameters.array("parameter") { list in
                list.object { one in
                    one.member("name", "return")
                    value(&one)
                }
            }
        }
        return writer.bytes
    }
}
