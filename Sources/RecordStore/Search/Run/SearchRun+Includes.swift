import FHIRModel
import FHIRSearch
import Kernel

/// A resource that a search shows.
struct Found: Sendable {
    let origin: Int64
    let row: ResourceRow

    var name: String { "\(row.type)/\(row.id)" }
}

extension SearchRun {
    /// The resource with an origin, where the caller may still see it.
    func found(_ origin: Int64) throws -> Found? {
        guard let row = try SearchRows.version(origin, connection), !row.isDeleted,
            let grant = grants.ofType(row.type), row.isCovered(by: grant)
        else { return nil }
        return Found(origin: origin, row: row)
    }

    /// What comes along with the matches of a page, each once and none that is a match.
    func included(with matches: [Found], _ includes: [SearchInclude]) throws -> [Found] {
        var seen = Set(matches.map(\.origin))
        var all: [Found] = []
        var edge = matches
        var round = 0
        while !edge.isEmpty, round < SearchLimits.iterateRoundsMax {
            var next: [Found] = []
            for include in includes where round == 0 || include.isIterate {
                for origin in try led(from: edge, include) where seen.insert(origin).inserted {
                    guard let one = try found(origin) else { continue }
                    next.append(one)
                    guard all.count + next.count <= SearchLimits.includedCountMax else {
                        throw Problem(
                            .tooCostly,
                            "More than \(SearchLimits.includedCountMax) records would come along "
                                + "with this page. Ask for smaller pages with _count.",
                            location: include.isReverse ? "_revinclude" : "_include")
                    }
                }
            }
            all += next
            edge = next
            round += 1
        }
        return all
    }

    private func led(from edge: [Found], _ include: SearchInclude) throws -> [Int64] {
        include.isReverse ? try referring(to: edge, include) : try referred(from: edge, include)
    }

    private func referred(from edge: [Found], _ include: SearchInclude) throws -> [Int64] {
        var origins: [Int64] = []
        for one in edge where include.sourceType == nil || include.sourceType == one.row.type {
            for entry in try entries(of: one.origin) {
                guard include.parameter == nil || include.parameter == entry.parameter,
                    case .reference(let reference) = entry.value, let type = reference.type,
                    let id = reference.id,
                    include.targetType == nil || include.targetType == type,
                    let scope = scope(type)
                else { continue }
                origins += try identified([id], scope)
            }
        }
        return origins
    }

    private func referring(to edge: [Found], _ include: SearchInclude) throws -> [Int64] {
        let edge = edge.filter { include.targetType == nil || include.targetType == $0.row.type }
        let types = include.sourceType.map { [$0] } ?? Definitions.r4.resourceTypes
        var origins: [Int64] = []
        for type in types {
            guard let scope = scope(type) else { continue }
            let codes =
                include.parameter.map { [$0] }
                ?? Definitions.r4.searchParameters(for: type).filter { $0.type == .reference }
                .map(\.code)
            for one in edge { origins += try referring(to: one, codes, scope) }
        }
        return origins
    }

    private func referring(
        to one: Found, _ codes: [String], _ scope: SearchScope
    ) throws -> [Int64] {
        let tag = maker.tags.resource(one.name)
        var origins: [Int64] = []
        for code in codes {
            guard let number = maker.numbers.known(scope.type, code) else { continue }
            origins += try SearchRows.linked(number, to: tag, scope, connection)
        }
        // What is protected has no rows: the chart of the match is looked through instead.
        let patient =
            one.row.patientID.isEmpty ? nil : maker.numbers.knownPatient(one.row.patientID)
        guard let patient, let chart = scope.narrowed(toPatient: patient) else { return origins }
        for origin in try closedOnes(chart, within: nil) {
            let leads = try codes.contains { try tags(of: origin, $0).contains(tag) }
            if leads { origins.append(origin) }
        }
        return origins
    }
}
