/// An expression as it is evaluated.
indirect enum Term: Sendable {
    /// `$this`.
    case this
    /// `$index`.
    case index
    /// `$total`.
    case total
    /// A value written down; without one the empty collection.
    case literal(PathValue?)
    /// `%name`.
    case external(String, Place)
    /// An element of the focus; at the start of a path it may also name the type of the focus.
    case element(Element)
    case call(Call)
    /// Each part applied to the values of the one before.
    case chain([Term])
    case item(Term, Term, Place)
    case negated(Term, Place)
    case positive(Term, Place)
    case operation(Operation, Term, Term, Place)
    case typeTest(Term, TypeName, isTest: Bool, Place)
}

/// A step to an element by its name.
final class Element: Sendable {
    let name: String
    /// The name of the member that holds id and extensions of a primitive.
    let siblingName: String
    /// Whether nothing stands before it, so that it may be the name of a type.
    let isEntry: Bool
    /// Whether it looks like the name of a type.
    let startsUpper: Bool
    let place: Place

    init(name: String, isEntry: Bool, place: Place) {
        self.name = name
        siblingName = "_" + name
        self.isEntry = isEntry
        startsUpper = name.utf8.first.map { $0 &- 0x41 < 26 } ?? false
        self.place = place
    }
}

/// A function with its arguments.
final class Call: Sendable {
    let function: Function
    let arguments: [Term]
    /// The type that `is`, `as` and `ofType` are called with.
    let typeName: TypeName?
    /// The pattern, if it is written down in the call.
    let pattern: Pattern?
    /// Of `sort`, whether each key counts down.
    let isDescending: [Bool]
    let place: Place

    init(
        function: Function, arguments: [Term], typeName: TypeName? = nil, pattern: Pattern? = nil,
        isDescending: [Bool] = [], place: Place
    ) {
        self.function = function
        self.arguments = arguments
        self.typeName = typeName
        self.pattern = pattern
        self.isDescending = isDescending
        self.place = place
    }
}

/// The name of a type, with or without its namespace.
struct TypeName: Sendable, Hashable {
    let namespace: String?
    let name: String
    let place: Place
}

/// What stands between two terms.
enum Operation: String, Sendable, Hashable {
    case times = "*"
    case over = "/"
    case wholeOver = "div"
    case modulo = "mod"
    case plus = "+"
    case minus = "-"
    case concatenate = "&"
    case union = "|"
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case equal = "="
    case notEqual = "!="
    case equivalent = "~"
    case notEquivalent = "!~"
    case isIn = "in"
    case contains
    case and
    case or
    case xor
    case implies

    /// How tight it binds; a higher one binds tighter, and type tests stand between addition and
    /// union.
    ///
    /// Spec: FHIRPath, operator precedence, https://hl7.org/fhirpath/#operator-precedence
    var strength: Int {
        switch self {
        case .times, .over, .wholeOver, .modulo: 11
        case .plus, .minus, .concatenate: 10
        case .union: 8
        case .less, .lessOrEqual, .greater, .greaterOrEqual: 7
        case .equal, .notEqual, .equivalent, .notEquivalent: 6
        case .isIn, .contains: 5
        case .and: 4
        case .or, .xor: 3
        case .implies: 2
        }
    }

    static let typeTestStrength = 9
}
