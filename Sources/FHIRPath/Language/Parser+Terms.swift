extension Parser {
    /// A literal, a name, a function, a variable or brackets.
    mutating func term() throws(FHIRPathError) -> Term {
        let place = token.place
        switch token.kind {
        case .sign(.open):
            try advance()
            let inner = try expression(0)
            try expect(.close)
            return inner
        case .sign(.openBrace):
            try advance()
            try expect(.closeBrace)
            return .literal(nil)
        case .text(let text):
            try advance()
            return .literal(.string(text))
        case .integer(let digits): return try integer(digits, place)
        case .long(let digits):
            guard let value = Int64(digits) else { throw tooLarge(place) }
            try advance()
            return .literal(.long(value))
        case .decimal(let value):
            try advance()
            return try quantity(value) ?? .literal(.decimal(value))
        case .moment(let moment):
            try advance()
            return .literal(.moment(moment))
        case .special(let word):
            try advance()
            return word == "this" ? .this : word == "index" ? .index : .total
        case .external(let name):
            try advance()
            return .external(name, place)
        case .name("true", isQuoted: false), .name("false", isQuoted: false):
            let isTrue = token.word == "true"
            try advance()
            return .literal(.boolean(isTrue))
        case .name: return try invocation(isEntry: true)
        case .sign, .end:
            throw failure("A value, a name or an opening bracket is missing here.")
        }
    }

    private func tooLarge(_ place: Place) -> FHIRPathError {
        FHIRPathError(
            .syntax, at: place,
            "The number is too large; put an L behind it up to 64 bits, or write it as decimal.")
    }

    private mutating func integer(_ digits: String, _ place: Place) throws(FHIRPathError) -> Term {
        try advance()
        if let number = PathDecimal(digits), let quantity = try quantity(number) {
            return quantity
        }
        guard let value = Int32(digits) else { throw tooLarge(place) }
        return .literal(.integer(Int64(value)))
    }

    /// The quantity of a number, if a unit follows it.
    private mutating func quantity(_ value: PathDecimal) throws(FHIRPathError) -> Term? {
        switch token.kind {
        case .text(let unit):
            try advance()
            return .literal(.quantity(PathQuantity(value, ucum: unit)))
        case .name(let word, isQuoted: false):
            guard let unit = CalendarUnit(word: word) else { return nil }
            try advance()
            return .literal(.quantity(PathQuantity(value, unit)))
        default: return nil
        }
    }

    /// An element or a function.
    mutating func invocation(isEntry: Bool) throws(FHIRPathError) -> Term {
        let place = token.place
        if case .special(let word) = token.kind, !isEntry {
            try advance()
            return word == "this" ? .this : word == "index" ? .index : .total
        }
        guard case .name(let name, let isQuoted) = token.kind else {
            throw failure("The name of an element or a function is missing here.")
        }
        if isEntry, !isQuoted, Self.reserved.contains(name) {
            throw failure("The operator \(name) needs a value before it.")
        }
        try advance()
        guard token.isSign(.open) else {
            return .element(Element(name: name, isEntry: isEntry, place: place))
        }
        guard let function = Function(rawValue: name), !isQuoted else {
            throw FHIRPathError(
                .semantic, at: place, "There is no function of this name; check its spelling.")
        }
        try advance()
        return .call(try call(function, place))
    }

    /// Words that are operators wherever they stand.
    private static let reserved: Set<String> = [
        "and", "or", "xor", "implies", "div", "mod",
    ]

    private mutating func call(
        _ function: Function, _ place: Place
    ) throws(FHIRPathError) -> Call {
        if function == .is || function == .as || function == .ofType {
            let type = try typeName()
            try expect(.close)
            return Call(function: function, arguments: [], typeName: type, place: place)
        }
        var arguments: [Term] = []
        var isDescending: [Bool] = []
        while !token.isSign(.close) {
            if !arguments.isEmpty { try expect(.comma) }
            var argument = try expression(0)
            if function == .sort {
                let isDown: Bool
                (argument, isDown) = try sortKey(argument)
                isDescending.append(isDown)
            }
            arguments.append(argument)
        }
        try expect(.close)
        let counts = function.argumentCounts
        guard counts.contains(arguments.count) else {
            let wanted =
                counts.count == 1
                ? "\(counts.lowerBound)"
                : "\(counts.lowerBound) to \(counts.upperBound)"
            throw FHIRPathError(
                .semantic, at: place,
                "\(function.rawValue) takes \(wanted) arguments, here are \(arguments.count).")
        }
        return Call(
            function: function, arguments: arguments,
            pattern: try pattern(of: function, arguments, place), isDescending: isDescending,
            place: place)
    }

    /// A key of `sort`, whose minus sign and whose `desc` mean that it counts down.
    private mutating func sortKey(_ term: Term) throws(FHIRPathError) -> (Term, Bool) {
        if token.word == "asc" || token.word == "desc" {
            let isDown = token.word == "desc"
            try advance()
            return (term, isDown)
        }
        if case .negated(let inner, _) = term { return (inner, true) }
        return (term, false)
    }

    /// The pattern of a call if it is written down, so that it is read only once.
    private func pattern(
        of function: Function, _ arguments: [Term], _ place: Place
    ) throws(FHIRPathError) -> Pattern? {
        guard function == .matches || function == .matchesFull || function == .replaceMatches,
            arguments.count == (function == .replaceMatches ? 2 : 1),
            case .literal(.string(let text)) = arguments[0]
        else { return nil }
        return try Pattern(text, at: place)
    }
}
