/// A word of an expression.
struct Token: Sendable {
    enum Kind: Sendable {
        /// A name, and whether it stood in backticks.
        case name(String, isQuoted: Bool)
        case text(String)
        case integer(String)
        case long(String)
        case decimal(PathDecimal)
        case moment(PathMoment)
        /// `$this`, `$index` and `$total`, without the sign.
        case special(String)
        /// `%name`, without the sign.
        case external(String)
        /// An operator or bracket.
        case sign(Sign)
        case end
    }

    enum Sign: String, Sendable, Hashable {
        case dot = "."
        case comma = ","
        case open = "("
        case close = ")"
        case openIndex = "["
        case closeIndex = "]"
        case openBrace = "{"
        case closeBrace = "}"
        case plus = "+"
        case minus = "-"
        case times = "*"
        case over = "/"
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
    }

    let kind: Kind
    let place: Place

    func isSign(_ sign: Sign) -> Bool {
        if case .sign(let own) = kind { return own == sign }
        return false
    }

    /// The word if it is a name outside of backticks.
    var word: String? {
        if case .name(let name, isQuoted: false) = kind { return name }
        return nil
    }
}
