import FHIRModel

/// A part of the answer to a query of GraphQL.
indirect enum GraphQLValue {
    case null
    /// A finished JSON value.
    case raw([UInt8])
    case list([GraphQLValue])
    case object(GraphQLFields)

    /// Writes the value.
    func write(to writer: inout JSONWriter) {
        switch self {
        case .null: writer.null()
        case .raw(let bytes): writer.raw(bytes)
        case .list(let values):
            writer.beginArray()
            for value in values { value.write(to: &writer) }
            writer.endArray()
        case .object(let fields):
            writer.beginObject()
            for (name, value) in fields.all {
                writer.key(name)
                value.write(to: &writer)
            }
            writer.endObject()
        }
    }

    /// The values of a list; any other value by itself, and nothing for none.
    var flattened: [GraphQLValue] {
        switch self {
        case .null: []
        case .list(let values): values
        default: [self]
        }
    }
}

/// The fields of an object in the order in which they were asked for.
struct GraphQLFields {
    private var names: [String] = []
    private var values: [String: GraphQLValue] = [:]

    /// All fields with their names.
    var all: [(name: String, value: GraphQLValue)] {
        names.compactMap { name in values[name].map { (name, $0) } }
    }

    /// Sets a field; objects of the same name become one.
    mutating func set(_ name: String, _ value: GraphQLValue) {
        guard let before = values[name] else {
            names.append(name)
            values[name] = value
            return
        }
        guard case .object(var mine) = before, case .object(let theirs) = value else { return }
        for (name, value) in theirs.all { mine.set(name, value) }
        values[name] = .object(mine)
    }

    /// Adds values to the list that a field is.
    mutating func append(_ name: String, _ more: [GraphQLValue]) {
        guard let before = values[name] else {
            names.append(name)
            values[name] = .list(more)
            return
        }
        values[name] = .list(before.flattened + more)
    }
}
