/// A search, read and checked: what is looked for, in which order, and what comes along.
///
/// Spec: FHIR R4 search, https://hl7.org/fhir/R4/search.html
package struct SearchQuery: Sendable {
    /// The types that are searched; never empty, several only for a search of the whole system.
    package var types: [String]
    /// What a resource must fulfil; all of them.
    package var criteria: [SearchCriterion] = []
    /// The order; empty for the order in which the resources were first stored.
    package var sort: [SearchSort] = []
    /// What comes along, in the order asked for.
    package var includes: [SearchInclude] = []
    /// How many matches a page has at most; 0 for the total alone, nil if nothing was asked.
    package var countMax: Int?
    /// How the total is wanted; nil if nothing was asked.
    package var total: SearchTotal?
    /// Whether resources are found that stand inside of others.
    package var contained = ContainedSearch.none
    /// Whether what stands inside is shown by itself, rather than the resource that it stands in.
    package var showsContained = false
    /// What really runs, for the self link, in the order asked for.
    package var applied: [AppliedParameter] = []
    /// What was not understood; empty for a strict search, where it is an error.
    package var ignored: [IgnoredParameter] = []

    /// A search that finds everything of some types.
    package init(types: [String]) { self.types = types }
}

/// Whether resources are found that stand inside of others.
///
/// Spec: FHIR R4 search, contained resources, https://hl7.org/fhir/R4/search.html#contained
package enum ContainedSearch: String, Sendable, Hashable, CaseIterable {
    /// Only resources that stand by themselves.
    case none = "false"
    /// Only those that stand inside of others.
    case only = "true"
    /// Both.
    case both
}

/// How exactly the total of a search is wanted.
///
/// Spec: FHIR R4 search, total, https://hl7.org/fhir/R4/search.html#total
package enum SearchTotal: String, Sendable, Hashable, CaseIterable {
    case none, estimate, accurate
}

/// One key of the order of a search.
///
/// Spec: FHIR R4 search, sorting, https://hl7.org/fhir/R4/search.html#sort
package struct SearchSort: Sendable, Hashable {
    /// The code of a search parameter; also `_id`, `_lastUpdated` and `_score`.
    package let parameter: String
    /// Whether the greatest comes first.
    package let isDescending: Bool

    /// Makes a key.
    package init(parameter: String, isDescending: Bool = false) {
        self.parameter = parameter
        self.isDescending = isDescending
    }
}

/// A `_include` or `_revinclude`: which references are followed, and to what.
///
/// Spec: FHIR R4 search, including other resources, https://hl7.org/fhir/R4/search.html#include
package struct SearchInclude: Sendable, Hashable {
    /// Whether what refers to a match comes along, rather than what a match refers to.
    package let isReverse: Bool
    /// Whether what came along is looked at again.
    package let isIterate: Bool
    /// The type that holds the reference; nil for every type.
    package let sourceType: String?
    /// The code of the reference parameter; nil for all of that type.
    package let parameter: String?
    /// The only type that the reference may lead to; nil for every type.
    package let targetType: String?

    /// Makes an include.
    package init(
        isReverse: Bool, isIterate: Bool = false, sourceType: String?, parameter: String?,
        targetType: String? = nil
    ) {
        self.isReverse = isReverse
        self.isIterate = isIterate
        self.sourceType = sourceType
        self.parameter = parameter
        self.targetType = targetType
    }
}

/// A parameter of a search as it runs, for the self link.
package struct AppliedParameter: Sendable, Hashable {
    /// The name with modifier and chain.
    package let name: String
    /// The value, not percent-encoded.
    package let value: String

    /// Makes a parameter.
    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// A parameter of a search that was left out, and why.
package struct IgnoredParameter: Sendable, Hashable {
    /// The name as it was asked.
    package let name: String
    /// Why it does not count and what to do, without the value.
    package let error: SearchError

    /// Makes one.
    package init(name: String, error: SearchError) {
        self.name = name
        self.error = error
    }
}
