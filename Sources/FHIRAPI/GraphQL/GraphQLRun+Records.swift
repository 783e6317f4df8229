import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore
import ServerKit

extension GraphQLRun {
    mutating func record(
        _ field: GraphQLDocument.Field, _ path: [String]
    ) async throws -> GraphQLValue {
        guard ResourceType.isKnown(field.name) else {
            throw GraphQLFault(
                "Ask for a type with its id, such as Patient(id: \"5\"), or for a list, such as "
                    + "PatientList(name: \"Nez\").")
        }
        guard
            let id = try field.arguments.first(where: { $0.name == "id" }).map({
                try text($0.value)
            })
        else { throw GraphQLFault("\(field.name) takes id.") }
        guard let json = try await read(field.name, id) else { return .null }
        return .object(try await object(field.selections, Self.node(json), path))
    }

    mutating func referred(
        _ field: GraphQLDocument.Field, _ node: Node, _ path: [String]
    ) async throws -> GraphQLValue {
        let text = node.json.string("reference") ?? ""
        func argument(_ name: String) throws -> String? {
            try field.arguments.first { $0.name == name }.map { try self.text($0.value) }
        }
        let isOptional = try argument("optional") == "true"
        let wanted = try argument("type")
        var json: JSON?
        if text.hasPrefix("#") {
            let id = String(text.dropFirst())
            json = node.root["contained"]?.elements.first { $0.string("id") == id }
        } else if case .local(let type, let id, _)? = Reference(text),
            wanted == nil || wanted == type
        {
            do {
                json = try await read(type, id)
            } catch let problem as Problem
                where isOptional && [.notFound, .forbidden, .deleted].contains(problem.code)
            {
                return .null
            }
        }
        guard let json, wanted == nil || json.string("resourceType") == wanted else {
            return .null
        }
        return .object(try await object(field.selections, Self.node(json), path))
    }

    mutating func read(_ type: String, _ id: String) async throws -> JSON? {
        try look()
        guard FHIRID.isValid(id) else {
            throw Problem(.value, "An id has 1 to 64 letters, digits, - or a full stop.")
        }
        let grant = try await finder.gate.grant(Ask(.read, type, id: id), to: caller)
        return try opened(try await finder.store.read(grant))
    }

    private mutating func opened(_ resource: StoredResource) throws -> JSON {
        openedBytes += resource.json.count
        guard openedBytes <= Self.openedBytesMax else {
            throw GraphQLFault("The query opens too many records; ask for less.")
        }
        return try JSON.parse(resource.json, limits: .any)
    }

    private mutating func look() throws {
        lookCount += 1
        guard lookCount <= Self.looksMax else {
            throw GraphQLFault(
                "The query takes more than \(Self.looksMax) reads and searches; ask for less.")
        }
    }

    /// The type that a field searches, by its name: `ConditionList`, `ConditionConnection`.
    static func searched(_ name: String) -> (type: String, isConnection: Bool)? {
        for (ending, isConnection) in [("List", false), ("Connection", true)]
        where name.hasSuffix(ending) {
            let type = String(name.dropLast(ending.count))
            if ResourceType.isKnown(type) { return (type, isConnection) }
        }
        return nil
    }

    mutating func found(
        _ type: String, _ isConnection: Bool, _ field: GraphQLDocument.Field, on node: Node?,
        _ path: [String]
    ) async throws -> GraphQLValue {
        try look()
        var fields: [FormFields.Field] = []
        var cursor: String?
        for argument in field.arguments {
            let value = try text(argument.value)
            switch argument.name {
            case "_reference":
                guard let node, node.isRecord else { break }
                fields.append(FormFields.Field(name: Self.parameter(value), value: node.name))
            case "_cursor": cursor = value
            default:
                fields.append(FormFields.Field(name: Self.parameter(argument.name), value: value))
            }
        }
        if node != nil, !field.arguments.contains(where: { $0.name == "_reference" }) {
            throw GraphQLFault("\(field.name) inside of a record takes _reference.")
        }
        let query = try finder.wanted(fields, in: .type(type), true, "")
        let page = try await finder.page(query, cursor: cursor, caller: caller)
        let countMax = query.countMax ?? RecordStore.searchPageCountDefault
        guard isConnection || page.next == nil || page.matches.count == countMax else {
            throw GraphQLFault(
                "\(field.name) finds too much for one answer; ask for less with _count, or page "
                    + "with \(type)Connection.")
        }
        var values: [GraphQLValue] = []
        for one in page.matches {
            let node = Self.node(try opened(one))
            values.append(
                isConnection
                    ? try await edge(node, field, path)
                    : .object(try await object(field.selections, node, path)))
        }
        return isConnection ? connection(page, values, query, field) : .list(values)
    }

    private mutating func edge(
        _ node: Node, _ field: GraphQLDocument.Field, _ path: [String]
    ) async throws -> GraphQLValue {
        var fields = GraphQLFields()
        for case .field(let edges) in field.selections where edges.name == "edges" {
            for case .field(let one) in edges.selections {
                switch one.name {
                case "mode": fields.set(one.key, .raw(Self.quoted("match")))
                case "resource":
                    fields.set(
                        one.key, .object(try await object(one.selections, node, path)))
                default: fields.set(one.key, .null)
                }
            }
        }
        return .object(fields)
    }

    private func connection(
        _ page: SearchPage, _ edges: [GraphQLValue], _ query: SearchQuery,
        _ field: GraphQLDocument.Field
    ) -> GraphQLValue {
        var fields = GraphQLFields()
        for case .field(let one) in field.selections {
            switch one.name {
            case "count":
                fields.set(one.key, page.total.map { .raw(Array("\($0)".utf8)) } ?? .null)
            case "pagesize":
                let size = query.countMax ?? RecordStore.searchPageCountDefault
                fields.set(one.key, .raw(Array("\(size)".utf8)))
            case "next": fields.set(one.key, page.next.map { .raw(Self.quoted($0)) } ?? .null)
            case "edges": fields.set(one.key, .list(edges))
            default: fields.set(one.key, .null)
            }
        }
        return .object(fields)
    }

    /// A name of GraphQL has no hyphen; that of a search parameter is written with an underline.
    private static func parameter(_ name: String) -> String {
        guard let first = name.first else { return name }
        return String(first) + name.dropFirst().map { $0 == "_" ? "-" : String($0) }.joined()
    }
}
