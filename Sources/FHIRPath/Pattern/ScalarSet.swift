/// A set of characters, as a class of a pattern names them.
struct ScalarSet: Sendable {
    enum Item: Sendable {
        case range(UInt32, UInt32)
        /// A general category by its one or two letters.
        case category(String)
        case notDigit, notWord, notSpace
        case notCategory(String)
    }

    var items: [Item] = []
    var isNegated = false
    /// Whether upper and lower case count as one.
    var ignoresCase = false

    static let any = ScalarSet(items: [.range(0, 0x10FFFF)])
    static let digits: [Item] = [.range(0x30, 0x39)]
    static let word: [Item] = [
        .range(0x30, 0x39), .range(0x41, 0x5A), .range(0x5F, 0x5F), .range(0x61, 0x7A),
    ]
    static let space: [Item] = [
        .range(0x09, 0x0D), .range(0x20, 0x20), .range(0x85, 0x85), .range(0xA0, 0xA0),
        .range(0x1680, 0x1680), .range(0x2000, 0x200A), .range(0x2028, 0x2029),
        .range(0x202F, 0x202F), .range(0x205F, 0x205F), .range(0x3000, 0x3000),
    ]

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        if holds(scalar) { return !isNegated }
        guard ignoresCase else { return isNegated }
        let properties = scalar.properties
        for variant in [properties.lowercaseMapping, properties.uppercaseMapping] {
            if variant.unicodeScalars.count == 1, let other = variant.unicodeScalars.first,
                holds(other)
            {
                return !isNegated
            }
        }
        return isNegated
    }

    private func holds(_ scalar: Unicode.Scalar) -> Bool {
        for item in items where Self.holds(item, scalar) { return true }
        return false
    }

    private static func holds(_ item: Item, _ scalar: Unicode.Scalar) -> Bool {
        switch item {
        case .range(let low, let high): scalar.value >= low && scalar.value <= high
        case .notDigit: !isIn(digits, scalar)
        case .notWord: !isIn(word, scalar)
        case .notSpace: !isIn(space, scalar)
        case .category(let name): category(of: scalar).hasPrefix(name)
        case .notCategory(let name): !category(of: scalar).hasPrefix(name)
        }
    }

    private static func isIn(_ items: [Item], _ scalar: Unicode.Scalar) -> Bool {
        items.contains { holds($0, scalar) }
    }

    static func isWord(_ scalar: Unicode.Scalar) -> Bool { isIn(word, scalar) }

    /// The letters of the general category.
    ///
    /// Spec: Unicode, general categories, https://www.unicode.org/reports/tr44/#General_Category_Values
    private static func category(of scalar: Unicode.Scalar) -> String {
        switch scalar.properties.generalCategory {
        case .uppercaseLetter: "Lu"
        case .lowercaseLetter: "Ll"
        case .titlecaseLetter: "Lt"
        case .modifierLetter: "Lm"
        case .otherLetter: "Lo"
        case .nonspacingMark: "Mn"
        case .spacingMark: "Mc"
        case .enclosingMark: "Me"
        case .decimalNumber: "Nd"
        case .letterNumber: "Nl"
        case .otherNumber: "No"
        case .connectorPunctuation: "Pc"
        case .dashPunctuation: "Pd"
        case .openPunctuation: "Ps"
        case .closePunctuation: "Pe"
        case .initialPunctuation: "Pi"
        case .finalPunctuation: "Pf"
        case .otherPunctuation: "Po"
        case .mathSymbol: "Sm"
        case .currencySymbol: "Sc"
        case .modifierSymbol: "Sk"
        case .otherSymbol: "So"
        case .spaceSeparator: "Zs"
        case .lineSeparator: "Zl"
        case .paragraphSeparator: "Zp"
        case .control: "Cc"
        case .format: "Cf"
        case .surrogate: "Cs"
        case .privateUse: "Co"
        case .unassigned: "Cn"
        @unknown default: "Cn"
        }
    }
}
