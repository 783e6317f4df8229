extension FHIRPathExpression {
    /// What is wrong with the expression on any element of a type, found without one at hand.
    ///
    /// Finds elements that the type does not have, names of types that do not exist, text functions
    /// on elements with parts, and with `checksOrder` the use of an order that has no meaning, such
    /// as `children().first()`. Says nothing where the types are not known.
    ///
    /// - Parameter typeName: the type it will be evaluated on; nil for no element at all.
    package func faults(
        on typeName: String?, types: PathTypes, checksOrder: Bool = false
    ) -> [FHIRPathError] {
        let root = typeName.flatMap { types.id($0) }.map { StaticType.fhir($0) } ?? .unknown
        var checker = TypeChecker(types: types, checksOrder: checksOrder)
        _ = checker.type(of: term, on: root, this: root)
        return checker.faults
    }
}

/// Follows the types through an expression.
private struct TypeChecker {
    let types: PathTypes
    let checksOrder: Bool
    private(set) var faults: [FHIRPathError] = []

    init(types: PathTypes, checksOrder: Bool) {
        self.types = types
        self.checksOrder = checksOrder
    }

    private mutating func add(_ place: Place, _ message: String) {
        faults.append(FHIRPathError(.semantic, at: place, message))
    }

    mutating func type(
        of term: Term, on focus: StaticType, this: StaticType
    ) -> StaticType {
        switch term {
        case .this: return this
        case .index: return .system("Integer")
        case .total, .external: return .unknown
        case .literal(let value):
            guard let value else { return StaticType(options: []) }
            return value.systemTypeName.map { .system($0) } ?? .unknown
        case .element(let element): return type(of: element, on: focus)
        case .call(let call): return type(of: call, on: focus, this: this)
        case .chain(let parts):
            var current = focus
            for part in parts { current = type(of: part, on: current, this: this) }
            return current
        case .item(let list, let position, let place):
            let result = type(of: list, on: focus, this: this)
            needOrder(of: result, place)
            _ = type(of: position, on: this, this: this)
            return result
        case .negated(let inner, _), .positive(let inner, _):
            return type(of: inner, on: focus, this: this)
        case .operation(let operation, let left, let right, let place):
            let first = type(of: left, on: focus, this: this)
            let second = type(of: right, on: focus, this: this)
            if operation == .plus || operation == .minus { needSpan(first, second, place) }
            return result(of: operation, first, second)
        case .typeTest(let inner, let name, let isTest, _):
            _ = type(of: inner, on: focus, this: this)
            let cast = named(name)
            return isTest ? .system("Boolean") : cast
        }
    }

    private func result(
        of operation: Operation, _ first: StaticType, _ second: StaticType
    ) -> StaticType {
        switch operation {
        case .times, .over, .wholeOver, .modulo, .plus, .minus: return .unknown
        case .concatenate: return .system("String")
        case .union: return first.merged(with: second)
        default: return .system("Boolean")
        }
    }

    /// Reports what is added to a date and is no span of time in any case.
    private mutating func needSpan(_ date: StaticType, _ span: StaticType, _ place: Place) {
        let dates: Set<StaticType.Option> = [
            .system("Date"), .system("DateTime"), .system("Time"),
        ]
        let others: Set<StaticType.Option> = [
            .system("Integer"), .system("Long"), .system("Decimal"), .system("String"),
            .system("Boolean"), .system("Date"), .system("DateTime"), .system("Time"),
        ]
        guard let first = date.options, let second = span.options, !first.isEmpty,
            !second.isEmpty, first.isSubset(of: dates), second.isSubset(of: others)
        else { return }
        add(place, "Only a span of time can be added to a date; write 7 days, for example.")
    }

    // MARK: Elements

    private mutating func type(of element: Element, on focus: StaticType) -> StaticType {
        guard let options = focus.options, !options.isEmpty else { return .unknown }
        if element.isEntry, element.startsUpper, options.contains(where: { isNamed(element, $0) }) {
            return focus
        }
        var found: Set<StaticType.Option> = []
        var isKnown = true
        var hasElement = false
        for option in options {
            switch children(of: option, element.name) {
            case .none: isKnown = false
            case .some(let types):
                guard let types else { continue }
                hasElement = true
                if types.contains(.unknown) { isKnown = false }
                found.formUnion(types.map { .fhir($0) })
            }
        }
        if isKnown, !hasElement { reportMissing(element, options) }
        let isUsable = isKnown && hasElement
        return StaticType(options: isUsable ? found : nil, isOrdered: focus.isOrdered)
    }

    private func isNamed(_ element: Element, _ option: StaticType.Option) -> Bool {
        guard case .fhir(let type) = option else { return false }
        return types[type].name == element.name
            || types.kind(type) == .resource && types.isA(type, element.name)
    }

    /// The types of an element of a type: nil in the outer place if the elements are not known, in
    /// the inner place if the type has no such element.
    private func children(
        of option: StaticType.Option, _ name: String
    ) -> [TypeID]?? {
        guard case .fhir(let type) = option, types.kind(type) != .primitive,
            let children = types[type].children,
            types[type].name != "Resource", types[type].name != "DomainResource"
        else { return .none }
        guard let child = children[name] else { return .some(nil) }
        return .some(child.forms.map(\.type))
    }

    private mutating func reportMissing(_ element: Element, _ options: Set<StaticType.Option>) {
        if element.isEntry, element.startsUpper {
            add(element.place, "The expression starts at another type than it is evaluated on.")
            return
        }
        let isForm = options.contains { option in
            guard case .fhir(let type) = option else { return false }
            return types[type].formTypes?[element.name] != nil
        }
        add(
            element.place,
            isForm
                ? "A choice is named without the type; write value.ofType(Quantity), for example."
                : "The type has no element of this name; check its spelling.")
    }

    // MARK: Functions

    private mutating func needOrder(of type: StaticType, _ place: Place) {
        if checksOrder, !type.isOrdered {
            add(place, "These values have no order that could be relied on; sort them first.")
        }
    }

    private mutating func named(_ name: TypeName) -> StaticType {
        let isOfLanguage = name.namespace != "FHIR" && Evaluator.systemTypes.contains(name.name)
        let id = name.namespace == "System" ? nil : types.id(name.name)
        guard isOfLanguage || id != nil || name.namespace == "System" else {
            add(name.place, "There is no type of this name; types of elements start small.")
            return .unknown
        }
        var options: Set<StaticType.Option> = []
        if isOfLanguage || name.namespace == "System" { options.insert(.system(name.name)) }
        if let id { options.insert(.fhir(id)) }
        // A name that both have, such as Quantity, is most often that of an element.
        if let id { return .fhir(id) }
        return StaticType(options: options)
    }

    private mutating func type(
        of call: Call, on focus: StaticType, this: StaticType
    ) -> StaticType {
        let function = call.function
        if function.needsOrder { needOrder(of: focus, call.place) }
        if function.takesText { needText(focus, call) }
        if let name = call.typeName {
            let cast = named(name)
            return function == .is ? .system("Boolean") : cast
        }
        let inner = function.isIterating || function == .iif || function == .defineVariable
        var arguments: [StaticType] = []
        for argument in call.arguments {
            arguments.append(
                type(of: argument, on: inner ? focus : this, this: inner ? focus : this))
        }
        if let result = function.resultType { return .system(result) }
        if function.keepsValues { return focus }
        switch function {
        case .select: return arguments[0]
        case .union, .combine: return focus.merged(with: arguments[0])
        case .iif where arguments.count == 3: return arguments[1].merged(with: arguments[2])
        case .extension: return types.id("Extension").map { .fhir($0) } ?? .unknown
        case .children, .descendants: return StaticType(options: nil, isOrdered: false)
        default: return .unknown
        }
    }

    /// Reports a text function on what is an element with parts in every case.
    private mutating func needText(_ focus: StaticType, _ call: Call) {
        guard let options = focus.options, !options.isEmpty else { return }
        let isPossible = options.contains { option in
            switch option {
            case .system(let name): name == "String"
            case .fhir(let type): types.kind(type) == .primitive
            }
        }
        if !isPossible {
            add(
                call.place,
                "\(call.function.rawValue) takes a text; go on to an element that is one.")
        }
    }
}
