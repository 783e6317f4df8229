import AccessControl
import FHIRModel
import Hummingbird
import Kernel
package import RecordStore
package import ServerKit
import Terminology

/// Finding a code while somebody types, and the list of code systems that the box holds.
package struct TermsFeature: Feature {
    package static let key = "code-systems"
    /// Codes of one page.
    package static let limitMax = 100
    private static let pageMax = 10
    private static let textCharactersMax = 200

    private let gate: Gate
    private let store: RecordStore

    /// Makes the feature.
    package init(gate: Gate, store: RecordStore) {
        self.gate = gate
        self.store = store
    }

    package func addRoutes(to routes: Routes) {
        routes.signedIn.get("api/v1/terms", use: find)
        routes.signedIn.get("api/v1/terms/systems", use: list)
    }

    // MARK: Finding

    /// `GET /api/v1/terms?system=…&q=…`: codes that fit what was typed, the most likely first.
    ///
    /// Takes `page` from 1 and `limit`; `all=true` shows codes that only group others as well.
    @Sendable private func find(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        _ = try await gate.grant(Ask(.search, "CodeSystem"), to: context.caller)
        let fields = try FormFields.parse(request.uri.query ?? "")
        func value(_ name: String) -> String? { fields.last { $0.name == name }?.value }
        guard let key = value("system"), !key.isEmpty else {
            throw Problem(
                .required, "Say in which system to look, such as icd-10-cm.", location: "system")
        }
        let text = value("q") ?? ""
        guard text.count <= Self.textCharactersMax else {
            throw Problem(
                .tooLong, "What is typed has at most \(Self.textCharactersMax) characters.",
                location: "q")
        }
        let page = try Self.number(value("page"), "page", 1...Self.pageMax, standard: 1)
        let limit = try Self.number(value("limit"), "limit", 1...Self.limitMax, standard: 20)
        let onlyUsable = value("all") != "true"
        let search = TermSearch(
            text: text, countMax: limit, offset: (page - 1) * limit, onlyUsable: onlyUsable)
        let book = try await store.termBook()
        let found: TermSearch.Result =
            if book.isLoaded(key: key) {
                try await store.asking { try $0.find(search, key: key) }
            } else {
                try book.find(search, key: key)
            }
        return .json(Self.answer(found, page: page, limit: limit))
    }

    private static func number(
        _ text: String?, _ name: String, _ range: ClosedRange<Int>, standard: Int
    ) throws(Problem) -> Int {
        guard let text, !text.isEmpty else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw Problem(
                .value,
                "“\(name)” takes a number from \(range.lowerBound) to \(range.upperBound).",
                location: name)
        }
        return number
    }

    /// Spec: FEATURES FHIR-15.
    private static func answer(_ found: TermSearch.Result, page: Int, limit: Int) -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 200 * found.hits.count + 256)
        writer.beginObject()
        writer.array("data") { list in
            for hit in found.hits {
                list.object { one in
                    one.member("system", found.system)
                    one.member("code", hit.concept.code)
                    one.member("display", hit.concept.display ?? hit.concept.code)
                    one.member("matched", ifAny: hit.matchedName)
                    one.member("usable", !hit.concept.isAbstract && !hit.concept.isInactive)
                }
            }
        }
        writer.object("pagination") { out in
            let pages = min(pageMax, (found.total + limit - 1) / limit)
            out.member("page", page)
            out.member("limit", limit)
            out.member("total", found.total)
            out.member("totalPages", pages)
            out.member("hasNext", page < pages)
            out.member("hasPrev", page > 1)
        }
        writer.endObject()
        return writer.bytes
    }

    // MARK: What is here

    /// `GET /api/v1/terms/systems`: every code system with its version, licence and size.
    @Sendable private func list(_ request: Request, _ context: CallerContext) async throws
        -> Response
    {
        let grant = try await gate.grant(Ask(.search, "CodeSystem"), to: context.caller)
        let releases = try await store.termReleases(grant)
        let book = try await store.termBook()
        var writer = JSONWriter(reservingBytes: 8_192)
        writer.beginObject()
        writer.array("data") { list in
            for release in releases {
                list.object { one in
                    one.member("key", ifAny: book.key(ofSystem: release.system))
                    one.member("url", release.system)
                    one.member("title", release.title)
                    one.member("version", release.version)
                    one.member("licence", release.licence)
                    one.member("count", release.conceptCount)
                    one.member("complete", true)
                    one.member("origin", "loaded")
                    one.member("loadedAt", Timestamp.text(ms: release.loadedMs))
                }
            }
            let loaded = Set(releases.map(\.system))
            for system in CodeTable.builtIn.systems
            where !system.url.isEmpty && !loaded.contains(system.url) {
                list.object { Self.write(system, &$0) }
            }
            for system in book.ownSystems where !loaded.contains(system.url) {
                list.object { one in
                    one.member("url", system.url)
                    one.member("title", system.title)
                    one.member("version", ifAny: system.version)
                    one.member("count", system.count ?? 0)
                    one.member("complete", system.isComplete)
                    one.member("origin", "clinic")
                }
            }
        }
        writer.member("standardCount", Definitions.r4.codeSystemURLs.count)
        writer.member("valueSetCount", Definitions.r4.valueSetURLs.count)
        writer.endObject()
        return .json(writer.bytes)
    }

    private static func write(_ system: TableSystem, _ one: inout JSONWriter) {
        one.member("key", system.key)
        one.member("url", system.url)
        one.member("title", system.title)
        one.member("version", ifAny: system.version)
        one.member("licence", system.licence)
        one.member("source", system.source)
        one.member("count", system.count)
        one.member("complete", system.isComplete)
        one.member("origin", "built-in")
    }
}
