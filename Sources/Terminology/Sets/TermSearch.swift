package import FHIRModel
package import Kernel

/// What a person types to find a code.
package struct TermSearch: Sendable {
    package let text: String
    package let countMax: Int
    package let offset: Int
    package let onlyUsable: Bool

    /// Asks for codes.
    package init(text: String, countMax: Int, offset: Int, onlyUsable: Bool) {
        self.text = text
        self.countMax = countMax
        self.offset = offset
        self.onlyUsable = onlyUsable
    }

    /// What was found.
    package struct Result: Sendable {
        /// The address of the system.
        package let system: String
        package let total: Int
        package let hits: [CodeSearch.Hit]
    }
}

extension TermBook {
    /// Concepts of a loaded release that are put in order for one search.
    private static let orderedMax = 3_000

    /// The codes of a system that fit, the most likely first.
    ///
    /// - Parameter key: the word that names the system, or its address.
    /// - Throws: ``Problem`` `.notFound` for a system that is not here.
    package func find(_ search: TermSearch, key: String) throws(Problem) -> TermSearch.Result {
        let built = table.systems.first { $0.key == key && !$0.url.isEmpty }
        let url = built?.url ?? key
        let source = self.system(url)
        let isOwnTable = source is TableSource || source is UnitSource || source is LanguageSource
        if let table = built ?? table.systems.first(where: { $0.url == url && !url.isEmpty }),
            isOwnTable
        {
            let found = CodeSearch(table).find(
                search.text, countMax: search.countMax, offset: search.offset,
                onlyUsable: search.onlyUsable)
            return unit(search, found, url)
                ?? TermSearch.Result(system: url, total: found.total, hits: found.hits)
        }
        guard let source else {
            throw Problem(
                .notFound, "This box has no code system of this name. \(advice(url))",
                location: "system")
        }
        return try order(search, source)
    }

    /// A unit that is none of the usual ones is found where it was typed as a whole.
    private func unit(
        _ search: TermSearch, _ found: CodeSearch.Result, _ url: String
    ) -> TermSearch.Result? {
        guard found.total == 0, url == "http://unitsofmeasure.org" else { return nil }
        // Units are worked out in memory and ask no disk.
        guard let concept = try? UnitSource(table).concept(search.text) else { return nil }
        return TermSearch.Result(
            system: url, total: 1, hits: [CodeSearch.Hit(concept: concept, matchedName: nil)])
    }

    private func order(
        _ search: TermSearch, _ source: any CodeSource
    ) throws(Problem) -> TermSearch.Result {
        var found: [TermConcept] = []
        let text = search.text.isEmpty ? nil : search.text
        try source.visit(below: nil, fitting: text) { concept in
            if !search.onlyUsable || !(concept.isAbstract || concept.isInactive) {
                found.append(concept)
            }
            return found.count < Self.orderedMax
        }
        let folded = SearchText.fold(search.text)
        func score(_ concept: TermConcept) -> Int {
            if concept.code.lowercased() == search.text.lowercased() { return 0 }
            let name = SearchText.fold(concept.display ?? "")
            if name == folded { return 1 }
            if name.starts(with: folded) { return 2 }
            return concept.names.contains { SearchText.fold($0).starts(with: folded) } ? 3 : 4
        }
        let ordered = found.map { (score($0), ($0.display ?? "").utf8.count, $0) }.sorted {
            ($0.0, $0.1, $0.2.code) < ($1.0, $1.1, $1.2.code)
        }
        let hits = ordered.dropFirst(search.offset).prefix(search.countMax).map { item in
            let words = SearchText.words(search.text)
            let shown = SearchText.words(item.2.display ?? "")
            let isShown = words.allSatisfy { word in shown.contains { $0.starts(with: word) } }
            let name =
                isShown
                ? nil
                : item.2.names.first { name in
                    let parts = SearchText.words(name)
                    return words.allSatisfy { word in parts.contains { $0.starts(with: word) } }
                }
            return CodeSearch.Hit(concept: item.2, matchedName: name)
        }
        return TermSearch.Result(system: source.url, total: found.count, hits: Array(hits))
    }

    /// Whether a system is one that the clinic loaded, which lies on the disk.
    package func isLoaded(key: String) -> Bool {
        let url = table.systems.first { $0.key == key }?.url ?? key
        return loadedURLs.contains(url)
    }

    /// The word that names a system in our own addresses.
    package func key(ofSystem url: String) -> String? {
        table.systems.first { $0.url == url && !url.isEmpty }?.key
    }

    /// The code systems that the clinic wrote, by address.
    package var ownSystems: [ResourceSource] {
        resources.systems.values.sorted { $0.url < $1.url }
    }

    /// Every system with at least some of its codes, by address.
    package var systemsWithVersions: [(url: String, version: String?)] {
        var urls = Set(definitions.codeSystemURLs)
        urls.formUnion(table.systems.map(\.url))
        urls.formUnion(loadedURLs)
        urls.formUnion(resources.systems.keys)
        urls.remove("")
        return urls.sorted().compactMap { url in self.system(url).map { (url, $0.version) } }
    }

    /// The book with one more resource of the clinic.
    package func taking(_ json: JSON) -> TermBook {
        var more = resources
        more.take(json)
        return with(releases: releaseSources, resources: more)
    }

    /// Asks the concept maps of the clinic, or one that came with the question.
    package func translate(
        _ question: ConceptMapping.Question, by map: JSON?
    ) -> ConceptMapping {
        ConceptMapping(question, map.map { [$0] } ?? resources.maps)
    }
}
