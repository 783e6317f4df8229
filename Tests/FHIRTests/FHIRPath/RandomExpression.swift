import TestKit

/// Expressions that follow the grammar and mean nothing.
struct RandomExpression {
    private var random: SeededRandom

    init(seed: UInt64) { random = SeededRandom(seed: seed) }

    private static let literals = [
        "1", "0", "-1", "2147483647", "9223372036854775807L", "1.5", "0.0", "1e0", "true", "false",
        "{}", "''", "'a'", "'Ann'", "'1'", "'2012'", "'[a-z]+'", "'base64'", "'\\u00e9\\n'",
        "99999999999999999999999999999999999999.0", "0.00000000000000000000000000000000000001",
        "@2012", "@2012-02-29", "@9999-12-31", "@0001-01-01T00:00:00+14:00", "@T23:59:59.999",
        "@2012-01-01T10:00:00.123Z", "3 days", "1 year", "2 'mg'", "1 'kg'", "4 weeks", "1 '1'",
        "5 'mm[Hg]'", "1 'bogus'", "9999999999 'a'", "100000000000.5 seconds", "$this", "$index",
        "$total", "%context", "%resource", "%big", "%ucum",
    ]
    private static let names = [
        "name", "given", "family", "birthDate", "deceased", "active", "id", "contained", "value",
        "extension", "gender", "multipleBirth", "managingOrganization", "Patient", "nothing",
    ]
    private static let plain = [
        "empty", "exists", "allTrue", "anyTrue", "allFalse", "anyFalse", "count", "distinct",
        "isDistinct", "not", "type", "sort", "single", "first", "last", "tail", "toBoolean",
        "toInteger", "toLong", "toDate", "toDateTime", "toDecimal", "toQuantity", "toString",
        "toTime", "convertsToQuantity", "convertsToDate", "upper", "lower", "length", "toChars",
        "trim", "join", "abs", "ceiling", "exp", "floor", "ln", "round", "sqrt", "truncate",
        "children", "descendants", "now", "today", "timeOfDay", "lowBoundary", "highBoundary",
        "precision", "yearOf", "monthOf", "dayOf", "hourOf", "minuteOf", "secondOf",
        "millisecondOf", "timezoneOffsetOf", "dateOf", "timeOf", "hasValue", "getValue", "resolve",
        "htmlChecks", "checkModifiers", "sum", "avg", "min", "max", "pathname", "getResourceKey",
        "getReferenceKey", "is(string)",
        "as(Quantity)", "ofType(HumanName)", "is(System.Date)", "ofType(dateTime)",
    ]
    private static let single = [
        "all", "exists", "where", "select", "repeat", "subsetOf", "supersetOf", "skip", "take",
        "intersect", "exclude", "union", "combine", "indexOf", "lastIndexOf", "substring",
        "startsWith", "endsWith", "contains", "matches", "matchesFull", "split", "join", "encode",
        "decode", "escape", "unescape", "log", "power", "round", "comparable", "extension",
        "conformsTo", "trace", "defineVariable", "aggregate", "sort", "coalesce", "lowBoundary",
        "highBoundary", "toQuantity", "hasExtension",
    ]
    private static let double = [
        "iif", "duration", "difference", "replace", "replaceMatches", "substring", "aggregate",
        "trace", "defineVariable",
        "sort",
    ]
    private static let operators = [
        "+", "-", "*", "/", "div", "mod", "&", "|", "<", "<=", ">", ">=", "=", "!=", "~", "!~",
        "in", "contains", "and", "or", "xor", "implies",
    ]

    /// The next one.
    mutating func next(depth: Int = 4) -> String {
        guard depth > 0 else {
            return random.isChance(percent: 60)
                ? random.pick(Self.literals) : random.pick(Self.names)
        }
        switch random.below(10) {
        case 0: return random.pick(Self.literals)
        case 1, 2:
            let sign = random.pick(Self.operators)
            return "(\(next(depth: depth - 1)) \(sign) \(next(depth: depth - 1)))"
        case 3: return "\(next(depth: depth - 1))[\(next(depth: 0))]"
        case 4: return "-\(next(depth: depth - 1))"
        default:
            let start = random.isChance(percent: 50) ? random.pick(Self.names) : next(depth: 0)
            return (0...random.below(3)).reduce("(\(start))") { path, _ in
                path + "." + step(depth - 1)
            }
        }
    }

    private mutating func step(_ depth: Int) -> String {
        switch random.below(6) {
        case 0, 1: random.pick(Self.names)
        case 2:
            "\(random.pick(Self.double))(\(next(depth: depth)), \(next(depth: depth)))"
        case 3: "\(random.pick(Self.single))(\(next(depth: depth)))"
        default: Self.called(random.pick(Self.plain))
        }
    }

    private static func called(_ name: String) -> String {
        name.contains("(") ? name : name + "()"
    }
}
