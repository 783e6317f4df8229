/// Functions that look at, cut and join collections.
extension Evaluator {
    func existence(
        _ call: Call, on focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        switch call.function {
        case .empty: return [.boolean(focus.isEmpty)]
        case .count: return [.integer(Int64(focus.count))]
        case .allTrue: return [.boolean(try truths(focus, call).allSatisfy { $0 })]
        case .anyTrue: return [.boolean(try truths(focus, call).contains(true))]
        case .allFalse: return [.boolean(try !truths(focus, call).contains(true))]
        case .anyFalse: return [.boolean(try truths(focus, call).contains(false))]
        case .not: return Self.truth(try boolean(focus, call.place).map { !$0 })
        case .distinct: return try distinct(focus, call.place)
        case .isDistinct:
            return [.boolean(try distinct(focus, call.place).count == focus.count)]
        case .subsetOf:
            return [.boolean(try isSubset(focus, argument(0, of: call, scope), call))]
        case .supersetOf:
            return [.boolean(try isSubset(argument(0, of: call, scope), focus, call))]
        case .hasValue:
            guard focus.count == 1 else { return [.boolean(false)] }
            return [.boolean(plain(focus[0]) != nil)]
        default:
            for index in call.arguments.indices {
                let values = try argument(index, of: call, scope)
                if !values.isEmpty { return values }
            }
            return []
        }
    }

    private func truths(
        _ values: [PathValue], _ call: Call
    ) throws(FHIRPathError) -> [Bool] {
        var out: [Bool] = []
        for value in values {
            guard case .boolean(let truth) = plain(value) else {
                throw FHIRPathError(
                    .execution, at: call.place,
                    "\(call.function.rawValue) takes true and false only; "
                        + "make each value one with select().")
            }
            out.append(truth)
        }
        return out
    }

    private func isSubset(
        _ values: [PathValue], _ others: [PathValue], _ call: Call
    ) throws(FHIRPathError) -> Bool {
        for value in values {
            guard try holds(others, value, call.place) else { return false }
        }
        return true
    }

    func subset(
        _ call: Call, on focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        switch call.function {
        case .single: return try single(focus, call.place).map { [$0] } ?? []
        case .first: return Array(focus.prefix(1))
        case .last: return Array(focus.suffix(1))
        case .tail: return Array(focus.dropFirst())
        case .skip:
            let count = try integer(argument(0, of: call, scope), call.place) ?? 0
            return Array(focus.dropFirst(Int(max(0, min(count, Int64(focus.count))))))
        case .take:
            let count = try integer(argument(0, of: call, scope), call.place) ?? 0
            return Array(focus.prefix(Int(max(0, min(count, Int64(focus.count))))))
        case .children:
            var out: [PathValue] = []
            for value in focus { children(of: value, to: &out) }
            try charge(out.count, call.place)
            return out
        case .descendants: return try descendants(of: focus, call.place)
        default:
            return try combination(call, focus, argument(0, of: call, scope))
        }
    }

    private func combination(
        _ call: Call, _ focus: [PathValue], _ others: [PathValue]
    ) throws(FHIRPathError) -> [PathValue] {
        switch call.function {
        case .combine:
            try check(count: focus.count + others.count, call.place)
            return focus + others
        case .union:
            try check(count: focus.count + others.count, call.place)
            return try distinct(focus + others, call.place)
        case .intersect:
            var out: [PathValue] = []
            for value in try distinct(focus, call.place)
            where try holds(others, value, call.place) {
                out.append(value)
            }
            return out
        default:
            var out: [PathValue] = []
            for value in focus where try !holds(others, value, call.place) { out.append(value) }
            return out
        }
    }

    func typing(_ call: Call, on focus: [PathValue]) throws(FHIRPathError) -> [PathValue] {
        guard let name = call.typeName else { return focus.map { .typeInfo(typeInfo($0)) } }
        switch call.function {
        case .is: return try typeTest(focus, name, call.place)
        case .as: return try typeCast(focus, name, call.place)
        default:
            let type = try named(name, call.place)
            return focus.filter { isOf($0, type, isExact: true) }
        }
    }

    // MARK: The time

    func present(_ call: Call) throws(FHIRPathError) -> PathValue {
        guard let ms = environment.nowMs else {
            throw FHIRPathError(
                .execution, at: call.place,
                "The time is not known here; compare with a date that is written down.")
        }
        let now = PathMoment(ms: ms, offsetMinutes: environment.offsetMinutes)
        switch call.function {
        case .now: return .moment(now)
        case .today: return .moment(now.dateOnly)
        default: return .moment(now.timeOnly ?? now)
        }
    }

    // MARK: Numbers and dates

    func mathematics(
        _ call: Call, on value: PathValue, _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        let known = plain(value) ?? asQuantity(value).map { .quantity($0) }
        if case .quantity(let quantity) = known {
            guard let result = try ofValue(call, quantity.value, scope) else { return [] }
            return [.quantity(PathQuantity(result, unitOf: quantity))]
        }
        guard let known, let number = Self.number(known) else {
            throw FHIRPathError(
                .execution, at: call.place, "\(call.function.rawValue) takes a number.")
        }
        switch call.function {
        case .abs: return alike(known, number.magnitude)
        case .round: return try ofValue(call, number, scope).map { [.decimal($0)] } ?? []
        case .ceiling, .floor, .truncate:
            return try ofValue(call, number, scope)?.whole.map { Self.integer($0) } ?? []
        case .exp: return number.exponential.map { [.decimal($0)] } ?? []
        case .ln: return number.naturalLogarithm.map { [.decimal($0)] } ?? []
        case .sqrt: return number.squareRoot.map { [.decimal($0)] } ?? []
        default:
            guard let argument = try single(argument(0, of: call, scope), call.place) else {
                return []
            }
            guard let other = plain(argument).flatMap({ Self.number($0) }) else {
                throw FHIRPathError(
                    .execution, at: call.place, "\(call.function.rawValue) takes a number.")
            }
            if call.function == .log {
                return number.logarithm(toBase: other).map { [.decimal($0)] } ?? []
            }
            return number.raised(to: other).map { [.decimal($0)] } ?? []
        }
    }

    /// The functions that keep the unit of a quantity.
    private func ofValue(
        _ call: Call, _ number: PathDecimal, _ scope: Scope
    ) throws(FHIRPathError) -> PathDecimal? {
        switch call.function {
        case .abs: return number.magnitude
        case .ceiling: return number.rounded(to: 0, .up)
        case .floor: return number.rounded(to: 0, .down)
        case .truncate: return number.rounded(to: 0, .towardsZero)
        case .round:
            guard !call.arguments.isEmpty else { return number.rounded(to: 0, .halfAwayFromZero) }
            guard let places = try integer(argument(0, of: call, scope), call.place) else {
                return number.rounded(to: 0, .halfAwayFromZero)
            }
            guard places >= 0 else {
                throw FHIRPathError(
                    .execution, at: call.place, "round takes a number of places from 0 up.")
            }
            return number.rounded(to: Int(min(places, 100)), .halfAwayFromZero)
        default:
            throw FHIRPathError(
                .execution, at: call.place,
                "\(call.function.rawValue) takes a number; take the value of the quantity.")
        }
    }

    /// A result in the type of what it was made from, if it is a whole number.
    private func alike(_ source: PathValue, _ result: PathDecimal) -> [PathValue] {
        switch source {
        case .integer: result.whole.map { Self.integer($0) } ?? [.decimal(result)]
        case .long: result.whole.map { [.long($0)] } ?? [.decimal(result)]
        default: [.decimal(result)]
        }
    }

    func measure(
        _ call: Call, on value: PathValue, _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        switch call.function {
        case .comparable:
            guard let first = asQuantity(value),
                let other = try single(argument(0, of: call, scope), call.place),
                let second = asQuantity(other)
            else { return [] }
            return [.boolean(PathQuantity.order(first, second) != nil)]
        case .lowBoundary, .highBoundary: return try boundary(call, value, scope)
        case .precision:
            switch plain(value) {
            case .decimal(let number): return [.integer(Int64(number.scale))]
            case .integer, .long: return [.integer(0)]
            case .moment(let moment): return [.integer(Int64(moment.digitCount))]
            default: break
            }
        default:
            guard case .moment(let moment) = plain(value) else { return [] }
            return part(call.function, of: moment)
        }
        throw FHIRPathError(
            .execution, at: call.place,
            "\(call.function.rawValue) does not take a value of this type.")
    }

    private func boundary(
        _ call: Call, _ value: PathValue, _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        let isLow = call.function == .lowBoundary
        var places: Int?
        if !call.arguments.isEmpty {
            places = try integer(argument(0, of: call, scope), call.place).map { Int($0) }
        }
        func end(_ number: PathDecimal) -> PathDecimal? {
            isLow ? number.lowBoundary(places: places) : number.highBoundary(places: places)
        }
        switch plain(value) ?? asQuantity(value).map({ .quantity($0) }) {
        case .integer(let number), .long(let number):
            return end(PathDecimal(number)).map { [.decimal($0)] } ?? []
        case .decimal(let number): return end(number).map { [.decimal($0)] } ?? []
        case .quantity(let quantity):
            return end(quantity.value).map { [.quantity(PathQuantity($0, unitOf: quantity))] } ?? []
        case .moment(let moment):
            return moment.boundary(digits: places, isLow: isLow).map { [.moment($0)] } ?? []
        default:
            throw FHIRPathError(
                .execution, at: call.place,
                "\(call.function.rawValue) takes a number, a quantity, a date or a time.")
        }
    }

    private func part(_ function: Function, of moment: PathMoment) -> [PathValue] {
        func field(_ precision: PathMoment.Precision, _ number: Int) -> [PathValue] {
            let isDateField = precision < .hour
            guard moment.precision >= precision, !(isDateField && moment.kind == .time) else {
                return []
            }
            return [.integer(Int64(number))]
        }
        switch function {
        case .yearOf: return field(.year, moment.year)
        case .monthOf: return field(.month, moment.month)
        case .dayOf: return field(.day, moment.day)
        case .hourOf: return field(.hour, moment.hour)
        case .minuteOf: return field(.minute, moment.minute)
        case .secondOf: return field(.second, moment.second)
        case .millisecondOf: return field(.fraction, moment.nanosecond / 1_000_000)
        case .timezoneOffsetOf:
            guard let minutes = moment.offsetMinutes else { return [] }
            return PathDecimal(Int64(minutes)).divided(by: PathDecimal(60)).map { [.decimal($0)] }
                ?? []
        case .dateOf: return moment.kind == .time ? [] : [.moment(moment.dateOnly)]
        default: return moment.timeOnly.map { [.moment($0)] } ?? []
        }
    }
}
