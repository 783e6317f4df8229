import AccessControl
import FHIRModel
import FHIRPath
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// What differs between two versions of a record, or between two records of a type.
package struct DiffFeature: Feature {
    package static let key = "fhir-diff"
    private let gate: Gate
    private let store: RecordStore

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore) {
        self.gate = gate
        self.store = store
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.answer(.diff, .instance, use: versions)
        routes.signedIn.answer(.diff, .system, use: records)
    }

    /// `GET /fhir/{type}/{id}/$diff?fromVersion=1&toVersion=3`: without versions the newest one and
    /// the one before it.
    @Sendable private func versions(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let type = try ResourcePath.type(context)
        let id = try ResourcePath.id(context)
        let input = try await OperationInput(request, context)
        let limits = 1...Int(Int32.max)
        let to = try input.number("toVersion", limits)
        let new = try await read(type, id, to, context.caller)
        guard new.version > 1 || input.value("fromVersion") != nil else {
            throw Problem(
                .notFound, "The record has one version only; there is nothing to compare.",
                location: "fromVersion")
        }
        let from = try input.number("fromVersion", limits) ?? (new.version - 1)
        let old = try await read(type, id, from, context.caller)
        return try answer(old, new, input, request)
    }

    /// `GET /fhir/$diff?from=Patient/1&to=Patient/2/_history/3`.
    @Sendable private func records(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let input = try await OperationInput(request, context)
        let old = try await read("from", input, context.caller)
        let new = try await read("to", input, context.caller)
        guard old.type == new.type else {
            throw Problem(
                .invalid, "Only records of the same type can be compared.", location: "to")
        }
        return try answer(old, new, input, request)
    }

    private func read(
        _ name: String, _ input: OperationInput, _ caller: Caller
    ) async throws -> StoredResource {
        guard let text = input.value(name),
            case .local(let type, let id, let version)? =
                Reference(text)
        else {
            throw Problem(
                .required, "\(name) takes an address such as Patient/5 or Patient/5/_history/2.",
                location: name)
        }
        return try await read(type, id, version.flatMap { Int($0) }, caller)
    }

    private func read(
        _ type: String, _ id: String, _ version: Int?, _ caller: Caller
    ) async throws -> StoredResource {
        let verb: Verb = version == nil ? .read : .vread
        let grant = try await gate.grant(Ask(verb, type, id: id), to: caller)
        return try await store.read(grant, version: version)
    }

    private func answer(
        _ old: StoredResource, _ new: StoredResource, _ input: OperationInput, _ request: Request
    ) throws -> Response {
        let form = try AnswerForm(request, input.fields)
        let withMeta = try input.flag("includeMeta")
        let before = try JSON.parse(old.json, limits: .any)
        let after = try JSON.parse(new.json, limits: .any)
        var ignored: Set<String> = withMeta ? [] : ["meta"]
        // What follows from the other elements is made afresh by whoever changes these.
        let isGenerated = [before, after].allSatisfy { !GeneratedNarrative.isWritten(in: $0) }
        if isGenerated { ignored.insert("text") }
        let patch: [UInt8]
        do throws(PatchError) {
            patch = try FHIRPathDiff.parameters(
                from: before, to: after, ignoring: ignored)
        } catch {
            throw Problem(
                error.code == .tooManyOperations ? .tooCostly : .processing,
                "The two differ in more than one patch can tell; compare them by reading both.")
        }
        return try form.whole(patch)
    }
}
