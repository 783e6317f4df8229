/// A query of GraphQL, taken apart.
///
/// Spec: GraphQL October 2021, 2 Language, https://spec.graphql.org/October2021/#sec-Language
struct GraphQLDocument: Sendable {
    /// The most bytes of a query.
    static let bytesMax = 65_536
    /// How deeply fields may stand inside of fields.
    static let depthMax = 16
    /// Fields, arguments and fragments together.
    static let nodesMax = 5_000

    /// A value as it is written.
    indirect enum Value: Sendable, Hashable {
        case variable(String)
        case text(String)
        /// A number, or a word without quotes: a code, true, false, null.
        case word(String)
        case list([Value])
    }

    /// A name with a value.
    struct Argument: Sendable {
        let name: String
        let value: Value
    }

    /// `@name(arguments)`.
    struct Directive: Sendable {
        let name: String
        let arguments: [Argument]
    }

    /// What is asked for.
    indirect enum Selection: Sendable {
        case field(Field)
        /// Fields for resources of a type; nil for any.
        case inline(type: String?, [Directive], [Selection])
        case spread(name: String, [Directive])
    }

    /// A field with what is asked of it.
    struct Field: Sendable {
        let alias: String?
        let name: String
        let arguments: [Argument]
        let directives: [Directive]
        let selections: [Selection]

        /// The name in the answer.
        var key: String { alias ?? name }
    }

    /// Fields that have a name of their own.
    struct Fragment: Sendable {
        let type: String
        let selections: [Selection]
    }

    /// A query with its variables.
    struct Operation: Sendable {
        let name: String?
        /// What a variable is where nobody says.
        let defaults: [String: Value]
        let selections: [Selection]
    }

    private(set) var operations: [Operation] = []
    private(set) var fragments: [String: Fragment] = [:]

    /// Reads a query.
    ///
    /// - Throws: ``GraphQLFault`` with the place of what is wrong.
    init(_ text: String) throws(GraphQLFault) {
        guard text.utf8.count <= Self.bytesMax else {
            throw GraphQLFault("A query has at most \(Self.bytesMax) bytes; ask in parts.")
        }
        var parser = GraphQLParser(Array(text.utf8))
        try parser.read(&operations, &fragments)
    }

    /// The operation with a name; the only one where none is named.
    func operation(_ name: String?) throws(GraphQLFault) -> Operation {
        if let name {
            guard let found = operations.first(where: { $0.name == name }) else {
                throw GraphQLFault("The query has no operation of the name that is asked for.")
            }
            return found
        }
        guard operations.count == 1 else {
            throw GraphQLFault("Say with operationName which operation of the query is meant.")
        }
        return operations[0]
    }
}

/// Why a query cannot be carried out, in a sentence; carries nothing of a record.
struct GraphQLFault: Error, Sendable, Hashable {
    let message: String
    /// The byte of the query at which it was found.
    var offset: Int?

    init(_ message: String, offset: Int? = nil) {
        self.message = message
        self.offset = offset
    }
}
