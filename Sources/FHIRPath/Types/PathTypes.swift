/// What expressions need to know of the types of FHIR: their elements, and what each descends from.
///
/// Names: `Patient`, `HumanName`, `string`, and the path of an element that has a type of its own,
/// `Patient.contact`.
package struct PathTypes: Sendable {
    /// What kind of thing a type is.
    enum Kind: Sendable, Hashable { case primitive, complex, resource }

    /// One form an element can take: its name in JSON and its type.
    struct Form: Sendable {
        let name: String
        /// The name of the member that holds id and extensions of a primitive.
        let siblingName: String
        let type: TypeID
        let isPrimitive: Bool
    }

    /// An element as an expression names it.
    struct Child: Sendable {
        let forms: [Form]
    }

    /// A type.
    final class Record: Sendable {
        let name: String
        let parent: TypeID
        let kind: Kind
        /// What the text or number of a primitive is to the language.
        let system: SystemForm
        /// The elements by name; nil if they are not known.
        let children: [String: Child]?
        /// The types of the elements by their names in JSON; nil if they are not known.
        let formTypes: [String: TypeID]?

        init(name: String, parent: TypeID, kind: Kind, children: [String: Child]? = nil) {
            self.name = name
            self.parent = parent
            self.kind = kind
            self.children = children
            system = kind == .primitive || name.isEmpty ? SystemForm(primitive: name) : .text
            formTypes = children.map { children in
                var types: [String: TypeID] = [:]
                for child in children.values {
                    for form in child.forms { types[form.name] = form.type }
                }
                return types
            }
        }
    }

    /// The type of the language that a primitive type of FHIR is converted to.
    enum SystemForm: Sendable, Hashable {
        case unknown, text, decimal, integer, date, dateTime, time

        init(primitive name: String) {
            switch name {
            case "": self = .unknown
            case "decimal": self = .decimal
            case "integer", "positiveInt", "unsignedInt", "integer64": self = .integer
            case "date": self = .date
            case "dateTime", "instant": self = .dateTime
            case "time": self = .time
            default: self = .text
            }
        }
    }

    private final class Table: Sendable {
        let records: [Record]
        let ids: [String: TypeID]

        init(records: [Record], ids: [String: TypeID]) {
            self.records = records
            self.ids = ids
        }
    }

    private let table: Table

    init(_ records: [Record]) {
        var ids: [String: TypeID] = [:]
        for (index, record) in records.enumerated() { ids[record.name] = TypeID(index) }
        table = Table(records: records, ids: ids)
    }

    subscript(_ type: TypeID) -> Record { table.records[type.index] }

    /// The type of a name; nil if there is none.
    func id(_ name: String) -> TypeID? { table.ids[name] }

    /// Whether a type is another one or descends from it.
    func isA(_ type: TypeID, _ ancestor: TypeID) -> Bool {
        var current = type
        while current != ancestor {
            guard current != .unknown else { return false }
            current = table.records[current.index].parent
        }
        return true
    }

    /// Whether the type descends from the type of the name.
    func isA(_ type: TypeID, _ ancestor: String) -> Bool {
        id(ancestor).map { isA(type, $0) } ?? false
    }

    /// The kind of a type, or nil for the unknown one.
    func kind(_ type: TypeID) -> Kind? {
        type == .unknown ? nil : table.records[type.index].kind
    }
}

/// A type by its place in the table.
struct TypeID: Sendable, Hashable {
    let number: Int32

    init(_ index: Int) { number = Int32(index) }

    var index: Int { Int(number) }

    /// The type of a value of which none is known.
    static let unknown = TypeID(0)
}
