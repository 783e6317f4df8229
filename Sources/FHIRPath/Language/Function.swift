/// The functions of the language and of FHIR.
///
/// Spec: FHIRPath, functions, https://hl7.org/fhirpath/#functions; FHIR R4, FHIRPath,
/// https://hl7.org/fhir/R4/fhirpath.html#functions
enum Function: String, Sendable, Hashable {
    case empty, exists, all, allTrue, anyTrue, allFalse, anyFalse, subsetOf, supersetOf, count
    case distinct, isDistinct, not, coalesce
    case `where`, select, `repeat`, repeatAll, ofType, `is`, `as`, type, sort, aggregate, iif
    case single, first, last, tail, skip, take, intersect, exclude, union, combine
    case toBoolean, convertsToBoolean, toInteger, convertsToInteger, toLong, convertsToLong
    case toDate, convertsToDate, toDateTime, convertsToDateTime, toDecimal, convertsToDecimal
    case toQuantity, convertsToQuantity, toString, convertsToString, toTime, convertsToTime
    case indexOf, lastIndexOf, substring, startsWith, endsWith, contains, upper, lower, replace
    case matches, matchesFull, replaceMatches, length, toChars, trim, split, join
    case encode, decode, escape, unescape
    case abs, ceiling, exp, floor, ln, log, power, round, sqrt, truncate
    case children, descendants, trace, now, today, timeOfDay, defineVariable
    case lowBoundary, highBoundary, precision, comparable
    case yearOf, monthOf, dayOf, hourOf, minuteOf, secondOf, millisecondOf, timezoneOffsetOf
    case dateOf, timeOf, duration, difference, sum, avg, min, max, pathname
    case `extension`, hasExtension, hasValue, getValue, resolve, memberOf, subsumes, subsumedBy,
        conformsTo
    case htmlChecks, checkModifiers, getResourceKey, getReferenceKey

    /// How many arguments it takes.
    var argumentCounts: ClosedRange<Int> {
        switch self {
        case .exists, .toQuantity, .convertsToQuantity, .join, .round, .lowBoundary, .highBoundary,
            .getReferenceKey, .pathname:
            0...1
        case .all, .subsetOf, .supersetOf, .where, .select, .repeat, .repeatAll, .ofType, .is, .as,
            .skip, .take, .intersect, .exclude, .union, .indexOf, .lastIndexOf,
            .startsWith, .endsWith, .contains, .split, .encode, .decode,
            .escape, .unescape, .log, .power, .comparable, .extension, .hasExtension, .memberOf,
            .subsumes,
            .subsumedBy, .conformsTo:
            1...1
        case .aggregate, .combine, .substring, .matches, .matchesFull, .trace, .defineVariable:
            1...2
        case .iif, .replaceMatches: 2...3
        case .replace, .duration, .difference: 2...2
        case .coalesce: 1...64
        case .sort, .checkModifiers: 0...64
        default: 0...0
        }
    }

    /// Whether it evaluates an argument for each value by itself, with `$this` being the value.
    var isIterating: Bool {
        switch self {
        case .all, .exists, .where, .select, .repeat, .repeatAll, .aggregate, .sort, .trace: true
        default: false
        }
    }

    /// Whether its result depends on the order of what it is called on.
    var needsOrder: Bool {
        switch self {
        case .first, .last, .tail, .skip, .take: true
        default: false
        }
    }
}
