/// What is known of the values of a term before there is a resource.
struct StaticType {
    /// One of the types a value may have.
    enum Option: Hashable {
        case fhir(TypeID)
        case system(String)
    }

    /// The types a value may have; nil if they are not known.
    var options: Set<Option>?
    /// Whether the values have an order that means something.
    var isOrdered = true

    static let unknown = StaticType(options: nil)

    static func system(_ name: String) -> StaticType { StaticType(options: [.system(name)]) }

    static func fhir(_ type: TypeID) -> StaticType {
        type == .unknown ? .unknown : StaticType(options: [.fhir(type)])
    }

    /// What a value of one of two terms may be.
    func merged(with other: StaticType) -> StaticType {
        guard let mine = options, let theirs = other.options else { return .unknown }
        return StaticType(options: mine.union(theirs), isOrdered: isOrdered && other.isOrdered)
    }
}

extension Function {
    /// The type of the language that its result always has; nil if that depends.
    var resultType: String? {
        switch self {
        case .empty, .exists, .all, .allTrue, .anyTrue, .allFalse, .anyFalse, .subsetOf,
            .supersetOf, .isDistinct, .not, .is, .toBoolean, .convertsToBoolean, .convertsToInteger,
            .convertsToLong, .convertsToDate, .convertsToDateTime, .convertsToDecimal,
            .convertsToQuantity, .convertsToString, .convertsToTime, .startsWith, .endsWith,
            .contains, .matches, .matchesFull, .comparable, .hasExtension, .hasValue, .memberOf,
            .subsumes,
            .subsumedBy, .conformsTo, .htmlChecks:
            "Boolean"
        case .count, .toInteger, .indexOf, .lastIndexOf, .length, .ceiling, .floor, .truncate,
            .precision, .yearOf, .monthOf, .dayOf, .hourOf, .minuteOf, .secondOf, .millisecondOf,
            .duration, .difference:
            "Integer"
        case .toString, .substring, .upper, .lower, .replace, .replaceMatches, .toChars, .trim,
            .split, .join, .encode, .decode, .escape, .unescape, .getResourceKey, .getReferenceKey,
            .pathname:
            "String"
        case .toLong: "Long"
        case .toDecimal, .exp, .ln, .log, .sqrt, .timezoneOffsetOf: "Decimal"
        case .toDate, .today, .dateOf: "Date"
        case .toDateTime, .now: "DateTime"
        case .toTime, .timeOfDay, .timeOf: "Time"
        case .toQuantity: "Quantity"
        case .type: "TypeInfo"
        default: nil
        }
    }

    /// Whether its result is some of the values it is called on.
    var keepsValues: Bool {
        switch self {
        case .where, .single, .first, .last, .tail, .skip, .take, .distinct, .intersect, .exclude,
            .sort, .trace, .defineVariable, .checkModifiers, .min, .max:
            true
        default: false
        }
    }

    /// Whether it takes a text only.
    var takesText: Bool {
        switch self {
        case .indexOf, .lastIndexOf, .substring, .startsWith, .endsWith, .contains, .upper, .lower,
            .replace, .matches, .matchesFull, .replaceMatches, .length, .toChars, .trim, .split,
            .join, .encode, .decode, .escape, .unescape:
            true
        default: false
        }
    }
}
