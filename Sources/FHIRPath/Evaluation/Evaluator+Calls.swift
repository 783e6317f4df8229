/// Functions: which group one belongs to, and those that deal with whole collections.
///
/// Spec: FHIRPath, functions, https://hl7.org/fhirpath/#functions
extension Evaluator {
    func call(
        _ call: Call, on focus: [PathValue], _ scope: inout Scope
    ) throws(FHIRPathError) -> [PathValue] {
        try charge(1, call.place)
        switch call.function {
        case .where, .select, .repeat, .repeatAll, .all, .exists, .aggregate, .sort, .trace, .iif:
            return try iteration(call, on: focus, scope)
        case .defineVariable:
            try define(call, on: focus, &scope)
            return focus
        case .is, .as, .ofType, .type: return try typing(call, on: focus)
        case .empty, .allTrue, .anyTrue, .allFalse, .anyFalse, .subsetOf, .supersetOf, .count,
            .distinct, .isDistinct, .not, .coalesce, .hasValue:
            return try existence(call, on: focus, scope)
        case .single, .first, .last, .tail, .skip, .take, .intersect, .exclude, .union, .combine,
            .children, .descendants:
            return try subset(call, on: focus, scope)
        case .extension, .hasExtension, .getValue, .resolve, .memberOf, .subsumes, .subsumedBy,
            .conformsTo,
            .htmlChecks, .checkModifiers, .getResourceKey, .getReferenceKey:
            return try fhir(call, on: focus, scope)
        case .now, .today, .timeOfDay: return [try present(call)]
        case .join: return try joined(call, focus, scope)
        case .sum, .avg, .min, .max: return try summary(call, of: focus)
        case .pathname: return try pathNames(call, of: focus, scope)
        default: break
        }
        guard let value = try single(focus, call.place) else { return [] }
        switch call.function {
        case .abs, .ceiling, .exp, .floor, .ln, .log, .power, .round, .sqrt, .truncate:
            return try mathematics(call, on: value, scope)
        case .lowBoundary, .highBoundary, .precision, .comparable, .yearOf, .monthOf, .dayOf,
            .hourOf, .minuteOf, .secondOf, .millisecondOf, .timezoneOffsetOf, .dateOf, .timeOf:
            return try measure(call, on: value, scope)
        case .duration, .difference: return try span(call, from: value, scope)
        case .indexOf, .lastIndexOf, .substring, .startsWith, .endsWith, .contains, .upper, .lower,
            .replace, .matches, .matchesFull, .replaceMatches, .length, .toChars, .trim, .split,
            .encode, .decode, .escape, .unescape:
            return try textual(call, on: value, scope)
        default: return try conversion(call, on: value, scope)
        }
    }

    /// An argument that is evaluated once, where the path started.
    func argument(
        _ index: Int, of call: Call, _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        var inner = scope
        return try evaluate(call.arguments[index], on: scope.this, &inner)
    }

    // MARK: Once for each value

    private func iteration(
        _ call: Call, on focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        switch call.function {
        case .where: return try filtered(call, focus, scope)
        case .exists:
            if call.arguments.isEmpty { return [.boolean(!focus.isEmpty)] }
            for (index, value) in focus.enumerated() {
                if try isTrue(call, value, index, scope) { return [.boolean(true)] }
            }
            return [.boolean(false)]
        case .all:
            for (index, value) in focus.enumerated() {
                guard try isTrue(call, value, index, scope) else { return [.boolean(false)] }
            }
            return [.boolean(true)]
        case .select:
            var out: [PathValue] = []
            for (index, value) in focus.enumerated() {
                out += try evaluate(call.arguments[0], each: value, index: index, scope)
                try check(count: out.count, call.place)
            }
            return out
        case .repeat, .repeatAll: return try repeated(call, focus, scope)
        case .aggregate: return try aggregated(call, focus, scope)
        case .sort: return try sorted(call, focus, scope)
        case .iif: return try choice(call, focus, scope)
        default: return try traced(call, focus, scope)
        }
    }

    private func isTrue(
        _ call: Call, _ value: PathValue, _ index: Int, _ scope: Scope
    ) throws(FHIRPathError) -> Bool {
        try charge(1, call.place)
        let result = try evaluate(call.arguments[0], each: value, index: index, scope)
        return try boolean(result, call.place) == true
    }

    private func filtered(
        _ call: Call, _ focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        var out: [PathValue] = []
        for (index, value) in focus.enumerated() where try isTrue(call, value, index, scope) {
            out.append(value)
        }
        return out
    }

    private func repeated(
        _ call: Call, _ focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        var out: [PathValue] = []
        var seen = SeenValues()
        var waiting = focus
        while !waiting.isEmpty {
            var next: [PathValue] = []
            for (index, value) in waiting.enumerated() {
                try charge(1, call.place)
                let found = try evaluate(call.arguments[0], each: value, index: index, scope)
                for item in found {
                    if call.function == .repeat, try !seen.insert(item, self, call.place) {
                        continue
                    }
                    out.append(item)
                    next.append(item)
                }
                try check(count: out.count, call.place)
            }
            waiting = next
        }
        return out
    }

    private func aggregated(
        _ call: Call, _ focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        var inner = scope
        inner.total = call.arguments.count > 1 ? try argument(1, of: call, scope) : []
        for (index, value) in focus.enumerated() {
            try charge(1, call.place)
            inner.total = try evaluate(call.arguments[0], each: value, index: index, inner)
        }
        return inner.total ?? []
    }

    /// The second or third argument, by the truth of the first; what it is called on is `$this`.
    private func choice(
        _ call: Call, _ focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        guard focus.count < 2 else {
            throw FHIRPathError(
                .execution, at: call.place,
                "iif takes one value; call it inside select() for several.")
        }
        var inner = scope
        inner.this = focus
        let criterion = try evaluate(call.arguments[0], on: focus, &inner)
        guard criterion.count < 2 else {
            throw FHIRPathError(
                .semantic, at: call.place,
                "The condition of iif has \(criterion.count) values; use exists() or count().")
        }
        let isTrue = try boolean(criterion, call.place) == true
        guard isTrue || call.arguments.count > 2 else { return [] }
        inner = scope
        inner.this = focus
        return try evaluate(call.arguments[isTrue ? 1 : 2], on: focus, &inner)
    }

    private func traced(
        _ call: Call, _ focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        guard let name = try string(argument(0, of: call, scope), call.place) else {
            throw FHIRPathError(
                .execution, at: call.place, "trace needs a name as its first argument.")
        }
        guard call.arguments.count > 1 else {
            environment.trace?(name, focus)
            return focus
        }
        var shown: [PathValue] = []
        for (index, value) in focus.enumerated() {
            shown += try evaluate(call.arguments[1], each: value, index: index, scope)
            try check(count: shown.count, call.place)
        }
        environment.trace?(name, shown)
        return focus
    }

    private func define(
        _ call: Call, on focus: [PathValue], _ scope: inout Scope
    ) throws(FHIRPathError) {
        guard let name = try string(argument(0, of: call, scope), call.place) else {
            throw FHIRPathError(
                .execution, at: call.place, "defineVariable needs a name as its first argument.")
        }
        guard !Self.ownNames.contains(name), scope.variables[name] == nil else {
            throw FHIRPathError(
                .execution, at: call.place,
                "A variable of this name is there already; choose another name.")
        }
        guard call.arguments.count > 1 else {
            scope.variables[name] = focus
            return
        }
        var inner = scope
        inner.this = focus
        scope.variables[name] = try evaluate(call.arguments[1], on: focus, &inner)
    }

    /// The values by the order of the keys, equal ones as they stood; a value without a key comes
    /// first, also where the key counts down.
    private func sorted(
        _ call: Call, _ focus: [PathValue], _ scope: Scope
    ) throws(FHIRPathError) -> [PathValue] {
        var rows: [(value: PathValue, keys: [PathValue?])] = []
        for (index, value) in focus.enumerated() {
            var keys: [PathValue?] = call.arguments.isEmpty ? [value] : []
            for argument in call.arguments {
                let key = try evaluate(argument, each: value, index: index, scope)
                keys.append(try single(key, call.place))
            }
            rows.append((value, keys))
        }
        return try merged(rows, call).map(\.value)
    }

    private func merged(
        _ rows: [(value: PathValue, keys: [PathValue?])], _ call: Call
    ) throws(FHIRPathError) -> [(value: PathValue, keys: [PathValue?])] {
        guard rows.count > 1 else { return rows }
        let middle = rows.count / 2
        let left = try merged(Array(rows[..<middle]), call)
        let right = try merged(Array(rows[middle...]), call)
        var out: [(value: PathValue, keys: [PathValue?])] = []
        var (i, j) = (0, 0)
        while i < left.count, j < right.count {
            if try isBefore(right[j].keys, left[i].keys, call) {
                out.append(right[j])
                j += 1
            } else {
                out.append(left[i])
                i += 1
            }
        }
        return out + left[i...] + right[j...]
    }

    private func isBefore(
        _ a: [PathValue?], _ b: [PathValue?], _ call: Call
    ) throws(FHIRPathError) -> Bool {
        for (index, pair) in zip(a, b).enumerated() {
            let order: Int
            switch pair {
            case (let left?, let right?): order = try self.order(left, right, call.place) ?? 0
            case (nil, .some): return true
            case (.some, nil): return false
            case (nil, nil): order = 0
            }
            guard order != 0 else { continue }
            let isDown = index < call.isDescending.count && call.isDescending[index]
            return isDown ? order > 0 : order < 0
        }
        return false
    }
}
