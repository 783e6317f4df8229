/// Follows all ways through a pattern at once, one character of the text after the other.
///
/// The work of a match is the length of the text times that of the pattern at most, and `charge` is
/// told of it.
struct PatternMachine {
    private struct Thread {
        let instruction: Int
        var marks: [Int]
    }

    private let pattern: Pattern
    private let scalars: [Unicode.Scalar]
    private let keepsMarks: Bool
    /// For each instruction the last position at which it was reached.
    private var reached: [Int]
    /// Steps taken since they were last collected.
    private var stepCount = 0

    /// - Parameter keepsMarks: whether the places of groups are wanted.
    init(_ pattern: Pattern, _ scalars: [Unicode.Scalar], keepsMarks: Bool) {
        self.pattern = pattern
        self.scalars = scalars
        self.keepsMarks = keepsMarks
        reached = [Int](repeating: -1, count: pattern.instructions.count)
    }

    /// The places of the first match at or after `start`: two for each group, -1 for one that has
    /// none; nil if there is no match.
    ///
    /// - Parameter isFull: whether only a match of the whole text counts.
    mutating func match(
        from start: Int, isFull: Bool, charge: (Int) throws(FHIRPathError) -> Void
    ) throws(FHIRPathError) -> [Int]? {
        for index in reached.indices { reached[index] = -1 }
        stepCount += reached.count / 4
        let empty = keepsMarks ? [Int](repeating: -1, count: pattern.groupCount * 2) : []
        var threads: [Thread] = []
        var best: [Int]?
        var position = start
        while position <= scalars.count {
            if best == nil, !isFull || position == start {
                follow(0, empty, at: position, into: &threads)
            }
            if threads.isEmpty, best != nil || isFull { break }
            var next: [Thread] = []
            for thread in threads {
                switch pattern.instructions[thread.instruction] {
                case .match where !isFull || position == scalars.count:
                    best = thread.marks
                    if !keepsMarks { return best }
                case .set(let set) where position < scalars.count:
                    if set.contains(scalars[position]) {
                        follow(thread.instruction + 1, thread.marks, at: position + 1, into: &next)
                    }
                    continue
                default: continue
                }
                break
            }
            stepCount += threads.count + 1
            try charge(stepCount)
            stepCount = 0
            threads = next
            position += 1
        }
        return best
    }

    /// Adds a thread and all that it leads to without a character, in order of preference.
    private mutating func follow(
        _ instruction: Int, _ marks: [Int], at position: Int, into threads: inout [Thread]
    ) {
        var waiting = [Thread(instruction: instruction, marks: marks)]
        while var thread = waiting.popLast() {
            guard reached[thread.instruction] != position else { continue }
            reached[thread.instruction] = position
            stepCount += 1
            switch pattern.instructions[thread.instruction] {
            case .jump(let target):
                waiting.append(Thread(instruction: target, marks: thread.marks))
            case .fork(let first, let second):
                waiting.append(Thread(instruction: second, marks: thread.marks))
                waiting.append(Thread(instruction: first, marks: thread.marks))
            case .mark(let index):
                if keepsMarks { thread.marks[index] = position }
                waiting.append(Thread(instruction: thread.instruction + 1, marks: thread.marks))
            case .border(let border):
                if isAt(border, position) {
                    waiting.append(
                        Thread(instruction: thread.instruction + 1, marks: thread.marks))
                }
            case .set, .match: threads.append(thread)
            }
        }
    }

    private func isAt(_ border: Border, _ position: Int) -> Bool {
        switch border {
        case .start: return position == 0
        case .end: return position == scalars.count
        case .lineStart: return position == 0 || scalars[position - 1] == "\n"
        case .lineEnd: return position == scalars.count || scalars[position] == "\n"
        case .word, .notWord:
            let before = position > 0 && ScalarSet.isWord(scalars[position - 1])
            let after = position < scalars.count && ScalarSet.isWord(scalars[position])
            return (before != after) == (border == .word)
        }
    }
}

extension Pattern {
    /// Whether the text, or with `isFull` only the whole of it, matches.
    func matches(
        _ text: String, isFull: Bool, charge: (Int) throws(FHIRPathError) -> Void
    ) throws(FHIRPathError) -> Bool {
        var machine = PatternMachine(self, Array(text.unicodeScalars), keepsMarks: false)
        return try machine.match(from: 0, isFull: isFull, charge: charge) != nil
    }

    /// The text with every match put through `substitution`, where `$1` and `${name}` stand for
    /// groups and `$$` for the sign.
    func replacing(
        _ text: String, by substitution: String, charge: (Int) throws(FHIRPathError) -> Void
    ) throws(FHIRPathError) -> String {
        let scalars = Array(text.unicodeScalars)
        let replacement = Array(substitution.unicodeScalars)
        var machine = PatternMachine(self, scalars, keepsMarks: true)
        var out = String.UnicodeScalarView()
        var position = 0
        while position <= scalars.count,
            let marks = try machine.match(from: position, isFull: false, charge: charge)
        {
            out.append(contentsOf: scalars[position..<marks[0]])
            try substitute(replacement, marks, scalars, into: &out, charge: charge)
            position = marks[1]
            if marks[0] == marks[1] {
                if position < scalars.count { out.append(scalars[position]) }
                position += 1
            }
        }
        if position < scalars.count { out.append(contentsOf: scalars[position...]) }
        return String(out)
    }

    private func substitute(
        _ replacement: [Unicode.Scalar], _ marks: [Int], _ scalars: [Unicode.Scalar],
        into out: inout String.UnicodeScalarView, charge: (Int) throws(FHIRPathError) -> Void
    ) throws(FHIRPathError) {
        var index = 0
        try charge(replacement.count + 1)
        func group(_ number: Int) -> ArraySlice<Unicode.Scalar> {
            guard number >= 0, number < groupCount, marks[number * 2] >= 0,
                marks[number * 2 + 1] >= 0
            else {
                return []
            }
            return scalars[marks[number * 2]..<marks[number * 2 + 1]]
        }
        while index < replacement.count {
            let scalar = replacement[index]
            let next = index + 1 < replacement.count ? replacement[index + 1] : nil
            if scalar == "\\", let next {
                out.append(next)
                index += 2
            } else if scalar == "$", next == "$" {
                out.append("$")
                index += 2
            } else if scalar == "$", let next, next.value &- 0x30 < 10 {
                let part = group(Int(next.value - 0x30))
                try charge(part.count)
                out.append(contentsOf: part)
                index += 2
            } else if scalar == "$", next == "{",
                let end = replacement[index...].firstIndex(of: "}")
            {
                let name = String(String.UnicodeScalarView(replacement[(index + 2)..<end]))
                let part = group(groupNames[name] ?? Int(name) ?? Int.max)
                try charge(part.count)
                out.append(contentsOf: part)
                index = end + 1
            } else {
                out.append(scalar)
                index += 1
            }
        }
    }
}
