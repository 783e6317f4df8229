package import FHIRModel
package import FHIRSearch

/// What the store is told about FHIR's search: which values a resource is found by, and when a
/// parameter is fulfilled.
package struct SearchRules: Sendable {
    /// The number of the rules; another one than the index was made with has it rebuilt.
    package let version: Int
    /// The values of a resource of a type; the same for the same bytes.
    package let entries: @Sendable (JSON, String) -> [IndexEntry]
    /// The words of a resource for the parameters on whole texts; the same for the same bytes.
    package let words: @Sendable (JSON) -> [IndexEntry]
    /// Whether the values of one resource fulfil a parameter of its type.
    package let matches: @Sendable ([IndexEntry], ParameterCriterion) -> Bool
    /// Whether a resource of a parameter's type fulfils it, taking out of it no more than that needs.
    ///
    /// Also tells about parameters on the whole text, whose values are in no index.
    package let matchesContent: @Sendable (JSON, ParameterCriterion) -> Bool

    /// Whether the rules are those of the standard, which ask what the box knows of codes.
    let asksTerms: Bool

    /// Collects the rules.
    package init(
        version: Int, entries: @escaping @Sendable (JSON, String) -> [IndexEntry],
        words: @escaping @Sendable (JSON) -> [IndexEntry] = { _ in [] },
        matches: @escaping @Sendable ([IndexEntry], ParameterCriterion) -> Bool,
        matchesContent: @escaping @Sendable (JSON, ParameterCriterion) -> Bool = { _, _ in false },
        asksTerms: Bool = false
    ) {
        self.asksTerms = asksTerms
        self.version = version
        self.entries = entries
        self.words = words
        self.matches = matches
        self.matchesContent = matchesContent
    }
}

extension SearchRules {
    /// The rules of the standard and of US Core.
    package static let r4: SearchRules = r4(SearchTerminology())

    /// The same, for value sets and hierarchies that somebody else knows more about.
    static func r4(_ terminology: SearchTerminology) -> SearchRules {
        let extractor = IndexExtractor()
        let match = SearchMatch(terminology)
        return SearchRules(
            version: IndexExtractor.version,
            entries: { extractor.entries(of: $0, type: $1) },
            words: { extractor.words(of: $0) },
            matches: { match.matches($0, $1) },
            matchesContent: { match.matches($0, $1, by: extractor) }, asksTerms: true)
    }
}
