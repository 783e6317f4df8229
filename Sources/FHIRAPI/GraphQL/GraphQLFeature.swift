import FHIRModel
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit

/// Asking for just the fields that are wanted, of one record or of many.
package struct GraphQLFeature: Feature {
    package static let key = "fhir-graphql"
    private let finder: RecordFinder

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore) {
        finder = RecordFinder(gate: gate, store: store)
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.answer(.graphql, .system) { request, context in
            try await answer(request, context) { try await $0.system() }
        }
        routes.signedIn.answer(.graphql, .instance) { request, context in
            let type = try ResourcePath.type(context)
            let id = try ResourcePath.id(context)
            return try await answer(request, context) { try await $0.instance(type, id) }
        }
    }

    /// `POST /fhir/$graphql`: query, operationName and variables as members of an object, or the
    /// query alone as `application/graphql`; the same as parameters of a GET.
    private func answer(
        _ request: Request, _ context: CallerContext,
        _ body: (inout GraphQLRun) async throws -> GraphQLValue
    ) async throws -> Response {
        let sent = try await SentQuery(request, context)
        do {
            let document = try GraphQLDocument(sent.query)
            var run = GraphQLRun(
                finder: finder, caller: context.caller, document: document,
                operation: try document.operation(sent.operationName), variables: sent.variables)
            do {
                let data = try await body(&run)
                return Self.response(data, run.faults)
            } catch let problem as Problem where problem.code == .notFound {
                return Self.response(.null, run.faults + [(problem.detail, [])])
            }
        } catch let fault as GraphQLFault {
            let place = fault.offset.map { " At byte \($0) of the query." } ?? ""
            return Self.response(nil, [(fault.message + place, [])])
        }
    }

    private static func response(
        _ data: GraphQLValue?, _ faults: [(message: String, path: [String])]
    ) -> Response {
        var writer = JSONWriter(reservingBytes: 4_096)
        writer.beginObject()
        if let data {
            writer.key("data")
            data.write(to: &writer)
        }
        if !faults.isEmpty {
            writer.array("errors") { list in
                for fault in faults {
                    list.object { one in
                        one.member("message", fault.message)
                        guard !fault.path.isEmpty else { return }
                        one.array("path") { path in
                            for step in fault.path { path.string(step) }
                        }
                    }
                }
            }
        }
        writer.endObject()
        return .json(writer.bytes, status: data == nil ? .badRequest : .ok)
    }
}

/// A query as it came over the wire.
private struct SentQuery {
    let query: String
    let operationName: String?
    let variables: JSON?

    init(_ request: Request, _ context: CallerContext) async throws {
        var fields = try FormFields.parse(request.uri.query ?? "")
        var json: JSON?
        if request.method == .post {
            let bytes = try await context.body(of: request)
            if request.headers[.contentType]?.hasPrefix("application/graphql") == true {
                fields.append(
                    FormFields.Field(
                        name: "query", value: String(decoding: bytes, as: UTF8.self)))
            } else if !bytes.isEmpty {
                json = try Self.parsed(bytes)
            }
        }
        func field(_ name: String) -> String? { fields.last { $0.name == name }?.value }
        guard let query = json?.string("query") ?? field("query") else {
            throw Problem(.required, "Send the query as the member query.", location: "query")
        }
        self.query = query
        operationName = json?.string("operationName") ?? field("operationName")
        variables =
            try json?["variables"] ?? field("variables").map { try Self.parsed(Array($0.utf8)) }
    }

    private static func parsed(_ bytes: [UInt8]) throws(Problem) -> JSON {
        do throws(JSONError) {
            return try JSON.parse(bytes, limits: .resource)
        } catch {
            throw error.problem()
        }
    }
}
