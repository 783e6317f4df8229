/// What stands between two terms.
///
/// Spec: FHIRPath, operations, https://hl7.org/fhirpath/#operations
extension Evaluator {
    func operation(
        _ operation: Operation, _ left: Term, _ right: Term, on focus: [PathValue],
        _ scope: Scope, _ place: Place
    ) throws(FHIRPathError) -> [PathValue] {
        var leftScope = scope
        let a = try evaluate(left, on: focus, &leftScope)
        if let known = try decided(operation, a, place) { return known }
        var rightScope = scope
        let b = try evaluate(right, on: focus, &rightScope)
        switch operation {
        case .and, .or, .xor, .implies: return try logic(operation, a, b, place)
        case .equal: return Self.truth(try equal(a, b, place))
        case .notEqual: return Self.truth(try equal(a, b, place).map { !$0 })
        case .equivalent: return [.boolean(try equivalent(a, b, place))]
        case .notEquivalent: return [.boolean(try !equivalent(a, b, place))]
        case .less, .lessOrEqual, .greater, .greaterOrEqual:
            return try comparison(operation, a, b, place)
        case .union:
            let all = a + b
            try check(count: all.count, place)
            return try distinct(all, place)
        case .isIn:
            guard let value = try single(a, place) else { return [] }
            return [.boolean(try holds(b, value, place))]
        case .contains:
            guard let value = try single(b, place) else { return [] }
            return [.boolean(try holds(a, value, place))]
        case .concatenate:
            return try text(
                (string(a, place) ?? "") + (string(b, place) ?? ""), place)
        case .plus, .minus, .times, .over, .wholeOver, .modulo:
            guard let first = try single(a, place), let second = try single(b, place) else {
                return []
            }
            return try arithmetic(operation, first, second, place)
        }
    }

    static func truth(_ value: Bool?) -> [PathValue] { value.map { [.boolean($0)] } ?? [] }

    /// The result, if the left side decides it alone.
    private func decided(
        _ operation: Operation, _ left: [PathValue], _ place: Place
    ) throws(FHIRPathError) -> [PathValue]? {
        switch operation {
        case .and: try boolean(left, place) == false ? [.boolean(false)] : nil
        case .or: try boolean(left, place) == true ? [.boolean(true)] : nil
        case .implies: try boolean(left, place) == false ? [.boolean(true)] : nil
        default: nil
        }
    }

    /// Logic of three values.
    ///
    /// Spec: FHIRPath, boolean logic, https://hl7.org/fhirpath/#boolean-logic
    private func logic(
        _ operation: Operation, _ a: [PathValue], _ b: [PathValue], _ place: Place
    ) throws(FHIRPathError) -> [PathValue] {
        let left = try boolean(a, place)
        let right = try boolean(b, place)
        switch operation {
        case .and:
            if left == false || right == false { return [.boolean(false)] }
            return left == nil || right == nil ? [] : [.boolean(true)]
        case .or:
            if left == true || right == true { return [.boolean(true)] }
            return left == nil || right == nil ? [] : [.boolean(false)]
        case .xor:
            guard let left, let right else { return [] }
            return [.boolean(left != right)]
        default:
            if left == false || right == true { return [.boolean(true)] }
            return left == nil || right == nil ? [] : [.boolean(false)]
        }
    }

    private func comparison(
        _ operation: Operation, _ a: [PathValue], _ b: [PathValue], _ place: Place
    ) throws(FHIRPathError) -> [PathValue] {
        guard let left = try single(a, place), let right = try single(b, place),
            let order = try order(left, right, place)
        else { return [] }
        switch operation {
        case .less: return [.boolean(order < 0)]
        case .lessOrEqual: return [.boolean(order <= 0)]
        case .greater: return [.boolean(order > 0)]
        default: return [.boolean(order >= 0)]
        }
    }

    func negated(_ values: [PathValue], _ place: Place) throws(FHIRPathError) -> [PathValue] {
        guard let value = try single(values, place) else { return [] }
        switch plain(value) ?? asQuantity(value).map({ .quantity($0) }) {
        case .integer(let number): return [.integer(-number)]
        case .long(let number): return number == .min ? [] : [.long(-number)]
        case .decimal(let number): return [.decimal(number.negated)]
        case .quantity(let quantity):
            return [.quantity(PathQuantity(quantity.value.negated, unitOf: quantity))]
        default:
            throw FHIRPathError(
                .execution, at: place,
                "Only numbers have a sign; put a negative number in brackets before a function.")
        }
    }

    // MARK: Calculation

    func arithmetic(
        _ operation: Operation, _ a: PathValue, _ b: PathValue, _ place: Place
    ) throws(FHIRPathError) -> [PathValue] {
        let left = plain(a) ?? asQuantity(a).map { .quantity($0) }
        let right = plain(b) ?? asQuantity(b).map { .quantity($0) }
        switch (left, right) {
        case (.integer(let first), .integer(let second)) where operation != .over:
            return Self.whole(operation, first, second, isLong: false)
        case (.integer(let first), .long(let second)) where operation != .over,
            (.long(let first), .integer(let second)) where operation != .over,
            (.long(let first), .long(let second)) where operation != .over:
            return Self.whole(operation, first, second, isLong: true)
        case (.string(let first), .string(let second)) where operation == .plus:
            return try text(first + second, place)
        case (.moment(let moment), .quantity(let quantity))
        where operation == .plus || operation == .minus:
            return try moved(moment, by: quantity, isBack: operation == .minus, place)
        case (.some(let first), .some(let second)):
            if let x = Self.number(first), let y = Self.number(second) {
                return Self.decimal(operation, x, y)
            }
            if let x = asQuantity(first), let y = asQuantity(second) {
                return try quantity(operation, x, y, place)
            }
        default: break
        }
        throw FHIRPathError(
            .execution, at: place,
            "\(operation.rawValue) does not take values of these types; "
                + "a date needs a quantity such as 7 days.")
    }

    private static func whole(
        _ operation: Operation, _ a: Int64, _ b: Int64, isLong: Bool
    ) -> [PathValue] {
        let result: (Int64, Bool)
        switch operation {
        case .plus: result = a.addingReportingOverflow(b)
        case .minus: result = a.subtractingReportingOverflow(b)
        case .times: result = a.multipliedReportingOverflow(by: b)
        case .wholeOver:
            result = b == 0 ? (0, true) : a.dividedReportingOverflow(by: b)
        default:
            result = b == 0 ? (0, true) : a.remainderReportingOverflow(dividingBy: b)
        }
        if result.1 { return [] }
        return isLong ? [.long(result.0)] : integer(result.0)
    }

    /// A whole number of 32 bits; nothing if it is larger.
    static func integer(_ value: Int64) -> [PathValue] {
        Int32(exactly: value) == nil ? [] : [.integer(value)]
    }

    private static func decimal(
        _ operation: Operation, _ a: PathDecimal, _ b: PathDecimal
    ) -> [PathValue] {
        let result: PathDecimal?
        switch operation {
        case .plus: result = a.adding(b)
        case .minus: result = a.subtracting(b)
        case .times: result = a.multiplied(by: b)
        case .over: result = a.divided(by: b)
        case .wholeOver: result = a.quotientAndRemainder(by: b)?.0
        default: result = a.quotientAndRemainder(by: b)?.1
        }
        return result.map { [.decimal($0)] } ?? []
    }

    private func quantity(
        _ operation: Operation, _ a: PathQuantity, _ b: PathQuantity, _ place: Place
    ) throws(FHIRPathError) -> [PathValue] {
        let result: PathQuantity?
        switch operation {
        case .plus: result = a.adding(b, sign: 1)
        case .minus: result = a.adding(b, sign: -1)
        case .times: result = a.combined(with: b, isProduct: true)
        case .over: result = b.value.isZero ? nil : a.combined(with: b, isProduct: false)
        default:
            throw FHIRPathError(
                .execution, at: place, "div and mod take numbers; take the value of the quantity.")
        }
        return result.map { [.quantity($0)] } ?? []
    }

    /// A date or time some time later or earlier.
    private func moved(
        _ moment: PathMoment, by quantity: PathQuantity, isBack: Bool, _ place: Place
    ) throws(FHIRPathError) -> [PathValue] {
        let unit =
            quantity.calendar ?? CalendarUnit(ucum: quantity.unit)
            ?? CalendarUnit(word: quantity.unit)
        guard let unit else {
            throw FHIRPathError(
                .execution, at: place,
                "Only a span of time can be added to a date; use year, month, week, day, hour, "
                    + "minute, second or millisecond.")
        }
        guard moment.kind != .time || unit.isFiner(than: .day) else {
            throw FHIRPathError(
                .execution, at: place,
                "A time of day takes hours, minutes, seconds and milliseconds only.")
        }
        let amount = isBack ? quantity.value.negated : quantity.value
        guard let result = moment.adding(amount, unit) else {
            throw FHIRPathError(
                .execution, at: place, "The date would lie outside of the years 1 to 9999.")
        }
        return [.moment(result)]
    }
}
