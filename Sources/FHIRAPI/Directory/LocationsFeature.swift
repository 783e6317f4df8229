import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
package import Kernel
package import RecordStore
package import ServerKit

/// The places of the clinic, for administrators; each is a Location, as `/fhir` has it.
///
/// Spec: FEATURES CFG-18.
package struct LocationsFeature: Feature {
    package static let key = "locations"

    /// How many places may lie inside of each other.
    private static let depthMax = 10
    private let acts: DirectoryActs

    /// Makes the feature.
    package init(
        gate: Gate, store: RecordStore, ids: IDs, rules: WriteRules = .strict
    ) {
        acts = DirectoryActs(gate: gate, store: store, ids: ids, rules: rules)
    }

    package func addRoutes(to routes: Routes) {
        let group = routes.signedIn
        group.get("api/v1/admin/locations", use: list)
        group.post("api/v1/admin/locations", limits: .form, use: add)
        group.get("api/v1/admin/locations/:id", use: one)
        group.put("api/v1/admin/locations/:id", limits: .form, use: change)
    }

    /// `GET /api/v1/admin/locations`: every place, by name.
    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await acts.open(context.caller, "Location")
        let found = try await acts.find(
            [("_sort", "name")], type: "Location", caller: context.caller)
        var writer = JSONWriter(reservingBytes: 512 * found.count + 64)
        try writer.items(found) { try LocationForm.write($0, to: &$1) }
        return .json(writer.bytes)
    }

    /// `GET /api/v1/admin/locations/{id}`.
    @Sendable private func one(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await acts.open(context.caller, "Location")
        return try await answer(try ResourcePath.id(context), context.caller)
    }

    /// `POST /api/v1/admin/locations`.
    @Sendable private func add(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await acts.open(context.caller, "Location")
        let form = try await form(request, context, before: nil)
        let id = acts.ids.next()
        try await write(form, id: id, before: nil, context.caller)
        return try await answer(id, context.caller, status: .created)
    }

    /// `PUT /api/v1/admin/locations/{id}`, from the version in `If-Match`.
    @Sendable private func change(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try ResourcePath.id(context)
        try await acts.open(context.caller, "Location")
        let wanted = try VersionTag.wanted(request.headers)
        let before = try await acts.read("Location", id: id, caller: context.caller)
        let form = try await form(request, context, before: before)
        try VersionTag.check(wanted, is: "\(before.version)")
        try await write(form, id: id, before: before, context.caller)
        return try await answer(id, context.caller)
    }

    private func form(
        _ request: Request, _ context: CallerContext, before: StoredResource?
    ) async throws -> LocationForm {
        let fields = try BodyFields(
            try await context.body(of: request), takes: LocationForm.names)
        return try LocationForm(fields, before: before.map { try JSON.parse($0.json) })
    }

    /// One after the other, so that two changes side by side do not make a circle.
    private func write(
        _ form: LocationForm, id: String, before: StoredResource?, _ caller: Caller
    ) async throws {
        try await acts.store.inTurn(["Location"]) {
            try await checkPlace(form.partOf, of: id, caller)
            let json = try before.map { try JSON.parse($0.json) }
            let change = try await acts.change(
                form.bytes(id: id, before: json), type: "Location", id: id, from: before?.version,
                caller: caller)
            do {
                _ = try await acts.store.change([change])
            } catch let problem as Problem where problem.code == .lockError {
                throw VersionTag.overtaken
            }
        }
    }

    /// - Throws: ``Problem`` `.value` where the place lies in itself or in none that is there.
    private func checkPlace(_ parent: String?, of id: String, _ caller: Caller) async throws {
        guard let parent else { return }
        var above: [String: String] = [:]
        var known: Set<String> = []
        for one in try await acts.find([], type: "Location", caller: caller) {
            known.insert(one.id)
            above[one.id] = LocationForm.parent(of: try JSON.parse(one.json))
        }
        guard known.contains(parent) else {
            throw Problem(.value, "There is no location of this id.", location: "partOf")
        }
        var next: String? = parent
        for _ in 0..<Self.depthMax {
            guard let step = next else { return }
            guard step != id else {
                throw Problem(
                    .value, "A place cannot lie inside of itself. Choose another one.",
                    location: "partOf")
            }
            next = above[step]
        }
        throw Problem(
            .value, "At most \(Self.depthMax) places may lie inside of each other.",
            location: "partOf")
    }

    private func answer(
        _ id: String, _ caller: Caller, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let stored = try await acts.read("Location", id: id, caller: caller)
        var writer = JSONWriter()
        writer.beginObject()
        try LocationForm.write(stored, to: &writer)
        writer.endObject()
        return .json(
            writer.bytes, status: status, headers: VersionTag.headers("\(stored.version)"))
    }
}

extension JSONWriter {
    /// `{"items": […]}`, an object for each.
    mutating func items<Item>(
        _ items: [Item], _ write: (Item, inout JSONWriter) throws -> Void
    ) rethrows {
        beginObject()
        key("items")
        beginArray()
        for item in items {
            beginObject()
            try write(item, &self)
            endObject()
        }
        endArray()
        endObject()
    }
}
