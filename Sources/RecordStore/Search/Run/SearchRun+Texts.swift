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
        guard let ids = knownPeople(criterion, scope) else {
            return try compared(number, criterion, scope, within)
        }
        let found = try ids.compactMap { maker.numbers.knownPatient($0) }
            .compactMap { scope.narrowed(toPatient: $0) }
            .flatMap { try compared(number, criterion, $0, within) }
        return OriginList.of(found)
    }

    /// The people who can be who is asked for by name, identifier or day of birth, from memory; nil
    /// where something else is asked for, or where they are many.
    private func knownPeople(
        _ criterion: ParameterCriterion, _ scope: SearchScope
    ) -> Set<String>? {
        guard scope.type == "Patient", criterion.modifier == nil, !scope.isOnePatient else {
            return nil
        }
        var found: Set<String> = []
        for value in criterion.values {
            guard let ids = known(by: criterion.parameter.code, value) else { return nil }
            found.formUnion(ids)
        }
        return found.count <= SearchLimits.namedCountMax ? found : nil
    }

    private func known(by code: String, _ value: SearchValue) -> [String]? {
        let countMax = SearchLimits.namedCountMax
        switch (code, value) {
        case ("name", .string(let typed)), ("family", .string(let typed)),
            ("given", .string(let typed)):
            let query = PersonQuery(nameWords: typed, isExact: false)
            let hits = people.find(query, limit: countMax)
            guard !query.isEmpty, hits.total <= countMax else { return nil }
            return hits.people.map(\.id)
        case ("identifier", .token(let token)):
            return token.code.flatMap { people.ids(value: $0, countMax: countMax) }
        case ("birthdate", .date(let date)) where date.prefix == .eq && date.low < date.high:
            return people.ids(
                bornWithin: Self.day(ofMs: date.low)...Self.day(ofMs: date.high - 1),
                countMax: countMax)
        default: return nil
        }
    }

    /// The day of a moment, `yyyymmdd` in UTC.
    private static func day(ofMs milliseconds: Int64) -> Int32 {
        let date = Timestamp.civil(
            daysSince1970: milliseconds.flooringDivided(by: 86_400_000).0)
        return Int32(clamping: date.year * 10_000 + date.month * 100 + date.day)
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
