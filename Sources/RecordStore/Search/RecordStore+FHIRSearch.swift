import AccessControl
import FHIRModel
package import FHIRSearch
import Kernel
import SQLite
import Sealing

/// A page of what a search found.
package struct SearchPage: Sendable {
    /// The resources that fulfil the search, in its order.
    package let matches: [StoredResource]
    /// Of matches that were found for what stands inside of them, by `Type/id`, the ids of that.
    package let inside: [String: Inside]
    /// What comes along with them, each once.
    package let included: [StoredResource]
    /// How many fulfil the search in all; nil where that was not wanted.
    package let total: Int?
    /// What the next page is asked for with; nil after the last one.
    package let next: String?

    /// What was found inside of a match.
    package struct Inside: Sendable, Hashable {
        /// The ids of the resources inside that fulfil the search.
        package let ids: [String]
        /// Whether the match fulfils the search itself, too.
        package let isOwnMatch: Bool
    }
}

extension RecordStore {
    /// The most matches that a page holds; one that would grow beyond
    /// ``pageBytesMax`` ends before.
    package static let searchPageCountMax = 1_000
    /// Matches of a page where the search does not say.
    package static let searchPageCountDefault = 50
    /// Names of resources that an audit entry holds.
    private static let notedCountMax = 50

    /// A page of the resources that fulfil a search, with what comes along; one audit entry that
    /// names what was shown.
    ///
    /// Without `_sort` the pages follow the order in which the resources were first stored, and none
    /// is shown twice or passed over while others are written. A sorted result is kept for ten
    /// minutes.
    ///
    /// - Parameter cursor: what the page before gave as `next`; nil for the first one.
    /// - Throws: ``Problem`` `.tooCostly` with the way to narrow it, `.value` for a bad cursor,
    ///   `.deleted` for one whose result is not kept any more, `.transient` while the index is
    ///   being rebuilt.
    package func search(
        _ grants: SearchGrants, _ query: SearchQuery, cursor: String? = nil
    ) async throws -> SearchPage {
        let limit = query.countMax ?? Self.searchPageCountDefault
        guard (0...Self.searchPageCountMax).contains(limit) else {
            throw Problem(
                .value, "A page holds 0 to \(Self.searchPageCountMax) matches.",
                location: "_count")
        }
        try index.check()
        let owner = SearchCursors.Owner(
            caller: grants.main.caller.userID ?? grants.main.caller.name,
            digest: Self.digest(query))
        let position = try cursor.map { try cursors.position($0, for: owner) }
        return try await readAuditedLong(grants.main) { reader in
            let connection = reader.connection
            try connection.begin()
            // Only to end the transaction of reads; there is nothing to undo.
            defer { try? connection.rollback() }
            let run = SearchRun(reader, of: self, grants: grants)
            let (page, shown) = try self.page(run, query, limit: limit, position, owner)
            return Looked(.success(page), Self.note(grants.main, query, shown))
        }
    }

    private func page(
        _ run: SearchRun, _ query: SearchQuery, limit: Int, _ position: SearchCursors.Position?,
        _ owner: SearchCursors.Owner
    ) throws -> (page: SearchPage, shown: [Found]) {
        let part = try part(run, query, limit: limit, position, owner)
        var content = try SearchPageContent(part.origins, run, keys)
        while !(try content.takeIncluded(query.includes, run, keys)) { content.halve() }
        let matches = content.matches
        var inside: [String: SearchPage.Inside] = [:]
        for one in matches {
            guard let ids = part.inside?.ids[one.origin] else { continue }
            inside[one.name] = SearchPage.Inside(
                ids: ids, isOwnMatch: OriginList.contains(part.inside?.own ?? [], one.origin))
        }
        let page = SearchPage(
            matches: content.resources, inside: inside, included: content.includedResources,
            total: query.total == SearchTotal.none ? nil : part.total,
            next: try next(part, after: content.originsCount, owner).map {
                try cursors.text($0, for: owner)
            })
        return (page, matches + content.included)
    }

    /// Where the page after the first `count` origins of a part starts.
    private func next(_ part: Part, after count: Int, _ owner: SearchCursors.Owner)
        -> SearchCursors.Position?
    {
        guard count > 0, count < part.origins.count else { return part.next }
        guard let kept = part.kept else { return .after(part.origins[count - 1]) }
        // A sorted result that fitted by its number was not kept so far.
        let list = kept.list ?? cursors.keep(part.origins, for: owner)
        return .kept(list: list, offset: kept.offset + count)
    }

    /// The origins of one page.
    private struct Part {
        let origins: [Int64]
        let total: Int
        let next: SearchCursors.Position?
        /// Of a sorted result, where this part of it starts, and the list that it is kept as.
        var kept: (list: UInt64?, offset: Int)?
        var inside: InsideFinds?
    }

    private func part(
        _ run: SearchRun, _ query: SearchQuery, limit: Int, _ position: SearchCursors.Position?,
        _ owner: SearchCursors.Owner
    ) throws -> Part {
        if case .kept(let list, let offset)? = position {
            return part(of: try cursors.list(list, for: owner), list, offset, limit)
        }
        var after: Int64 = 0
        if case .after(let origin)? = position { after = origin }
        if query.contained != .none, let type = query.types.first {
            return try inside(run, query, type, after: after, limit: limit)
        }
        if query.criteria.isEmpty, query.sort.isEmpty, let type = query.types.first,
            query.types.count == 1
        {
            return try wholeType(run, type, after: after, limit: limit)
        }
        let found = try Set(query.types).sorted().map { type in
            (type: type, origins: try run.matches(query.criteria, type: type))
        }
        if query.sort.isEmpty || limit == 0 {
            let all = found.reduce([]) { OriginList.either($0, $1.origins) }
            let start = OriginList.firstPlace(all, after: after)
            let origins = Array(all[start...].prefix(limit))
            let isMore = limit > 0 && start + origins.count < all.count
            return Part(
                origins: origins, total: all.count,
                next: isMore ? origins.last.map { .after($0) } : nil)
        }
        let all = try run.sorted(found, by: query.sort)
        guard all.count > limit else {
            return Part(origins: all, total: all.count, next: nil, kept: (nil, 0))
        }
        return part(of: all, cursors.keep(all, for: owner), 0, limit)
    }

    /// A page of what stands inside of other resources, by what it stands in.
    private func inside(
        _ run: SearchRun, _ query: SearchQuery, _ type: String, after: Int64, limit: Int
    ) throws -> Part {
        let finds = try run.finds(query.criteria, type: type, query.contained)
        let all = finds.origins
        let start = OriginList.firstPlace(all, after: after)
        let origins = Array(all[start...].prefix(limit))
        let isMore = limit > 0 && start + origins.count < all.count
        return Part(
            origins: origins, total: query.showsContained ? finds.count : all.count,
            next: isMore ? origins.last.map { .after($0) } : nil, inside: finds)
    }

    private func part(of all: [Int64], _ list: UInt64, _ offset: Int, _ limit: Int) -> Part {
        let start = min(max(offset, 0), all.count)
        let origins = Array(all[start...].prefix(limit))
        let end = start + origins.count
        return Part(
            origins: origins, total: all.count,
            next: end < all.count ? .kept(list: list, offset: end) : nil, kept: (list, start))
    }

    /// A page of everything of a type, read without reading all of it.
    private func wholeType(
        _ run: SearchRun, _ type: String, after: Int64, limit: Int
    ) throws -> Part {
        guard let scope = run.scope(type) else { return Part(origins: [], total: 0, next: nil) }
        let total = try SearchRows.count(scope, run.connection)
        let some = try SearchRows.resources(
            scope, mask: scope.mask, after: after, limit: limit + 1, run.connection)
        let origins = Array(some.prefix(limit))
        return Part(
            origins: origins, total: total,
            next: limit > 0 && some.count > limit ? origins.last.map { .after($0) } : nil)
    }

    private static func digest(_ query: SearchQuery) -> [UInt8] {
        var text = query.types.joined(separator: ",")
        for one in query.applied where one.name != "_count" {
            text += "\n\(one.name.utf8.count) \(one.name)=\(one.value.utf8.count) \(one.value)"
        }
        for case .compartment(let name, let id) in query.criteria { text += "\n\(name)/\(id)" }
        return SHA256.digest(Array(text.utf8))
    }

    private static func note(
        _ grant: Grant, _ query: SearchQuery, _ shown: [Found]
    ) -> AuditNote {
        let patients = Set(shown.map(\.row.patientID)).subtracting([""])
        let asked = query.applied.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
        let names = shown.prefix(notedCountMax).map(\.name).joined(separator: ",")
        return AuditNote(
            grant.ask,
            patientID: grant.ask.patientID ?? (patients.count == 1 ? patients.first : nil),
            detail: "text \(asked.prefix(200)); entries \(shown.count); shown \(names)",
            patientIDs: patients.count > 1 ? patients : [])
    }
}
