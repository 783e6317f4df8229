import FHIRModel
import FHIRSearch
import Kernel

extension SearchRun {
    /// What the index says about a parameter.
    enum Answer {
        /// All that fulfil it.
        case exact([Int64])
        /// All that fulfil it, and others.
        case among([Int64])
    }

    /// The resources that fulfil a parameter.
    func origins(
        _ criterion: ParameterCriterion, _ scope: SearchScope, within: [Int64]?
    ) throws -> [Int64] {
        guard criterion.type == scope.type else { return [] }
        if let within, within.count <= SearchLimits.fewCount {
            return try lookedAt(within, criterion)
        }
        let open = try openOnes(criterion, scope, within: within)
        let closed = try lookedAt(try closedOnes(scope, within: within), criterion)
        return OriginList.either(open, closed)
    }

    /// Those of some resources that fulfil a parameter, found out by opening them.
    func lookedAt(
        _ origins: [Int64], _ criterion: ParameterCriterion
    ) throws -> [Int64] {
        try origins.filter { try holds($0, criterion) }
    }

    private func openOnes(
        _ criterion: ParameterCriterion, _ scope: SearchScope, within: [Int64]?
    ) throws -> [Int64] {
        guard let number = maker.numbers.known(scope.type, criterion.parameter.code) else {
            // No resource has ever had a value.
            return try isForAbsence(criterion.modifier) ? universeOpen(scope, within) : []
        }
        switch criterion.modifier {
        case .missing(let isMissing):
            let present = kept(try present(number, criterion, scope), within)
            return isMissing
                ? OriginList.without(try universeOpen(scope, within), present) : present
        case .not, .notIn:
            let positive = ParameterCriterion(
                type: criterion.type, parameter: criterion.parameter,
                modifier: criterion.modifier == .not ? nil : .in, values: criterion.values)
            return OriginList.without(
                try universeOpen(scope, within),
                try settled(try answer(number, positive, scope, within), positive, within))
        default:
            return try settled(
                try answer(number, criterion, scope, within), criterion, within)
        }
    }

    private func isForAbsence(_ modifier: SearchModifier?) -> Bool {
        switch modifier {
        case .not, .notIn, .missing(true): true
        default: false
        }
    }

    private func universeOpen(_ scope: SearchScope, _ within: [Int64]?) throws -> [Int64] {
        guard let within else { return try universe(scope, mask: scope.openMask) }
        return OriginList.without(within, try closedOnes(scope, within: within))
    }

    private func settled(
        _ answer: Answer, _ criterion: ParameterCriterion, _ within: [Int64]?
    ) throws -> [Int64] {
        switch answer {
        case .exact(let found): kept(found, within)
        case .among(let found): try lookedAt(kept(found, within), criterion)
        }
    }

    /// The resources that have any value of a parameter.
    private func present(
        _ number: Int64, _ criterion: ParameterCriterion, _ scope: SearchScope
    ) throws -> [Int64] {
        if criterion.parameter.type == .composite {
            let some = ParameterCriterion(
                type: criterion.type, parameter: criterion.parameter, modifier: .missing(false),
                values: [])
            return try lookedAt(try universe(scope, mask: scope.openMask), some)
        }
        var found = try SearchRows.anyTag(number, scope, connection)
        found = OriginList.either(found, try SearchRows.anyLink(number, scope, connection))
        found = OriginList.either(
            found,
            try SearchValueRows.times(number, from: .min, to: .max, scope, connection) { _, _ in
                true
            })
        found = OriginList.either(
            found, try SearchValueRows.numbers(number, scope, connection) { _ in true })
        return OriginList.either(
            found, try SearchValueRows.texts(number, scope, connection) { _, _, _ in true })
    }

    private func answer(
        _ number: Int64, _ criterion: ParameterCriterion, _ scope: SearchScope,
        _ within: [Int64]?
    ) throws -> Answer {
        let kind = criterion.parameter.type
        if IndexExtractor.textCodes.contains(criterion.parameter.code) {
            return .exact(try worded(number, criterion, scope, within))
        }
        let isSealed = IndexMaker.isPerson(scope.type) && kind != .reference && kind != .composite
        if isSealed || kind == .string || kind == .special {
            return .exact(try sealed(number, criterion, scope, within))
        }
        switch kind {
        case .token, .uri: return try coded(number, criterion, scope)
        case .reference: return try referring(number, criterion, scope)
        case .date: return .exact(try dated(number, criterion, scope))
        case .number, .quantity: return .among(try measured(number, criterion, scope))
        case .composite: return .among(try composed(criterion, scope, within))
        case .string, .special: return .among(try present(number, criterion, scope))
        }
    }

    // MARK: Kinds

    private func coded(
        _ number: Int64, _ criterion: ParameterCriterion, _ scope: SearchScope
    ) throws -> Answer {
        let field = SearchTags.field(scope.type, criterion.parameter.code)
        var found: [Int64] = []
        var isExact = criterion.modifier == nil
        for value in criterion.values {
            switch (value, criterion.modifier) {
            case (.token(let token), nil):
                found = OriginList.either(found, try carriers(of: token, number, field, scope))
            case (.uri(let uri), nil):
                let tag = maker.tags.uri(field, uri)
                found = OriginList.either(
                    found,
                    try SearchRows.tagged(number, tag: tag, systemTag: nil, scope, connection))
            case (.typedIdentifier(_, _, let code), .ofType):
                let tag = maker.tags.code(field, code)
                found = OriginList.either(
                    found,
                    try SearchRows.tagged(number, tag: tag, systemTag: nil, scope, connection))
            default:
                isExact = false
                found = try present(number, criterion, scope)
            }
        }
        return isExact ? .exact(found) : .among(found)
    }

    private func carriers(
        of token: TokenValue, _ number: Int64, _ field: String, _ scope: SearchScope
    ) throws -> [Int64] {
        let systemTag: Int64? =
            switch token.system {
            case .any: nil
            case .none: 0
            case .exactly(let system): maker.tags.system(field, system)
            }
        guard let code = token.code else {
            if systemTag == 0 { return [] }
            return try SearchRows.anySystem(number, systemTag: systemTag, scope, connection)
        }
        return try SearchRows.tagged(
            number, tag: maker.tags.code(field, code), systemTag: systemTag, scope, connection)
    }

    private func referring(
        _ number: Int64, _ criterion: ParameterCriterion, _ scope: SearchScope
    ) throws -> Answer {
        var found: [Int64] = []
        var isExact = criterion.modifier == nil
        for value in criterion.values {
            guard case .reference(let reference) = value, criterion.modifier == nil else {
                isExact = false
                found = try present(number, criterion, scope)
                continue
            }
            let names: [String]
            switch reference {
            case .local(let types, let id, let version):
                names = types.map { "\($0)/\(id)" }
                isExact = isExact && version == nil
            case .url(let url, let version):
                names = [url]
                isExact = isExact && version == nil
            }
            for name in names {
                let tag = maker.tags.resource(name)
                found = OriginList.either(
                    found, try SearchRows.linked(number, to: tag, scope, connection))
            }
        }
        return isExact ? .exact(found) : .among(found)
    }

    private func dated(
        _ number: Int64, _ criterion: ParameterCriterion, _ scope: SearchScope
    ) throws -> [Int64] {
        var found: [Int64] = []
        for case .date(let value) in criterion.values {
            let (low, high) = value.beginnings
            let times = try SearchValueRows.times(number, from: low, to: high, scope, connection) {
                value.accepts(low: $0, high: $1)
            }
            found = OriginList.either(found, times)
        }
        return found
    }

    private func measured(
        _ number: Int64, _ criterion: ParameterCriterion, _ scope: SearchScope
    ) throws -> [Int64] {
        try SearchValueRows.numbers(number, scope, connection) { ranges in
            criterion.values.contains { value in
                switch value {
                case .number(let wanted): wanted.mayFit(ranges.written)
                case .quantity(let wanted):
                    wanted.number.mayFit(ranges.written)
                        || wanted.canonical.map {
                            NumberValue(prefix: wanted.number.prefix, range: $0.range).mayFit(
                                ranges.canonical)
                        } ?? false
                default: true
                }
            }
        }
    }

    /// The resources that fulfil each part of a composite parameter, perhaps in different elements.
    private func composed(
        _ criterion: ParameterCriterion, _ scope: SearchScope, _ within: [Int64]?
    ) throws -> [Int64] {
        let parts = criterion.parameter.components.map {
            Definitions.r4.searchParameter(url: $0.definition)
                .flatMap { Definitions.r4.searchParameter($0.code, for: scope.type) }
        }
        var found: [Int64] = []
        for case .composite(let values) in criterion.values {
            var one = within
            for (part, value) in zip(parts, values) {
                guard let part else { continue }
                let plain = ParameterCriterion(
                    type: criterion.type, parameter: part, values: [value])
                one = try openOnes(plain, scope, within: one)
            }
            found = OriginList.either(found, try one ?? universe(scope, mask: scope.openMask))
        }
        return found
    }
}

extension DateValue {
    /// Where a time that can fit begins.
    fileprivate var beginnings: (low: Int64, high: Int64) {
        switch prefix {
        case .eq: (low, high)
        case .sa: (high, .max)
        case .lt, .le, .eb, .ap: (.min, high)
        case .ne, .gt, .ge: (.min, .max)
        }
    }
}

extension NumberValue {
    /// Whether a range can fit; true for some that do not, never false for one that does.
    fileprivate func mayFit(_ other: ClosedRange<Double>) -> Bool {
        let (low, high) = (range.lowDouble, range.highDouble)
        let margin = max(abs(low.isFinite ? low : 0), abs(high.isFinite ? high : 0)) * 1e-9
        switch prefix {
        case .ne: return true
        case .eq, .ap:
            return other.upperBound >= low - margin && other.lowerBound <= high + margin
        case .gt, .ge, .sa: return other.upperBound >= low - margin
        case .lt, .le, .eb: return other.lowerBound <= high + margin
        }
    }
}
