/// Reads an expression by the strength of its operators.
///
/// Spec: FHIRPath, grammar, https://hl7.org/fhirpath/#expressions
struct Parser {
    /// UTF-8 bytes of an expression.
    static let textBytesMax = 65_536
    /// Levels of brackets, arguments and operators inside each other.
    static let depthMax = 256

    private var lexer: Lexer
    private(set) var token: Token
    private var depth = 0

    init(_ text: String) throws(FHIRPathError) {
        guard text.utf8.count <= Self.textBytesMax else {
            throw FHIRPathError(
                .limit, at: Self.textBytesMax,
                "The expression is longer than \(Self.textBytesMax) bytes; shorten it.")
        }
        lexer = Lexer(text)
        token = Token(kind: .end, place: Place(0))
        token = try lexer.next()
    }

    mutating func whole() throws(FHIRPathError) -> Term {
        let term = try expression(0)
        guard case .end = token.kind else {
            throw failure("The expression goes on after its end; join the parts by an operator.")
        }
        return term
    }

    mutating func advance() throws(FHIRPathError) { token = try lexer.next() }

    func failure(_ message: String) -> FHIRPathError {
        FHIRPathError(.syntax, at: token.place, message)
    }

    mutating func expect(_ sign: Token.Sign) throws(FHIRPathError) {
        guard token.isSign(sign) else { throw failure("A \(sign.rawValue) is missing here.") }
        try advance()
    }

    private mutating func enter() throws(FHIRPathError) {
        depth += 1
        guard depth <= Self.depthMax else {
            throw FHIRPathError(
                .limit, at: token.place,
                "The expression is nested deeper than \(Self.depthMax) levels; take it apart.")
        }
    }

    /// An expression whose operators all bind tighter than `strength`.
    ///
    /// Operators of one strength join from the left, so a long row of them makes a term as high
    /// as it is long; each counts as a level.
    mutating func expression(_ strength: Int) throws(FHIRPathError) -> Term {
        let outer = depth
        try enter()
        defer { depth = outer }
        var left = try polarity()
        while let (own, operation) = nextOperation(), own > strength {
            try enter()
            let place = token.place
            let isTest = token.word == "is"
            try advance()
            if let operation {
                let right = try expression(own)
                left = .operation(operation, left, right, place)
            } else {
                left = .typeTest(left, try typeName(), isTest: isTest, place)
            }
        }
        return left
    }

    /// The operator that stands here, nil in its place for `is` and `as`.
    private func nextOperation() -> (Int, Operation?)? {
        switch token.kind {
        case .sign(let sign):
            guard let operation = Operation(rawValue: sign.rawValue) else { return nil }
            return (operation.strength, operation)
        case .name("is", isQuoted: false), .name("as", isQuoted: false):
            return (Operation.typeTestStrength, nil)
        case .name(let word, isQuoted: false):
            guard let operation = Operation(rawValue: word) else { return nil }
            return (operation.strength, operation)
        default: return nil
        }
    }

    private mutating func polarity() throws(FHIRPathError) -> Term {
        let place = token.place
        let isMinus = token.isSign(.minus)
        guard isMinus || token.isSign(.plus) else { return try path() }
        let outer = depth
        try enter()
        defer { depth = outer }
        try advance()
        let inner = try polarity()
        return isMinus ? .negated(inner, place) : .positive(inner, place)
    }

    /// A term and what is called on it.
    private mutating func path() throws(FHIRPathError) -> Term {
        let outer = depth
        defer { depth = outer }
        var parts = [try term()]
        while true {
            if token.isSign(.dot) {
                try advance()
                parts.append(try invocation(isEntry: false))
            } else if token.isSign(.openIndex) {
                try enter()
                let place = token.place
                try advance()
                let position = try expression(0)
                try expect(.closeIndex)
                parts = [.item(Self.joined(parts), position, place)]
            } else {
                return Self.joined(parts)
            }
        }
    }

    private static func joined(_ parts: [Term]) -> Term {
        parts.count == 1 ? parts[0] : .chain(parts)
    }

    /// A name of a type: `Quantity`, `System.Quantity`, ``FHIR.`Patient` ``.
    mutating func typeName() throws(FHIRPathError) -> TypeName {
        let place = token.place
        guard case .name(let first, _) = token.kind else {
            throw failure("The name of a type is missing here, such as Quantity.")
        }
        try advance()
        guard token.isSign(.dot) else { return TypeName(namespace: nil, name: first, place: place) }
        guard first == "System" || first == "FHIR" else {
            throw FHIRPathError(
                .semantic, at: place, "There is no such namespace of types; use FHIR or System.")
        }
        try advance()
        guard case .name(let second, _) = token.kind else {
            throw failure("The name of a type is missing here, such as Quantity.")
        }
        try advance()
        return TypeName(namespace: first, name: second, place: place)
    }
}
