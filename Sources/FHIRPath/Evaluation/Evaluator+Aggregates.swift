/// Functions that make one value of many, and those that measure time and place.
///
/// Spec: FHIRPath 3.0.0, aggregates, https://hl7.org/fhirpath/#aggregates
extension Evaluator {
    /// `sum`, `avg`, `min` and `max`; nothing for no values or an order that is not known.
    func summary(_ call: Call, of focus: [PathValue]) throws(FHIRPathError) -> [PathValue] {
        guard let first = focus.first else { return [] }
        switch call.function {
        case .min, .max:
            var best = first
            for value in focus.dropFirst() {
                guard let order = try order(value, best, call.place) else { return [] }
                if call.function == .min ? order < 0 : order > 0 { best = value }
            }
            return [best]
        case .sum: return try sum(of: focus, call)
        default:
            guard let total = try sum(of: focus, call).first else { return [] }
            let count = PathDecimal(Int64(focus.count))
            if let number = Self.number(total) {
                return number.divided(by: count).map { [.decimal($0)] } ?? []
            }
            guard let quantity = asQuantity(total), let mean = quantity.value.divided(by: count)
            else { return [] }
            return [.quantity(PathQuantity(mean, unitOf: quantity))]
        }
    }

    private func sum(of values: [PathValue], _ call: Call) throws(FHIRPathError) -> [PathValue] {
        var total: PathValue?
        for value in values {
            try charge(1, call.place)
            let known = plain(value) ?? asQuantity(value).map { .quantity($0) }
            guard let known, Self.number(known) != nil || asQuantity(known) != nil else {
                throw FHIRPathError(
                    .execution, at: call.place,
                    "\(call.function.rawValue) takes numbers or quantities only.")
            }
            guard let before = total else {
                total = known
                continue
            }
            total = try arithmetic(.plus, before, known, call.place).first
            if total == nil { return [] }
        }
        return total.map { [$0] } ?? []
    }

    /// Where the values stand in the resource; those that stand nowhere are left out.
    func pathNames(
        _ call: Call, of focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        var isShort = false
        if !call.arguments.isEmpty {
            isShort = try boolean(argument(0, of: call, scope), call.place) ?? false
        }
        let owner = environment.rootResource ?? environment.resource
        guard let resource = owner?.json ?? root.first.flatMap({ structure($0) }) else { return [] }
        var out: [PathValue] = []
        for case .node(let node) in focus {
            try charge(100, call.place)
            let place = ElementPlace.text(
                of: node, in: resource, types: types, showsEveryIndex: !isShort)
            if let place { out.append(.string(place)) }
        }
        return out
    }

    /// Whole spans or borders of a unit between two dates or times.
    func span(
        _ call: Call, from value: PathValue, _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        guard let other = try single(argument(0, of: call, scope), call.place),
            let word = try string(argument(1, of: call, scope), call.place)
        else { return [] }
        guard case .moment(let start) = plain(value), case .moment(let end) = plain(other),
            (start.kind == .time) == (end.kind == .time)
        else {
            throw FHIRPathError(
                .execution, at: call.place,
                "\(call.function.rawValue) takes two dates or two times of day.")
        }
        guard let unit = CalendarUnit(rawValue: word),
            start.kind != .time || unit.isFiner(than: .day)
        else {
            throw FHIRPathError(
                .execution, at: call.place,
                "There is no such unit here; name it in the singular, such as 'day'.")
        }
        let count =
            call.function == .duration
            ? PathMoment.wholeSpans(of: unit, from: start, to: end)
            : PathMoment.borders(of: unit, from: start, to: end)
        return count.map { Self.integer($0) } ?? []
    }
}
