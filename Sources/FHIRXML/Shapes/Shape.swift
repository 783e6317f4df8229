import FHIRModel

/// What FHIR's XML needs to know of a type: names, order and forms of its elements.
struct Shape: Sendable {
    /// How an element looks in the two formats.
    enum Form: Sendable, Hashable {
        /// A `value` attribute, and in JSON a boolean.
        case boolean
        /// A `value` attribute, and in JSON a number without fraction.
        case integer
        /// A `value` attribute, and in JSON a number.
        case decimal
        /// A `value` attribute, and in JSON a string.
        case text
        /// An attribute of the owner in XML, and in JSON a string.
        case attribute
        /// Markup of its own namespace, and in JSON a string.
        case narrative
        /// An element around a resource.
        case resource
        /// Elements of its own, by the number of their shape.
        case elements(Int)

        /// Whether it is a value that may have an id and extensions beside it.
        var isPrimitive: Bool {
            switch self {
            case .boolean, .integer, .decimal, .text: true
            case .attribute, .narrative, .resource, .elements: false
            }
        }
    }

    /// An element under one of its names; a class, because it is handed about for every element.
    final class Entry: Sendable {
        /// The name in both formats, such as `valueQuantity`.
        let name: String
        /// The place of the element in the specification; equal for the names of one choice.
        let order: Int
        let isList: Bool
        let form: Form

        init(name: String, order: Int, isList: Bool, form: Form) {
            self.name = name
            self.order = order
            self.isList = isList
            self.form = form
        }
    }

    let entries: [Entry]
    private let places: [String: Int]

    init(entries: [Entry]) {
        self.entries = entries
        places = Dictionary(
            entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The element with a name.
    func entry(_ name: String) -> Entry? { places[name].map { entries[$0] } }

    /// The attribute with a name.
    func attribute(_ name: String) -> Entry? {
        entry(name).flatMap { $0.form == .attribute ? $0 : nil }
    }
}

/// The shapes of all types of a set of definitions.
struct Shapes: Sendable {
    private var shapes: [Shape] = []
    private var numbers: [String: Int] = [:]
    private var resources: [String: Int] = [:]
    /// What every primitive has beside its value: an id and extensions.
    let primitive: Shape

    init(_ definitions: Definitions) {
        let types = definitions.types.filter { $0.kind != .primitive }
        var numbers: [String: Int] = [:]
        for (number, type) in types.enumerated() { numbers[type.name] = number }
        shapes = types.map { Self.shape(of: $0, definitions, numbers) }
        self.numbers = numbers
        for name in definitions.resourceTypes { resources[name] = numbers[name] }
        primitive = numbers["Element"].map { [shapes] in shapes[$0] } ?? Shape(entries: [])
    }

    /// The shape with a number.
    subscript(_ number: Int) -> Shape { shapes[number] }

    /// The shape of a type of resource that is not abstract.
    func resource(_ name: String) -> Shape? { resources[name].map { shapes[$0] } }

    private static func shape(
        of type: TypeDefinition, _ definitions: Definitions, _ numbers: [String: Int]
    ) -> Shape {
        var entries: [Shape.Entry] = []
        for (order, element) in type.elements.enumerated() {
            let names =
                element.isChoice
                ? element.types.map { element.name + capitalized($0.code) } : [element.name]
            for name in names {
                guard let found = type.element(json: name) else { continue }
                let form = form(of: found.type, element, definitions, numbers)
                entries.append(
                    Shape.Entry(name: name, order: order, isList: element.isList, form: form))
            }
        }
        return Shape(entries: entries)
    }

    private static func form(
        of type: String, _ element: ElementDefinition, _ definitions: Definitions,
        _ numbers: [String: Int]
    ) -> Shape.Form {
        if element.isAttribute { return .attribute }
        switch type {
        case "boolean": return .boolean
        case "integer", "positiveInt", "unsignedInt": return .integer
        case "decimal": return .decimal
        case "xhtml": return .narrative
        default: break
        }
        guard let number = numbers[type] else { return .text }
        return definitions.type(type)?.isAbstract == true && definitions.isResource(type)
            ? .resource : .elements(number)
    }

    private static func capitalized(_ code: String) -> String {
        guard let first = code.first else { return code }
        return first.uppercased() + code.dropFirst()
    }
}
