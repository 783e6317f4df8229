import FHIRModel
import FHIRPath

/// Rules in words of FHIRPath.
extension Walk {
    /// The most work that one rule may take.
    private static let ruleStepsMax = 500_000

    /// Looks whether rules hold on a value.
    ///
    /// - Parameters:
    ///   - present: a bit for each element that is there; nil for a value without elements.
    ///   - element: rules that it has too were kept before.
    mutating func keep(
        _ rules: [Rule], on value: JSON, _ type: TypeSchema, _ present: UInt64?,
        beside element: ElementSchema? = nil
    ) {
        for rule in rules where !isOver {
            if let element, element.rules.contains(where: { $0 === rule }) { continue }
            keep(rule, on: value, type, present, .invariant)
        }
    }

    mutating func keep(
        _ rule: Rule, on value: JSON, _ type: TypeSchema, _ present: UInt64?, _ part: Finding.Part
    ) {
        if let present, let outcome = Self.outcome(rule, type, present) {
            if !outcome { reportBroken(rule, part) }
            return
        }
        switch rule.ownCheck {
        case .containedReference: return
        case .containedIsUsed: return checkContainedAreUsed(rule)
        case nil: evaluate(rule, on: value, type, part)
        }
    }

    /// What follows from the elements that are there.
    static func outcome(_ rule: Rule, _ type: TypeSchema, _ present: UInt64) -> Bool? {
        rule.presence?.outcome { name in
            type.positions[name].map { present >> UInt64($0) & 1 == 1 } ?? false
        }
    }

    private mutating func evaluate(
        _ rule: Rule, on value: JSON, _ type: TypeSchema, _ part: Finding.Part
    ) {
        guard spend(10) else { return }
        let node = PathNode(value, typeName: type.name, types: .r4)
        environment.limits.stepsMax = Self.ruleStepsMax
        do throws(FHIRPathError) {
            // No answer means that the rule has nothing to say of what is not there.
            let holds = try rule.expression.holds(on: node, in: environment, stepsLeft: &stepsLeft)
            if holds == false { reportBroken(rule, part) }
        } catch {
            if error.kind == .limit {
                stepsLeft = 0
                tellCost()
            } else {
                report(
                    .information, .informational, part,
                    "The rule \(rule.key) cannot be worked out on this value.")
            }
        }
    }

    func sentence(_ rule: Rule) -> String {
        let human = rule.human.isEmpty ? "A rule is broken." : rule.human
        let last = human.last.map { ".!?".contains($0) } ?? false
        return "\(human)\(last ? "" : ".") (\(rule.key))"
    }

    private mutating func reportBroken(_ rule: Rule, _ part: Finding.Part) {
        report(rule.severity, .invariant, part, sentence(rule))
    }

    /// The rule `dom-3`: every contained resource is referred to, or refers to its container.
    private mutating func checkContainedAreUsed(_ rule: Rule) {
        guard let list = scope.container["contained"], list.isArray else { return }
        for (index, one) in list.elements.enumerated() where !isOver {
            guard let id = one.string("id"), !scope.used.contains(id),
                !scope.referring.contains(id)
            else { continue }
            report(.error, .invariant, .invariant, sentence(rule), at: "contained[\(index)]")
        }
    }
}
