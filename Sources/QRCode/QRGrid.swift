/// The modules while a code is drawn, and which of them belong to patterns.
///
/// Spec: ISO/IEC 18004:2015, 6.3 and 7.7 to 7.10, https://www.iso.org/standard/62021.html
struct QRGrid {
    private let version: QRVersion
    let side: Int
    private(set) var modules: [Bool]
    private var isPattern: [Bool]

    init(version: QRVersion) {
        self.version = version
        side = version.side
        modules = [Bool](repeating: false, count: side * side)
        isPattern = modules
    }

    /// Draws everything that does not depend on the text, and keeps the places of the format free.
    mutating func drawPatterns() {
        for place in 0..<side {
            setPattern(6, place, place % 2 == 0)
            setPattern(place, 6, place % 2 == 0)
        }
        for (row, column) in [(3, 3), (3, side - 4), (side - 4, 3)] { drawFinder(row, column) }
        drawAlignments()
        drawFormat(mask: 0)
        drawVersion()
    }

    private mutating func setPattern(_ row: Int, _ column: Int, _ isDark: Bool) {
        guard (0..<side).contains(row), (0..<side).contains(column) else { return }
        modules[row * side + column] = isDark
        isPattern[row * side + column] = true
    }

    /// A finder pattern with its light separator, around its centre.
    private mutating func drawFinder(_ row: Int, _ column: Int) {
        for down in -4...4 {
            for right in -4...4 {
                let distance = max(abs(down), abs(right))
                setPattern(row + down, column + right, distance != 2 && distance != 4)
            }
        }
    }

    private mutating func drawAlignments() {
        let centres = version.alignmentCentres
        for row in centres {
            for column in centres {
                let isTaken =
                    (row == 6 && (column == 6 || column == side - 7))
                    || (row == side - 7 && column == 6)
                guard !isTaken else { continue }
                for down in -2...2 {
                    for right in -2...2 {
                        setPattern(row + down, column + right, max(abs(down), abs(right)) != 1)
                    }
                }
            }
        }
    }

    /// Level M and the mask, twice, with their own error correction.
    private mutating func drawFormat(mask: Int) {
        var remainder = mask
        for _ in 0..<10 { remainder = (remainder << 1) ^ ((remainder >> 9) * 0x537) }
        let bits = (mask << 10 | remainder) ^ 0x5412
        func bit(_ place: Int) -> Bool { (bits >> place) & 1 == 1 }
        for place in 0...5 { setPattern(place, 8, bit(place)) }
        setPattern(7, 8, bit(6))
        setPattern(8, 8, bit(7))
        setPattern(8, 7, bit(8))
        for place in 9...14 { setPattern(8, 14 - place, bit(place)) }
        for place in 0...7 { setPattern(8, side - 1 - place, bit(place)) }
        for place in 8...14 { setPattern(side - 15 + place, 8, bit(place)) }
        setPattern(side - 8, 8, true)
    }

    private mutating func drawVersion() {
        guard version.number >= 7 else { return }
        var remainder = version.number
        for _ in 0..<12 { remainder = (remainder << 1) ^ ((remainder >> 11) * 0x1F25) }
        let bits = version.number << 12 | remainder
        for place in 0..<18 {
            let isDark = (bits >> place) & 1 == 1
            setPattern(place / 3, side - 11 + place % 3, isDark)
            setPattern(side - 11 + place % 3, place / 3, isDark)
        }
    }

    /// Lays the codewords in pairs of columns, upwards and downwards in turn, from the right.
    mutating func place(_ codewords: [UInt8]) {
        var placed = 0
        var right = side - 1
        var goesUp = true
        while right >= 1 {
            if right == 6 { right = 5 }
            for step in 0..<side {
                let row = goesUp ? side - 1 - step : step
                for column in [right, right - 1] where !isPattern[row * side + column] {
                    guard placed < codewords.count * 8 else { continue }
                    modules[row * side + column] =
                        (codewords[placed / 8] >> UInt8(7 - placed % 8)) & 1 == 1
                    placed += 1
                }
            }
            goesUp.toggle()
            right -= 2
        }
    }

    /// The drawing with one of the eight masks over its data, and the format that says which.
    func masked(by mask: Int) -> QRGrid {
        var result = self
        for row in 0..<side {
            for column in 0..<side where !isPattern[row * side + column] {
                if Self.flips(mask, row, column) { result.modules[row * side + column].toggle() }
            }
        }
        result.drawFormat(mask: mask)
        return result
    }

    static func flips(_ mask: Int, _ row: Int, _ column: Int) -> Bool {
        switch mask {
        case 0: (row + column) % 2 == 0
        case 1: row % 2 == 0
        case 2: column % 3 == 0
        case 3: (row + column) % 3 == 0
        case 4: (row / 2 + column / 3) % 2 == 0
        case 5: row * column % 2 + row * column % 3 == 0
        case 6: (row * column % 2 + row * column % 3) % 2 == 0
        default: ((row + column) % 2 + row * column % 3) % 2 == 0
        }
    }
}
