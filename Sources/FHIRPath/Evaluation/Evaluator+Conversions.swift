/// Functions that convert values; one that cannot be converted gives nothing.
///
/// Spec: FHIRPath, conversion, https://hl7.org/fhirpath/#conversion
extension Evaluator {
    func conversion(
        _ call: Call, on value: PathValue, _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        let known = plain(value) ?? asQuantity(value).map { .quantity($0) }
        var unit: String?
        if !call.arguments.isEmpty {
            unit = try string(argument(0, of: call, scope), call.place)
        }
        guard let (target, isQuestion) = Self.target(of: call.function) else { return [] }
        let result = known.flatMap { Self.converted($0, to: target, unit: unit) }
        if isQuestion { return [.boolean(result != nil)] }
        return result.map { [$0] } ?? []
    }

    /// What a conversion makes.
    private enum Target {
        case boolean, integer, long, decimal, string, date, dateTime, time, quantity
    }

    private static func target(of function: Function) -> (Target, isQuestion: Bool)? {
        switch function {
        case .toBoolean: (.boolean, false)
        case .convertsToBoolean: (.boolean, true)
        case .toInteger: (.integer, false)
        case .convertsToInteger: (.integer, true)
        case .toLong: (.long, false)
        case .convertsToLong: (.long, true)
        case .toDecimal: (.decimal, false)
        case .convertsToDecimal: (.decimal, true)
        case .toString: (.string, false)
        case .convertsToString: (.string, true)
        case .toDate: (.date, false)
        case .convertsToDate: (.date, true)
        case .toDateTime: (.dateTime, false)
        case .convertsToDateTime: (.dateTime, true)
        case .toTime: (.time, false)
        case .convertsToTime: (.time, true)
        case .toQuantity: (.quantity, false)
        case .convertsToQuantity: (.quantity, true)
        default: nil
        }
    }

    private static func converted(
        _ value: PathValue, to target: Target, unit: String?
    ) -> PathValue? {
        // No number, date or quantity is written longer.
        if case .string(let text) = value, text.utf8.count > 1_000, target != .string { return nil }
        switch target {
        case .boolean: return boolean(of: value)
        case .integer:
            return whole(of: value).flatMap { Int32(exactly: $0) }.map { .integer(Int64($0)) }
        case .long: return whole(of: value).map { .long($0) }
        case .decimal: return decimal(of: value).map { .decimal($0) }
        case .string: return value.text.map { .string($0) }
        case .date, .dateTime, .time: return moment(of: value, target)
        case .quantity: return quantity(of: value, unit)
        }
    }

    private static func boolean(of value: PathValue) -> PathValue? {
        switch value {
        case .boolean: return value
        case .integer(0), .long(0): return .boolean(false)
        case .integer(1), .long(1): return .boolean(true)
        case .decimal(let number):
            if number.isZero { return .boolean(false) }
            return number == PathDecimal(1) ? .boolean(true) : nil
        case .string(let text):
            switch text.lowercased() {
            case "true", "t", "yes", "y", "1", "1.0": return .boolean(true)
            case "false", "f", "no", "n", "0", "0.0": return .boolean(false)
            default: return nil
            }
        default: return nil
        }
    }

    private static func whole(of value: PathValue) -> Int64? {
        switch value {
        case .boolean(let truth): return truth ? 1 : 0
        case .integer(let number), .long(let number): return number
        case .string(let text):
            let digits = text.utf8.drop { $0 == 0x2B || $0 == 0x2D }
            guard text.utf8.count - digits.count < 2, digits.allSatisfy({ $0 &- 0x30 < 10 }) else {
                return nil
            }
            return Int64(text)
        default: return nil
        }
    }

    private static func decimal(of value: PathValue) -> PathDecimal? {
        switch value {
        case .boolean(let truth): return PathDecimal(truth ? 1 : 0)
        case .integer, .long, .decimal: return number(value)
        case .string(let text):
            return text.utf8.contains { $0 | 0x20 == 0x65 } ? nil : PathDecimal(text)
        default: return nil
        }
    }

    private static func moment(of value: PathValue, _ target: Target) -> PathValue? {
        let found: PathMoment?
        switch (value, target) {
        case (.moment(let moment), .date): found = moment.kind == .time ? nil : moment.dateOnly
        case (.moment(let moment), .dateTime):
            found = moment.kind == .time ? nil : moment.asDateTime
        case (.moment(let moment), _): found = moment.kind == .time ? moment : nil
        case (.string(let text), .date): found = PathMoment.date(text)
        case (.string(let text), .dateTime): found = PathMoment.dateTime(text)
        case (.string(let text), _): found = PathMoment.time(text)
        default: found = nil
        }
        return found.map { .moment($0) }
    }

    private static func quantity(of value: PathValue, _ unit: String?) -> PathValue? {
        let quantity: PathQuantity?
        switch value {
        case .quantity(let own): quantity = own
        case .string(let text): quantity = PathQuantity.read(text)
        default: quantity = decimal(of: value).map { PathQuantity($0, ucum: "1") }
        }
        guard let quantity else { return nil }
        guard let unit else { return .quantity(quantity) }
        // A number without unit is taken to be in the unit that is asked for.
        if quantity.isPlainNumber {
            return .quantity(
                CalendarUnit(word: unit).map { PathQuantity(quantity.value, $0) }
                    ?? PathQuantity(quantity.value, ucum: unit))
        }
        return quantity.converted(to: unit).map { .quantity($0) }
    }
}
