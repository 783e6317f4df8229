extension QRGrid {
    /// How hard the drawing is for a scanner: the mask with the smallest number is taken.
    ///
    /// Spec: ISO/IEC 18004:2015, 7.8.3 table 11, https://www.iso.org/standard/62021.html
    var penalty: Int {
        var points = 0
        for line in 0..<side {
            points += linePenalty((0..<side).map { modules[line * side + $0] })
            points += linePenalty((0..<side).map { modules[$0 * side + line] })
        }
        return points + squarePenalty + balancePenalty
    }

    /// Runs of five or more of one colour, and what looks like a finder pattern.
    private func linePenalty(_ line: [Bool]) -> Int {
        var points = 0
        var run = 0
        for place in line.indices {
            run = place > 0 && line[place] == line[place - 1] ? run + 1 : 1
            if run == 5 { points += 3 } else if run > 5 { points += 1 }
        }
        let finder: [Bool] = [true, false, true, true, true, false, true]
        func isLight(_ range: Range<Int>) -> Bool {
            range.allSatisfy { $0 < 0 || $0 >= line.count || !line[$0] }
        }
        for start in 0...(line.count - 7) where Array(line[start..<(start + 7)]) == finder {
            if isLight((start - 4)..<start) || isLight((start + 7)..<(start + 11)) { points += 40 }
        }
        return points
    }

    private var squarePenalty: Int {
        var points = 0
        for row in 0..<(side - 1) {
            for column in 0..<(side - 1) {
                let place = row * side + column
                let colour = modules[place]
                if modules[place + 1] == colour, modules[place + side] == colour,
                    modules[place + side + 1] == colour
                {
                    points += 3
                }
            }
        }
        return points
    }

    private var balancePenalty: Int {
        let dark = modules.count(where: \.self)
        return abs(dark * 20 - modules.count * 10) / modules.count * 10
    }
}
