import FHIRModel
import FHIRPath

/// An invariant, read once.
///
/// Spec: FHIR R4 constraints, https://hl7.org/fhir/R4/conformance-rules.html#constraints
final class Rule: Sendable {
    /// Rules that the walk keeps itself.
    enum OwnCheck: Sendable {
        case containedIsUsed, containedReference
    }

    let key: String
    let severity: Finding.Severity
    let human: String
    let expression: FHIRPathExpression
    /// What follows from the elements that are there; nil if nothing does.
    let presence: PresenceRule?
    let ownCheck: OwnCheck?

    /// - Returns: nil for a rule that cannot be read, which the table does not hold.
    init?(_ invariant: Invariant) {
        let text = invariant.expression
        // A rule without an expression is one for people.
        guard !text.isEmpty, let expression = try? FHIRPathExpression(text) else { return nil }
        self.expression = expression
        key = invariant.key
        severity = invariant.severity == .error ? .error : .warning
        human = invariant.human
        let presence = expression.presence
        self.presence = presence.tellsNothing ? nil : presence
        ownCheck =
            switch key {
            case "dom-3": .containedIsUsed
            case "ref-1": .containedReference
            default: nil
            }
    }

    /// Rules on nearly every element of the standard, which the walk keeps without an expression.
    static func isEverywhere(_ key: String) -> Bool { key == "ele-1" || key == "ext-1" }
}

/// Rules by what they say, so that each is read once.
struct RuleShelf {
    private var rules: [String: Rule] = [:]

    mutating func rules(_ invariants: [Invariant]) -> [Rule] {
        var found: [Rule] = []
        for invariant in invariants where !Rule.isEverywhere(invariant.key) {
            // The two rules for narratives have one expression.
            if found.contains(where: { $0.expression.text == invariant.expression }) { continue }
            let name = "\(invariant.key) \(invariant.expression)"
            if let known = rules[name] {
                found.append(known)
            } else if let rule = Rule(invariant) {
                rules[name] = rule
                found.append(rule)
            }
        }
        return found
    }
}
