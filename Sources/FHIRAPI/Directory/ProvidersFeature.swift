import AccessControl
import FHIRModel
import HTTPTypes
import Hummingbird
package import Kernel
package import RecordStore
package import ServerKit

/// The people who treat patients, for administrators; each is a Practitioner and a
/// PractitionerRole, as `/fhir` has them.
///
/// Spec: FEATURES CFG-18.
package struct ProvidersFeature: Feature {
    package static let key = "providers"

    /// The account of a provider.
    package struct LinkedUser: Sendable {
        let id: String
        let username: String
        let displayName: String

        /// Collects what is known.
        package init(id: String, username: String, displayName: String) {
            self.id = id
            self.username = username
            self.displayName = displayName
        }
    }

    private let acts: DirectoryActs
    private let userOf: @Sendable (_ practitionerID: String) -> LinkedUser?

    /// Makes the feature.
    ///
    /// - Parameter userOf: the account of a provider, answered from memory.
    package init(
        gate: Gate, store: RecordStore, ids: IDs, rules: WriteRules = .strict,
        userOf: @escaping @Sendable (_ practitionerID: String) -> LinkedUser?
    ) {
        acts = DirectoryActs(gate: gate, store: store, ids: ids, rules: rules)
        self.userOf = userOf
    }

    package func addRoutes(to routes: Routes) {
        let group = routes.signedIn
        group.get("api/v1/admin/providers", use: list)
        group.post("api/v1/admin/providers", limits: .form, use: add)
        group.get("api/v1/admin/providers/:id", use: one)
        group.put("api/v1/admin/providers/:id", limits: .form, use: change)
    }

    /// `GET /api/v1/admin/providers`: every provider, by name.
    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await acts.open(context.caller, "Practitioner")
        let found = try await acts.find(
            [("_sort", "family"), Self.withRoles], type: "Practitioner", caller: context.caller)
        let providers = try StoredProvider.all(found)
        var writer = JSONWriter(reservingBytes: 512 * providers.count + 64)
        try writer.items(providers) { try write($0, to: &$1) }
        return .json(writer.bytes)
    }

    /// `GET /api/v1/admin/providers/{id}`.
    @Sendable private func one(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await acts.open(context.caller, "Practitioner")
        return try await answer(try ResourcePath.id(context), context.caller)
    }

    /// `POST /api/v1/admin/providers`.
    @Sendable private func add(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        try await acts.open(context.caller, "Practitioner")
        let form = try await form(request, context)
        let id = acts.ids.next()
        try await inTurn {
            try await write(form, id: id, before: nil, context.caller)
        }
        return try await answer(id, context.caller, status: .created)
    }

    /// `PUT /api/v1/admin/providers/{id}`, from the version in `If-Match`.
    @Sendable private func change(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let id = try ResourcePath.id(context)
        try await acts.open(context.caller, "Practitioner")
        let wanted = try VersionTag.wanted(request.headers)
        let form = try await form(request, context)
        try await inTurn {
            let before = try await provider(id, context.caller)
            try VersionTag.check(wanted, is: before.version)
            try await write(form, id: id, before: before, context.caller)
        }
        return try await answer(id, context.caller)
    }

    private static let withRoles = ("_revinclude", "PractitionerRole:practitioner")

    private func form(_ request: Request, _ context: CallerContext) async throws -> ProviderForm {
        try ProviderForm(
            try BodyFields(try await context.body(of: request), takes: ProviderForm.names))
    }

    private func inTurn(_ body: () async throws -> Void) async throws {
        try await acts.store.inTurn(["Practitioner", "PractitionerRole"], body)
    }

    /// Writes both resources, or neither.
    private func write(
        _ form: ProviderForm, id: String, before: StoredProvider?, _ caller: Caller
    ) async throws {
        try await checkNPI(form.npi, of: id, caller)
        try await checkPlaces(form.locations, caller)
        let person = try before.map { try JSON.parse($0.person.json) }
        let role = try before?.role.map { try JSON.parse($0.json) }
        let roleID = before?.role?.id ?? acts.ids.next()
        let changes = [
            try await acts.change(
                try form.practitioner(id: id, before: person), type: "Practitioner", id: id,
                from: before?.person.version, caller: caller),
            try await acts.change(
                try form.role(id: roleID, practitioner: id, before: role),
                type: "PractitionerRole", id: roleID, from: before?.role?.version,
                caller: caller),
        ]
        do {
            _ = try await acts.store.change(changes)
        } catch let problem as Problem where problem.code == .lockError {
            throw VersionTag.overtaken
        }
    }

    /// - Throws: ``Problem`` `.duplicate` if somebody else has the number.
    private func checkNPI(_ npi: String?, of id: String, _ caller: Caller) async throws {
        guard let npi else { return }
        let token = "\(ProviderNumbers.npiSystem)|\(npi)"
        let found = try await acts.find(
            [("identifier", token)], type: "Practitioner", caller: caller)
        guard found.allSatisfy({ $0.id == id }) else {
            throw Problem(
                .duplicate, "Another provider has this NPI already. Look for the name in the list.",
                location: "npi")
        }
    }

    /// - Throws: ``Problem`` `.value` for a place that is not there.
    private func checkPlaces(_ ids: [String], _ caller: Caller) async throws {
        guard !ids.isEmpty else { return }
        let found = try await acts.find(
            [("_id", ids.joined(separator: ","))], type: "Location", caller: caller)
        guard Set(ids).isSubset(of: found.map(\.id)) else {
            throw Problem(
                .value, "There is no location of this id. Add the location first.",
                location: "locations")
        }
    }

    private func provider(_ id: String, _ caller: Caller) async throws -> StoredProvider {
        let found = try await acts.find(
            [("_id", id), Self.withRoles], type: "Practitioner", caller: caller)
        guard let provider = try StoredProvider.all(found).first else {
            throw Problem(.notFound, "There is no provider of this id.")
        }
        return provider
    }

    private func answer(
        _ id: String, _ caller: Caller, status: HTTPResponse.Status = .ok
    ) async throws -> Response {
        let provider = try await provider(id, caller)
        var writer = JSONWriter()
        writer.beginObject()
        try write(provider, to: &writer)
        writer.endObject()
        return .json(
            writer.bytes, status: status, headers: VersionTag.headers(provider.version))
    }

    private func write(_ provider: StoredProvider, to one: inout JSONWriter) throws {
        try provider.write(to: &one)
        guard let user = userOf(provider.person.id) else { return }
        one.object("user") { linked in
            linked.member("id", user.id)
            linked.member("username", user.username)
            linked.member("displayName", user.displayName)
        }
    }
}
