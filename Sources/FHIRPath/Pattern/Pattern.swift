/// A regular expression that is matched in time linear to the text, whatever it is.
///
/// Knows characters, `.`, classes, groups with and without number or name, alternatives, greedy and
/// lazy repetition, `^ $ \b \B`, `\d \w \s`, general categories such as `\p{L}`, and the flags `i`
/// and `m`. A dot matches a line break too. Back references and looking around are refused: they
/// cannot be matched in linear time.
///
/// Spec: FHIRPath, matches, https://hl7.org/fhirpath/#matchesregex-string-boolean
struct Pattern: Sendable {
    /// UTF-8 bytes of a pattern.
    static let textBytesMax = 4_096
    /// Instructions a pattern may be made into; repetition with a count multiplies them.
    static let instructionsMax = 20_000
    /// The highest count of a repetition.
    static let repetitionMax = 1_000

    let instructions: [Instruction]
    /// Groups with a number, the whole match being group 0.
    let groupCount: Int
    /// Numbers of the groups that have a name.
    let groupNames: [String: Int]
    /// Whether the pattern is empty, which matches everywhere.
    let isEmpty: Bool

    /// Reads a pattern.
    ///
    /// - Throws: ``FHIRPathError`` of the kind `execution` or `limit` at the place of the call.
    init(_ text: String, flags: String = "", at place: Place) throws(FHIRPathError) {
        guard text.utf8.count <= Self.textBytesMax else {
            throw FHIRPathError(
                .limit, at: place,
                "The pattern is longer than \(Self.textBytesMax) bytes; shorten it.")
        }
        guard flags.unicodeScalars.allSatisfy({ $0 == "i" || $0 == "m" }) else {
            throw FHIRPathError(
                .execution, at: place, "The flags of a pattern are i and m; leave others out.")
        }
        var parser = PatternParser(text, flags: flags, place: place)
        let tree = try parser.whole()
        var writer = PatternWriter(place: place)
        try writer.write(.group(tree, number: 0))
        writer.instructions.append(.match)
        instructions = writer.instructions
        groupCount = parser.groupCount + 1
        groupNames = parser.groupNames
        isEmpty = text.isEmpty
    }
}

/// A pattern as a tree.
indirect enum PatternTree: Sendable {
    case nothing
    case set(ScalarSet)
    case sequence([PatternTree])
    case alternatives([PatternTree])
    case group(PatternTree, number: Int)
    case repetition(PatternTree, min: Int, max: Int?, isLazy: Bool)
    case border(Border)
}

/// A place between two characters.
enum Border: Sendable { case start, end, lineStart, lineEnd, word, notWord }

/// A step of the matching machine.
enum Instruction: Sendable {
    case set(ScalarSet)
    /// Goes on at both places, the first one preferred.
    case fork(Int, Int)
    case jump(Int)
    case mark(Int)
    case border(Border)
    case match
}

/// Makes the tree of a pattern into instructions.
private struct PatternWriter {
    var instructions: [Instruction] = []
    let place: Place

    mutating func write(_ tree: PatternTree) throws(FHIRPathError) {
        guard instructions.count < Pattern.instructionsMax else {
            throw FHIRPathError(
                .limit, at: place, "The pattern repeats too much; lower the counts in its braces.")
        }
        switch tree {
        case .nothing: break
        case .set(let set): instructions.append(.set(set))
        case .border(let border): instructions.append(.border(border))
        case .sequence(let parts): for part in parts { try write(part) }
        case .group(let inner, let number):
            instructions.append(.mark(number * 2))
            try write(inner)
            instructions.append(.mark(number * 2 + 1))
        case .alternatives(let parts): try write(alternatives: parts)
        case .repetition(let inner, let min, let max, let isLazy):
            for _ in 0..<min { try write(inner) }
            if let max {
                try write(inner, upTo: max - min, isLazy)
            } else {
                let fork = instructions.count
                instructions.append(.jump(0))
                try write(inner)
                instructions.append(.jump(fork))
                instructions[fork] = Self.fork(fork + 1, instructions.count, isLazy)
            }
        }
    }

    private mutating func write(alternatives parts: [PatternTree]) throws(FHIRPathError) {
        var jumps: [Int] = []
        for (index, part) in parts.enumerated() {
            guard index < parts.count - 1 else {
                try write(part)
                break
            }
            let fork = instructions.count
            instructions.append(.jump(0))
            try write(part)
            jumps.append(instructions.count)
            instructions.append(.jump(0))
            instructions[fork] = .fork(fork + 1, instructions.count)
        }
        for jump in jumps { instructions[jump] = .jump(instructions.count) }
    }

    private mutating func write(
        _ inner: PatternTree, upTo count: Int, _ isLazy: Bool
    ) throws(FHIRPathError) {
        var forks: [Int] = []
        for _ in 0..<count {
            forks.append(instructions.count)
            instructions.append(.jump(0))
            try write(inner)
        }
        for fork in forks {
            instructions[fork] = Self.fork(fork + 1, instructions.count, isLazy)
        }
    }

    private static func fork(_ inner: Int, _ after: Int, _ isLazy: Bool) -> Instruction {
        isLazy ? .fork(after, inner) : .fork(inner, after)
    }
}
