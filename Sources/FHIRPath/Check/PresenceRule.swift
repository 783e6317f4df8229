/// The part of an expression that follows from which elements are there.
///
/// Most rules of the standard, such as `value.empty() or code.exists()`, ask nothing else, or nothing
/// else as long as some element is absent. Where the elements alone do not tell, the expression has to
/// be evaluated.
package indirect enum PresenceRule: Sendable {
    /// True where the element is there, false where it is not.
    case exists(String)
    /// The value where the element is absent; not told where it is there.
    case whereAbsent(String, Bool)
    case not(PresenceRule)
    case and(PresenceRule, PresenceRule)
    case or(PresenceRule, PresenceRule)
    case implies(PresenceRule, PresenceRule)
    case same(PresenceRule, PresenceRule)
    case untold

    /// Whether the elements can ever tell.
    package var tellsNothing: Bool {
        if case .untold = self { return true }
        return false
    }

    /// The outcome, or nil where it does not follow from the elements.
    package func outcome(_ isThere: (String) -> Bool) -> Bool? {
        switch self {
        case .untold: return nil
        case .exists(let name): return isThere(name)
        case .whereAbsent(let name, let value): return isThere(name) ? nil : value
        case .not(let inner): return inner.outcome(isThere).map { !$0 }
        case .and(let left, let right):
            let first = left.outcome(isThere)
            if first == false { return false }
            let second = right.outcome(isThere)
            return second == false ? false : first == true && second == true ? true : nil
        case .or(let left, let right):
            let first = left.outcome(isThere)
            if first == true { return true }
            let second = right.outcome(isThere)
            return second == true ? true : first == false && second == false ? false : nil
        case .implies(let left, let right):
            let first = left.outcome(isThere)
            if first == false { return true }
            let second = right.outcome(isThere)
            return second == true ? true : first == true && second == false ? false : nil
        case .same(let left, let right):
            guard let first = left.outcome(isThere), let second = right.outcome(isThere) else {
                return nil
            }
            return first == second
        }
    }
}

extension FHIRPathExpression {
    /// What follows from which elements are there, of the value that it is evaluated on.
    package var presence: PresenceRule { PresenceRule(term) }
}

extension PresenceRule {
    init(_ term: Term) {
        switch term {
        case .chain(let parts): self = Self.chain(parts[...])
        case .operation(let operation, let left, let right, _):
            self = Self.operation(operation, PresenceRule(left), PresenceRule(right))
        default: self = .untold
        }
    }

    private static func operation(
        _ operation: Operation, _ left: PresenceRule, _ right: PresenceRule
    ) -> PresenceRule {
        if left.tellsNothing, right.tellsNothing { return .untold }
        switch operation {
        case .and: return .and(left, right)
        case .or: return .or(left, right)
        case .implies: return .implies(left, right)
        case .equal: return .same(left, right)
        case .xor, .notEqual: return .not(.same(left, right))
        default: return .untold
        }
    }

    private static func chain(_ parts: ArraySlice<Term>) -> PresenceRule {
        guard case .call(let call)? = parts.last else { return .untold }
        let rest = parts.dropLast()
        switch call.function {
        case .not:
            let inner = rest.count == 1 ? rest.first.map { PresenceRule($0) } : chain(rest)
            guard let inner, !inner.tellsNothing else { return .untold }
            return .not(inner)
        case .exists where call.arguments.isEmpty: return path(rest, whereAbsent: false)
        case .empty: return path(rest, whereAbsent: true)
        case .hasValue:
            guard rest.count == 1, let name = name(rest.first) else { return .untold }
            return .whereAbsent(name, false)
        default: return .untold
        }
    }

    private static func path(_ parts: ArraySlice<Term>, whereAbsent: Bool) -> PresenceRule {
        guard let name = name(parts.first) else { return .untold }
        if parts.count == 1 { return whereAbsent ? .not(.exists(name)) : .exists(name) }
        return parts.dropFirst().allSatisfy(keepsNothing)
            ? .whereAbsent(name, whereAbsent) : .untold
    }

    /// The element that a path begins with; nil for what may name the type of the focus.
    private static func name(_ term: Term?) -> String? {
        guard case .element(let element)? = term, !element.startsUpper else { return nil }
        return element.name
    }

    /// Whether a step makes nothing out of nothing.
    private static func keepsNothing(_ term: Term) -> Bool {
        switch term {
        case .element: true
        case .call(let call):
            switch call.function {
            case .where, .select, .first, .last, .tail, .ofType, .as, .trace: true
            default: false
            }
        default: false
        }
    }
}
