/// Reads the text of a pattern.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var depth = 0
    private var ignoresCase: Bool
    private var isMultiline: Bool
    private let place: Place
    private(set) var groupCount = 0
    private(set) var groupNames: [String: Int] = [:]

    init(_ text: String, flags: String, place: Place) {
        scalars = Array(text.unicodeScalars)
        ignoresCase = flags.unicodeScalars.contains("i")
        isMultiline = flags.unicodeScalars.contains("m")
        self.place = place
    }

    mutating func whole() throws(FHIRPathError) -> PatternTree {
        let tree = try alternatives()
        guard position == scalars.count else { throw wrong("has a ) too many") }
        return tree
    }

    private func wrong(_ what: String) -> FHIRPathError {
        FHIRPathError(.execution, at: place, "The pattern \(what); correct it.")
    }

    private var current: Unicode.Scalar? {
        position < scalars.count ? scalars[position] : nil
    }

    private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard current == scalar else { return false }
        position += 1
        return true
    }

    private mutating func alternatives() throws(FHIRPathError) -> PatternTree {
        depth += 1
        guard depth <= 50 else { throw wrong("is nested deeper than 50 levels") }
        defer { depth -= 1 }
        var parts = [try sequence()]
        while take("|") { parts.append(try sequence()) }
        return parts.count == 1 ? parts[0] : .alternatives(parts)
    }

    private mutating func sequence() throws(FHIRPathError) -> PatternTree {
        var parts: [PatternTree] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            let part = try atom()
            parts.append(try repeated(part))
        }
        return parts.count == 1 ? parts[0] : parts.isEmpty ? .nothing : .sequence(parts)
    }

    private mutating func repeated(_ part: PatternTree) throws(FHIRPathError) -> PatternTree {
        var result = part
        var repeatCount = 0
        while let (min, max) = try counts() {
            repeatCount += 1
            guard repeatCount == 1 else { throw wrong("repeats a repetition; put it in a group") }
            let isLazy = take("?")
            if !isLazy, current == "+" { throw wrong("has a possessive repetition") }
            result = .repetition(result, min: min, max: max, isLazy: isLazy)
        }
        return result
    }

    private mutating func counts() throws(FHIRPathError) -> (Int, Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        let before = position
        guard take("{") else { return nil }
        let low = number()
        var high = low
        if take(",") { high = number() ?? (low == nil ? nil : -1) }
        guard let low, let high, take("}") else {
            position = before
            return nil
        }
        guard low <= Pattern.repetitionMax, high <= Pattern.repetitionMax else {
            throw wrong("repeats more than \(Pattern.repetitionMax) times")
        }
        guard high == -1 || high >= low else { throw wrong("has its counts in the wrong order") }
        return (low, high == -1 ? nil : high)
    }

    private mutating func number() -> Int? {
        var value: Int?
        while let scalar = current, scalar.value &- 0x30 < 10 {
            value = min((value ?? 0) * 10 + Int(scalar.value - 0x30), 100_000)
            position += 1
        }
        return value
    }

    private mutating func atom() throws(FHIRPathError) -> PatternTree {
        guard let scalar = current else { return .nothing }
        position += 1
        switch scalar {
        case ".": return .set(.any)
        case "^": return .border(isMultiline ? .lineStart : .start)
        case "$": return .border(isMultiline ? .lineEnd : .end)
        case "(": return try group()
        case "[": return .set(try scalarClass())
        case "\\": return try escaped()
        case "*", "+", "?": throw wrong("repeats nothing")
        default: return .set(single(scalar))
        }
    }

    private func single(_ scalar: Unicode.Scalar) -> ScalarSet {
        ScalarSet(items: [.range(scalar.value, scalar.value)], ignoresCase: ignoresCase)
    }

    private mutating func group() throws(FHIRPathError) -> PatternTree {
        let outerCase = ignoresCase
        let outerLines = isMultiline
        defer { (ignoresCase, isMultiline) = (outerCase, outerLines) }
        var number: Int?
        if take("?") {
            if take("<") {
                guard current != "=", current != "!" else { throw wrong("looks behind itself") }
                number = try namedGroup()
            } else if !take(":") {
                if try flagsOnly() { return try flaggedRest() }
            }
        } else {
            groupCount += 1
            number = groupCount
        }
        let inner = try alternatives()
        guard take(")") else { throw wrong("has a ( that is not closed") }
        return number.map { .group(inner, number: $0) } ?? inner
    }

    private mutating func namedGroup() throws(FHIRPathError) -> Int {
        var name = ""
        while let scalar = current, scalar != ">" {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard take(">"), !name.isEmpty else { throw wrong("has a group whose name does not end") }
        groupCount += 1
        groupNames[name] = groupCount
        return groupCount
    }

    /// Reads flags; whether they stand alone in their brackets and count for what follows.
    private mutating func flagsOnly() throws(FHIRPathError) -> Bool {
        var isOn = true
        while let scalar = current {
            position += 1
            switch scalar {
            case "i": ignoresCase = isOn
            case "m": isMultiline = isOn
            case "s", "u": break
            case "-": isOn = false
            case ":": return false
            case ")": return true
            default: throw wrong("looks around or has a flag that is not known")
            }
        }
        throw wrong("has a ( that is not closed")
    }

    /// The rest of the group around, under flags that were set inside it.
    private mutating func flaggedRest() throws(FHIRPathError) -> PatternTree { try alternatives() }

    private mutating func escaped() throws(FHIRPathError) -> PatternTree {
        if take("b") { return .border(.word) }
        if take("B") { return .border(.notWord) }
        if take("A") { return .border(.start) }
        if take("z") || take("Z") { return .border(.end) }
        if let scalar = current, scalar.value &- 0x31 < 9 { throw wrong("refers back to a group") }
        return .set(ScalarSet(items: try escapedItems(), ignoresCase: ignoresCase))
    }

    private mutating func escapedItems() throws(FHIRPathError) -> [ScalarSet.Item] {
        guard let scalar = current else { throw wrong("ends in a backslash") }
        position += 1
        switch scalar {
        case "d": return ScalarSet.digits
        case "w": return ScalarSet.word
        case "s": return ScalarSet.space
        case "D": return [.notDigit]
        case "W": return [.notWord]
        case "S": return [.notSpace]
        case "n": return [.range(0x0A, 0x0A)]
        case "r": return [.range(0x0D, 0x0D)]
        case "t": return [.range(0x09, 0x09)]
        case "f": return [.range(0x0C, 0x0C)]
        case "v": return [.range(0x0B, 0x0B)]
        case "0": return [.range(0, 0)]
        case "x": return try hexItem(2)
        case "u": return try hexItem(4)
        case "p": return [.category(try categoryName())]
        case "P": return [.notCategory(try categoryName())]
        default:
            let isLetter = (scalar.value | 0x20) &- 0x61 < 26 || scalar.value &- 0x30 < 10
            if isLetter { throw wrong("has an escape that is not known") }
            return [.range(scalar.value, scalar.value)]
        }
    }

    private mutating func hexItem(_ width: Int) throws(FHIRPathError) -> [ScalarSet.Item] {
        let digits = scalars[position...].prefix(width)
        guard digits.count == width,
            let value = UInt32(String(String.UnicodeScalarView(digits)), radix: 16)
        else { throw wrong("has an escape without its \(width) hexadecimal digits") }
        position += width
        return [.range(value, value)]
    }

    private mutating func categoryName() throws(FHIRPathError) -> String {
        guard take("{") else { throw wrong("has a category without braces") }
        var name = ""
        while let scalar = current, scalar != "}", name.count < 3 {
            name.unicodeScalars.append(scalar)
            position += 1
        }
        guard take("}"), let first = name.unicodeScalars.first, name.count <= 2,
            "LMNPSZC".unicodeScalars.contains(first)
        else { throw wrong("has a category that is not known") }
        return name
    }

    private mutating func scalarClass() throws(FHIRPathError) -> ScalarSet {
        var set = ScalarSet(ignoresCase: ignoresCase)
        set.isNegated = take("^")
        var isFirst = true
        while isFirst || current != "]" {
            isFirst = false
            guard let scalar = current else { throw wrong("has a [ that is not closed") }
            position += 1
            if scalar == "[", current == ":" { throw wrong("has a class that is not known") }
            let low = scalar == "\\" ? try escapedItems() : [.range(scalar.value, scalar.value)]
            guard current == "-", position + 1 < scalars.count, scalars[position + 1] != "]",
                low.count == 1, case .range(let from, let to) = low[0], from == to
            else {
                set.items += low
                continue
            }
            position += 1
            set.items.append(try rangeEnd(from: from))
        }
        position += 1
        return set
    }

    private mutating func rangeEnd(from low: UInt32) throws(FHIRPathError) -> ScalarSet.Item {
        guard let scalar = current else { throw wrong("has a [ that is not closed") }
        position += 1
        let items = scalar == "\\" ? try escapedItems() : [.range(scalar.value, scalar.value)]
        guard items.count == 1, case .range(let from, let to) = items[0], from == to, from >= low
        else { throw wrong("has a range in the wrong order") }
        return .range(low, from)
    }
}
