/// A value of an expression: an element of a resource, or a value of the language's own types.
package enum PathValue: Sendable {
    case node(PathNode)
    case boolean(Bool)
    case string(String)
    case integer(Int64)
    /// A whole number of 64 bits, which the language keeps apart from `integer` of 32.
    case long(Int64)
    case decimal(PathDecimal)
    indirect case moment(PathMoment)
    indirect case quantity(PathQuantity)
    /// What `type()` returns.
    indirect case typeInfo(PathTypeInfo)

    /// The name of the language's own type; nil for an element.
    package var systemTypeName: String? {
        switch self {
        case .node: nil
        case .boolean: "Boolean"
        case .string: "String"
        case .integer: "Integer"
        case .long: "Long"
        case .decimal: "Decimal"
        case .moment(let moment):
            switch moment.kind {
            case .date: "Date"
            case .dateTime: "DateTime"
            case .time: "Time"
            }
        case .quantity: "Quantity"
        case .typeInfo: "TypeInfo"
        }
    }

    /// The text that `toString()` gives for a value of the language's own types.
    package var text: String? {
        switch self {
        case .node, .typeInfo: nil
        case .boolean(let value): value ? "true" : "false"
        case .string(let value): value
        case .integer(let value), .long(let value): "\(value)"
        case .decimal(let value): value.text
        case .moment(let value): value.text
        case .quantity(let value): value.text
        }
    }
}

/// The namespace and name of a type.
package struct PathTypeInfo: Sendable, Hashable {
    /// `System` or `FHIR`.
    package let namespace: String
    /// The name in the namespace.
    package let name: String
}
