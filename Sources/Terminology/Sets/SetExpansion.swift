import FHIRModel
import Kernel

/// What is wanted of an expansion.
package struct ExpansionRequest: Sendable {
    /// Parts of words that names must have; nil for all codes.
    package var text: String?
    package var offset = 0
    /// The most codes; nil where the client did not say.
    package var countMax: Int?
    /// Leaves out codes that are no longer used.
    package var activeOnly = false

    /// Everything.
    package init() {}
}

/// The codes of a value set, or a page of them.
package struct SetExpansion: Sendable {
    /// One code.
    package struct Entry: Sendable {
        /// The address of the code system.
        package let system: String
        package let concept: TermConcept
    }

    /// The page.
    package internal(set) var entries: [Entry] = []
    /// How many codes there are, as far as they are here.
    package internal(set) var total = 0
    /// Why not all codes of the set are here; empty if they are.
    package internal(set) var gaps: [String] = []
}

/// Puts the codes of a value set together, for one question.
struct SetWalk {
    private typealias Wanted = (SetExpansion.Entry) throws(Problem) -> Bool

    private let book: TermBook
    private let request: ExpansionRequest
    private var question: SetQuestion
    private var seen: Set<String> = []
    private var visits = 0
    private var expansion = SetExpansion()
    private let pageMax: Int

    init(_ book: TermBook, _ request: ExpansionRequest) {
        self.book = book
        self.request = request
        question = SetQuestion(book)
        pageMax = min(request.countMax ?? TermLimits.unpagedMax, TermLimits.unpagedMax)
    }

    /// The codes of a set.
    ///
    /// - Throws: ``Problem`` `.tooCostly` where there are too many and no page was asked for.
    mutating func expand(_ set: TermSet) throws(Problem) -> SetExpansion {
        if let quick = try ranked(set) { return quick }
        try walk(set, depth: 0) { _ in true }
        if request.countMax == nil, expansion.total > TermLimits.unpagedMax {
            throw Self.tooMany(expansion.total)
        }
        return expansion
    }

    private static func tooMany(_ total: Int) -> Problem {
        Problem(
            .tooCostly,
            "The value set has \(total) codes. Ask for pages with count and offset, or for names "
                + "with filter.")
    }

    /// The best matches of a text in the whole of one system, or a page of a whole system, without
    /// visiting every code.
    private mutating func ranked(_ set: TermSet) throws(Problem) -> SetExpansion? {
        guard case .some(let system) = wholeSystem(set), let source = book.system(system),
            let table = (source as? TableSource)?.system, source.isComplete
        else { return nil }
        guard let text = request.text, !text.isEmpty else {
            guard !request.activeOnly else { return nil }
            if request.countMax == nil, table.count > TermLimits.unpagedMax {
                throw Self.tooMany(table.count)
            }
            var page = SetExpansion()
            page.total = table.count
            let end = min(table.count, request.offset + pageMax)
            page.entries = (min(request.offset, end)..<end).map {
                SetExpansion.Entry(system: system, concept: TableSource(table).concept(at: $0))
            }
            return page
        }
        guard request.offset == 0, pageMax <= 200 else { return nil }
        let found = CodeSearch(table).find(
            text, countMax: pageMax, onlyUsable: request.activeOnly)
        var page = SetExpansion()
        page.total = found.total
        page.entries = found.hits.map { SetExpansion.Entry(system: system, concept: $0.concept) }
        return page
    }

    /// The system of which a set is every code, and nothing else.
    private func wholeSystem(_ set: TermSet) -> String? {
        switch set {
        case .whole(let system, nil): return system
        case .resource(let json):
            guard let compose = json["compose"], compose["exclude"] == nil,
                let include = compose["include"], include.count == 1, let one = include[0]
            else { return nil }
            let part = SetPart(one)
            let isPlain =
                part.codes == nil && part.rules.isEmpty && part.sets.isEmpty
                && !part.hasStrangeRule
            return isPlain ? part.system : nil
        default: return nil
        }
    }

    // MARK: Walking

    /// Visits the codes of a set that `isWanted` takes.
    private mutating func walk(
        _ set: TermSet, depth: Int, _ isWanted: @escaping Wanted
    ) throws(Problem) {
        guard depth <= TermLimits.depthMax else {
            throw Problem(
                .tooCostly, "The value set takes in too many others, or itself. Mend it.")
        }
        switch set {
        case .definition(let defined, let compose):
            if defined.isEnumerable || compose == nil {
                for code in defined.codes {
                    try offer(code.system, code.code, code.display, isWanted)
                }
                for system in defined.wholeSystems {
                    try walk(SetPart(system: system, below: nil), depth, isWanted)
                }
                if !defined.isDecidable {
                    note("Some codes of “\(defined.title)” are defined where this box cannot look.")
                }
            } else if let compose {
                try walk(compose: compose, depth, isWanted)
            }
        case .resource(let json):
            if let compose = json["compose"] {
                try walk(compose: compose, depth, isWanted)
            } else {
                try walk(expansion: json["expansion"], isWanted)
            }
        case .whole(let system, let below):
            try walk(SetPart(system: system, below: below), depth, isWanted)
        }
    }

    private mutating func walk(
        expansion: JSON?, _ isWanted: @escaping Wanted
    ) throws(Problem) {
        var waiting = Array((expansion?["contains"].map { Array($0.elements) } ?? []).reversed())
        while let item = waiting.popLast() {
            if let code = item.string("code"), item["abstract"]?.bool != true {
                try offer(item.string("system") ?? "", code, item.string("display"), isWanted)
            }
            waiting += (item["contains"].map { Array($0.elements) } ?? []).reversed()
        }
    }

    private mutating func walk(
        compose: JSON, _ depth: Int, _ isWanted: @escaping Wanted
    ) throws(Problem) {
        let excluded = compose["exclude"]
        for json in compose["include"].map({ Array($0.elements) }) ?? [] {
            guard let excluded else {
                try walk(SetPart(json), depth, isWanted)
                continue
            }
            var asked = question
            var isUncertain = false
            try walk(SetPart(json), depth) { (entry) throws(Problem) -> Bool in
                let isOut = try asked.anyPart(excluded, entry.system, entry.concept.code, depth)
                if isOut == nil { isUncertain = true }
                guard isOut != true else { return false }
                return try isWanted(entry)
            }
            if isUncertain {
                note("Of some codes it cannot be told whether the set leaves them out.")
            }
        }
    }

    private mutating func walk(
        _ part: SetPart, _ depth: Int, _ isWanted: @escaping Wanted
    ) throws(Problem) {
        if part.hasStrangeRule { note("A rule of the value set is not understood here.") }
        guard let owner = part.system else {
            guard let first = part.sets.first else { return }
            guard let set = book.valueSet(first) else {
                note("The value set \(first) is not known here.")
                return
            }
            let others = Array(part.sets.dropFirst())
            try walk(set, depth: depth + 1, both(others, depth, isWanted))
            return
        }
        let wanted = part.sets.isEmpty ? isWanted : both(part.sets, depth, isWanted)
        let system = TermBook.withoutVersion(owner)
        if let codes = part.codes {
            for one in codes { try offer(system, one.code, one.display, wanted) }
            return
        }
        guard let source = book.system(owner) else {
            note(book.advice(owner))
            return
        }
        if !source.isComplete {
            note("This box holds \(source.count ?? 0) of the codes of \(source.title).")
        }
        try visit(source, part, system, wanted)
    }

    /// Takes what all of some sets have.
    private func both(
        _ sets: [String], _ depth: Int,
        _ isWanted: @escaping Wanted
    ) -> Wanted {
        let book = book
        return { (entry) throws(Problem) -> Bool in
            for url in sets {
                guard let set = book.valueSet(url) else { return false }
                var asked = SetQuestion(book)
                guard try asked.contains(set, entry.system, entry.concept.code) == true else {
                    return false
                }
            }
            return try isWanted(entry)
        }
    }

    private mutating func visit(
        _ source: any CodeSource, _ part: SetPart, _ system: String,
        _ isWanted: @escaping Wanted
    ) throws(Problem) {
        let top = part.rules.lazy.compactMap(\.top).first
        if let top, try source.concept(top) == nil {
            note("\(source.title) has no code \(top) here.")
        }
        var failure: Problem?
        var walk = self
        try source.visit(below: top, fitting: request.text) { concept in
            do throws(Problem) {
                for rule in part.rules {
                    let answer = try rule.accepts(concept.code, of: source)
                    if answer == nil { walk.note("A rule of the value set cannot be told here.") }
                    guard answer == true else { return true }
                }
                let entry = SetExpansion.Entry(system: system, concept: concept)
                if try isWanted(entry) { try walk.add(entry) }
                return true
            } catch {
                failure = error
                return false
            }
        }
        self = walk
        if let failure { throw failure }
    }

    // MARK: Taking in

    /// Takes a code in that a set lists by itself.
    private mutating func offer(
        _ system: String, _ code: String, _ display: String?,
        _ isWanted: @escaping Wanted
    ) throws(Problem) {
        var concept = TermConcept(code: code, display: display)
        if let known = try book.system(system)?.concept(code) {
            concept = TermConcept(code: code, display: display ?? known.display)
            concept.names = known.names
            concept.isInactive = known.isInactive
            concept.isAbstract = known.isAbstract
        }
        if let text = request.text, !TermText(text).accepts(concept) { return }
        let entry = SetExpansion.Entry(system: system, concept: concept)
        if try isWanted(entry) { try add(entry) }
    }

    private mutating func add(_ entry: SetExpansion.Entry) throws(Problem) {
        visits += 1
        guard visits <= TermLimits.visitsMax else { throw Self.tooMany(visits) }
        if request.activeOnly, entry.concept.isInactive { return }
        guard seen.insert("\(entry.system) \(entry.concept.code)").inserted else { return }
        if expansion.total >= request.offset, expansion.entries.count < pageMax {
            expansion.entries.append(entry)
        }
        expansion.total += 1
    }

    private mutating func note(_ gap: String) {
        if expansion.gaps.count < 20, !expansion.gaps.contains(gap) { expansion.gaps.append(gap) }
    }
}
