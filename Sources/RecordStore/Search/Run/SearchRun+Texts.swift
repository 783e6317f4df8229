import FHIRModel
import FHIRSearch
import Kernel
import Sealing

extension SearchRun {
    /// The resources whose sealed values fulfil a parameter.
    func sealed(
        _ number: Int64, _ criterion: ParameterCriterion, _ scope: SearchScope,
        _ within: [Int64]?
    ) throws -> [Int64] {
        guard let parts = namedPeople(criterion, scope) else {
            return try compared(number, criterion, scope, within)
        }
        let found = try parts.flatMap { try compared(number, criterion, $0, within) }
        return OriginList.of(found)
    }

    /// The charts of the people whose names can be what is asked for, from memory; nil where that
    /// is not a search for names, or finds many.
    private func namedPeople(
        _ criterion: ParameterCriterion, _ scope: SearchScope
    ) -> [SearchScope]? {
        guard scope.type == "Patient", criterion.modifier == nil, !scope.isOnePatient,
            ["name", "family", "given"].contains(criterion.parameter.code)
        else { return nil }
        var parts: [SearchScope] = []
        for value in criterion.values {
            guard case .string(let typed) = value else { return nil }
            let query = PersonQuery(nameWords: typed, isExact: false)
            let hits = people.find(query, limit: SearchLimits.namedCountMax, only: nil)
            guard !query.isEmpty, hits.total <= SearchLimits.namedCountMax else { return nil }
            for person in hits.people {
                guard let number = maker.numbers.knownPatient(person.id),
                    let part = scope.narrowed(toPatient: number)
                else { continue }
                parts.append(part)
            }
        }
        return parts
    }

    private func compared(
        _ number: Int64, _ criterion: ParameterCriterion, _ scope: SearchScope,
        _ within: [Int64]?
    ) throws -> [Int64] {
        let tests = Self.tests(criterion)
        let code = criterion.parameter.code
        return try eachText(number, scope, within: within) { _, values in
            guard let tests else {
                return maker.rules.matches(
                    values.map { IndexEntry(parameter: code, value: $0) }, criterion)
            }
            return values.contains { value in
                guard case .string(let text) = value else { return false }
                return tests.contains { $0.accepts(text) }
            }
        }
    }

    /// The resources whose whole text has the words that are asked for.
    ///
    /// Only where words must stand one behind the other is the resource itself opened.
    func worded(
        _ number: Int64, _ criterion: ParameterCriterion, _ scope: SearchScope,
        _ within: [Int64]?
    ) throws -> [Int64] {
        guard case .string(let typed)? = criterion.values.first, let query = TextQuery(typed) else {
            return []
        }
        var open: [Int64] = []
        let sure = try eachText(number, scope, within: within, isKept: false) { origin, values in
            guard case .string(let words)? = values.first else { return false }
            switch query.hint(words: Array(words.utf8)) {
            case .certain(let isFound): return isFound
            case .open: open.append(origin)
            }
            return false
        }
        return OriginList.either(sure, try lookedAt(OriginList.of(open), criterion))
    }

    /// Opens the sealed values of a parameter, or remembers them, and keeps the resources for which
    /// `isWanted` says so.
    ///
    /// - Parameter isKept: whether to remember what was opened; words of whole texts are too many.
    func eachText(
        _ number: Int64, _ scope: SearchScope, within: [Int64]?, isKept: Bool = true,
        where isWanted: (_ origin: Int64, _ values: [IndexValue]) throws -> Bool
    ) throws -> [Int64] {
        let isKept = isKept && !scope.isOnePatient
        let known = isKept ? texts.opened(number) : [:]
        var fresh: [Int64: TextMemory.Opened] = [:]
        defer { if isKept { texts.add(fresh, number) } }
        return try SearchValueRows.texts(number, scope, connection) { origin, chart, sealed in
            if let within, !OriginList.contains(within, origin) { return false }
            try countSealed()
            let nonce = Self.nonce(of: sealed)
            if let one = known[origin], one.nonce == nonce {
                return try isWanted(origin, one.values)
            }
            let values = try opened(sealed, parameter: number, chart: chart)
            if isKept { fresh[origin] = TextMemory.Opened(nonce: nonce, values: values) }
            return try isWanted(origin, values)
        }
    }

    /// What texts must be, made once for all of them; nil for values of other kinds.
    private static func tests(_ criterion: ParameterCriterion) -> [TextTest]? {
        guard criterion.parameter.type == .string else { return nil }
        return criterion.values.compactMap { value in
            guard case .string(let typed) = value else { return nil }
            return TextTest(
                typed, criterion.modifier, isPhonetic: criterion.parameter.code == "phonetic")
        }
    }

    /// The beginning of the nonce, which stands behind format and key number.
    private static func nonce(of sealed: UnsafeRawBufferPointer) -> UInt64 {
        sealed.count >= 13 ? sealed.loadUnaligned(fromByteOffset: 5, as: UInt64.self) : 0
    }

    private func opened(
        _ sealed: UnsafeRawBufferPointer, parameter: Int64, chart: Int64
    ) throws -> [IndexValue] {
        do {
            let key = try keys.key(id: Int64(try SealedValue.keyID(of: sealed)))
            return SealedValues.decode(
                try SealedValue.open(
                    sealed, key: key, at: IndexMaker.place(parameter, chart: chart)))
        } catch let problem as Problem where problem.code == .incomplete {
            // The key of a chart is gone for good: nothing in it can be found any more.
            return []
        } catch {
            throw Problem(
                .security,
                "The search index was changed outside the program. Tell the administrator to "
                    + "restore the data folder from a backup.")
        }
    }
}
