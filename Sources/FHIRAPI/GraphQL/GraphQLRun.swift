import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore
import ServerKit

/// One query of GraphQL over records, each of which is read and searched under the caller's own
/// grants.
///
/// Spec: FHIR R4 GraphQL, https://hl7.org/fhir/R4/graphql.html
struct GraphQLRun {
    /// Fields that one answer holds.
    static let fieldsMax = 100_000
    /// Reads and searches of one query.
    static let looksMax = 200
    /// Bytes of all records that one query opens.
    static let openedBytesMax = 32 * 1_048_576
    /// Faults that are told.
    private static let faultsMax = 50

    /// An object of which fields are asked.
    struct Node {
        let json: JSON
        /// The type of the object; nil where it is not known.
        let type: TypeDefinition?
        /// The record that it stands in.
        let root: JSON
    }

    let finder: RecordFinder
    let caller: Caller
    let document: GraphQLDocument
    let operation: GraphQLDocument.Operation
    let variables: JSON?
    private(set) var faults: [(message: String, path: [String])] = []
    /// Why a field of the system was refused, and whether another one was not.
    private var refusal: Problem?
    private var isAnyAnswered = false
    private var fieldCount = 0
    var lookCount = 0
    var openedBytes = 0

    init(
        finder: RecordFinder, caller: Caller, document: GraphQLDocument,
        operation: GraphQLDocument.Operation, variables: JSON?
    ) {
        self.finder = finder
        self.caller = caller
        self.document = document
        self.operation = operation
        self.variables = variables
    }

    /// The answer to a query of the whole system.
    mutating func system() async throws -> GraphQLValue {
        var fields = GraphQLFields()
        try await gather(operation.selections, on: nil, [], &fields)
        if let refusal, !isAnyAnswered { throw refusal }
        return .object(fields)
    }

    /// The answer to a query of one record.
    mutating func instance(_ type: String, _ id: String) async throws -> GraphQLValue {
        guard let json = try await read(type, id) else { return .null }
        return .object(try await object(operation.selections, Self.node(json), []))
    }

    static func node(_ json: JSON) -> Node {
        Node(
            json: json, type: json.string("resourceType").flatMap(Definitions.r4.type), root: json)
    }

    mutating func object(
        _ selections: [GraphQLDocument.Selection], _ node: Node, _ path: [String]
    ) async throws -> GraphQLFields {
        var fields = GraphQLFields()
        try await gather(selections, on: node, path, &fields)
        return fields
    }

    private mutating func gather(
        _ selections: [GraphQLDocument.Selection], on node: Node?, _ path: [String],
        _ fields: inout GraphQLFields, fragmentDepth: Int = 0
    ) async throws {
        for selection in selections {
            switch selection {
            case .field(let field):
                guard try isWanted(field.directives) else { continue }
                try await add(field, on: node, path + [field.key], to: &fields)
            case .inline(let type, let directives, let inner):
                guard try isWanted(directives), Self.fits(type, node) else { continue }
                try await gather(
                    inner, on: node, path, &fields, fragmentDepth: fragmentDepth + 1)
            case .spread(let name, let directives):
                guard try isWanted(directives) else { continue }
                guard let fragment = document.fragments[name] else {
                    throw GraphQLFault("The query has no fragment of the name \(name.prefix(64)).")
                }
                guard fragmentDepth < GraphQLDocument.depthMax else {
                    throw GraphQLFault("A fragment holds itself, or too many others.")
                }
                guard Self.fits(fragment.type, node) else { continue }
                try await gather(
                    fragment.selections, on: node, path, &fields,
                    fragmentDepth: fragmentDepth + 1)
            }
        }
    }

    private static func fits(_ type: String?, _ node: Node?) -> Bool {
        guard let type, let node else { return true }
        return node.type?.name == type || ["Resource", "DomainResource"].contains(type)
    }

    private func isWanted(_ directives: [GraphQLDocument.Directive]) throws -> Bool {
        for one in directives where one.name == "skip" || one.name == "include" {
            guard let value = one.arguments.first(where: { $0.name == "if" })?.value else {
                throw GraphQLFault("@\(one.name) takes if.")
            }
            if (try text(value) == "true") != (one.name == "include") { return false }
        }
        return true
    }

    private mutating func add(
        _ field: GraphQLDocument.Field, on node: Node?, _ path: [String],
        to fields: inout GraphQLFields
    ) async throws {
        fieldCount += 1
        guard fieldCount <= Self.fieldsMax else {
            throw GraphQLFault("The answer has more than \(Self.fieldsMax) fields; ask for less.")
        }
        let values: GraphQLValue
        do {
            values = try await value(of: field, on: node, path)
            if node == nil { isAnyAnswered = true }
        } catch let problem as Problem {
            if node == nil, problem.code == .forbidden {
                refusal = problem
            } else if node == nil {
                isAnyAnswered = true
            }
            try note(problem.detail, path)
            return fields.set(field.key, .null)
        }
        put(values, field, to: &fields)
    }

    /// Puts a value in, with what the directives of FHIR make of it.
    private func put(
        _ value: GraphQLValue, _ field: GraphQLDocument.Field, to fields: inout GraphQLFields
    ) {
        let names = Set(field.directives.map(\.name))
        var value = value
        if names.contains("first") { value = value.flattened.first ?? .null }
        guard names.contains("flatten") else {
            if names.contains("singleton"), value.flattened.count <= 1 {
                value = value.flattened.first ?? .null
            }
            return fields.set(field.key, value)
        }
        let single = Set(
            field.selections.compactMap { selection -> String? in
                guard case .field(let inner) = selection,
                    inner.directives.contains(where: { $0.name == "singleton" })
                else { return nil }
                return inner.key
            })
        let slice = field.directives.first { $0.name == "slice" }?.arguments.first?.value
        for (index, one) in value.flattened.enumerated() {
            guard case .object(let inner) = one else { continue }
            let ending = slice.map { self.ending($0, index, inner) } ?? ""
            for (name, value) in inner.all {
                let isOne = single.contains(name)
                if isOne {
                    fields.set(name + ending, value)
                } else {
                    fields.append(name + ending, value.flattened)
                }
            }
        }
    }

    /// What tells the values of a list apart: their position, or one of their fields.
    private func ending(
        _ value: GraphQLDocument.Value, _ index: Int, _ fields: GraphQLFields
    ) -> String {
        // A variable that is not given tells nothing apart.
        guard let name = try? text(value), name != "$index" else { return ".\(index)" }
        let found = fields.all.first { $0.name == name }?.value.flattened.first
        guard case .raw(let bytes)? = found, let json = try? JSON.parse(bytes) else {
            return ".\(index)"
        }
        return ".\(json.string ?? json.numberText ?? "\(index)")"
    }

    private mutating func value(
        of field: GraphQLDocument.Field, on node: Node?, _ path: [String]
    ) async throws -> GraphQLValue {
        if field.name.hasPrefix("__") {
            guard field.name == "__typename" else {
                throw GraphQLFault("The box does not describe its types by GraphQL; see metadata.")
            }
            return .raw(Self.quoted(node?.type?.name ?? "Query"))
        }
        if let search = Self.searched(field.name), node == nil || node?.isRecord == true {
            return try await found(search.type, search.isConnection, field, on: node, path)
        }
        guard let node else { return try await record(field, path) }
        if field.name == "resource", node.type?.name == "Reference" {
            return try await referred(field, node, path)
        }
        return try await element(field, node, path)
    }

    private mutating func element(
        _ field: GraphQLDocument.Field, _ node: Node, _ path: [String]
    ) async throws -> GraphQLValue {
        let known = node.type?.element(json: field.name)
        guard known != nil || field.name == "resourceType" else {
            throw GraphQLFault(
                "\(node.type?.name ?? "The object") has no element \(field.name.prefix(64)).")
        }
        guard let json = node.json[field.name] else { return .null }
        let values = try chosen(json.isArray ? Array(json.elements) : [json], field)
        var all: [GraphQLValue] = []
        for value in values {
            guard value.isObject else {
                all.append(.raw(value.canonicalBytes()))
                continue
            }
            guard !field.selections.isEmpty else {
                throw GraphQLFault("Say in braces which fields of \(field.name) are wanted.")
            }
            let type = value.string("resourceType") ?? known?.type ?? ""
            let inner = Node(json: value, type: Definitions.r4.type(type), root: node.root)
            all.append(.object(try await object(field.selections, inner, path)))
        }
        return json.isArray ? .list(all) : all.first ?? .null
    }

    /// The values of a list that the arguments of its field choose.
    private func chosen(_ values: [JSON], _ field: GraphQLDocument.Field) throws -> [JSON] {
        var values = values
        var (offset, count) = (0, Int.max)
        for argument in field.arguments {
            let wanted = try text(argument.value)
            switch argument.name {
            case "_offset": offset = try Self.number(wanted, "_offset")
            case "_count": count = try Self.number(wanted, "_count")
            case "fhirpath", "fpath":
                throw GraphQLFault("Choose by elements, such as name(use: official).")
            default:
                values = values.filter { value in
                    guard let found = value[argument.name] else { return false }
                    return (found.isArray ? Array(found.elements) : [found]).contains {
                        ($0.string ?? $0.numberText ?? ($0.bool == true ? "true" : "false"))
                            == wanted
                    }
                }
            }
        }
        return Array(values.dropFirst(offset).prefix(count))
    }

    private static func number(_ text: String, _ name: String) throws -> Int {
        guard let number = Int(text), number >= 0 else {
            throw GraphQLFault("\(name) takes a number from 0.")
        }
        return number
    }

    func text(_ value: GraphQLDocument.Value) throws -> String {
        switch value {
        case .text(let text), .word(let text): return text
        case .list(let values): return try values.map { try text($0) }.joined(separator: ",")
        case .variable(let name):
            if let json = variables?[name] {
                return json.string ?? json.numberText ?? (json.bool == true ? "true" : "false")
            }
            guard let value = operation.defaults[name] else {
                throw GraphQLFault("The variable $\(name.prefix(64)) is not given.")
            }
            return try text(value)
        }
    }

    private mutating func note(_ message: String, _ path: [String]) throws {
        guard faults.count < Self.faultsMax else {
            throw GraphQLFault("The query meets more than \(Self.faultsMax) faults.")
        }
        faults.append((message, path))
    }

    static func quoted(_ text: String) -> [UInt8] {
        var writer = JSONWriter()
        writer.string(text)
        return writer.bytes
    }
}

extension GraphQLRun.Node {
    /// Whether it is a record by itself, and not a part of one.
    var isRecord: Bool { json["resourceType"] != nil && json.string("id") != nil }

    /// `Type/id` of a record.
    var name: String { "\(json.string("resourceType") ?? "")/\(json.string("id") ?? "")" }
}
