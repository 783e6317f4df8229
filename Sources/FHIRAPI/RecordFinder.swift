import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore
import ServerKit

/// Finds records by the parameters of a search: for searches, and for changes that hold only where
/// a search finds something.
struct RecordFinder: Sendable {
    /// The parameter that says where the next page begins.
    static let cursorName = "_cursor"
    /// The parameters that say which records are found and not how they are shown.
    private static let shapingNames: Set = [
        cursorName, "_count", "_total", "_sort", "_include", "_include:iterate", "_revinclude",
        "_revinclude:iterate",
    ]

    let gate: Gate
    let store: RecordStore

    /// A record that a condition fits.
    struct Match: Sendable, Hashable {
        let id: String
        let version: Int
    }

    /// What parameters ask for.
    ///
    /// - Parameter type: the type that is searched; nil for the whole system or compartment.
    /// - Throws: ``Problem`` that names the parameter.
    func query(
        _ fields: [FormFields.Field], type: String?, isStrict: Bool, base: String? = nil,
        compartment: (type: String, id: String)? = nil
    ) throws(Problem) -> SearchQuery {
        let parser = SearchParser(
            terminology: store.terms.search, nowMs: store.parts.clock.wallMs(), ownAddress: base,
            offersText: true)
        do throws(SearchError) {
            return try parser.query(
                type: type, parameters: fields.map { ($0.name, $0.value) }, isStrict: isStrict,
                compartment: compartment)
        } catch {
            throw error.problem
        }
    }

    /// A page of the records that a query asks for, inside what the caller may see; put on record.
    func page(
        _ query: SearchQuery, cursor: String? = nil, caller: Caller
    ) async throws -> SearchPage {
        let main = try await mainGrant(query, caller: caller)
        let ofType = Self.grants(query, caller)
        return try await store.search(SearchGrants(main, ofType: ofType), query, cursor: cursor)
    }

    /// The records that a query asks for, as many as its count says, from as many pages as their
    /// bytes take.
    func all(
        _ query: SearchQuery, caller: Caller
    ) async throws -> (matches: [StoredResource], included: [StoredResource]) {
        var query = query
        let countMax = query.countMax ?? RecordStore.searchPageCountDefault
        var matches: [StoredResource] = []
        var included: [String: StoredResource] = [:]
        var cursor: String?
        repeat {
            query.countMax = countMax - matches.count
            let page = try await page(query, cursor: cursor, caller: caller)
            matches += page.matches
            for one in page.included { included["\(one.type)/\(one.id)"] = one }
            cursor = page.next
        } while cursor != nil && matches.count < countMax
        for one in matches { included["\(one.type)/\(one.id)"] = nil }
        return (matches, included.sorted { $0.key < $1.key }.map(\.value))
    }

    /// Has the box look at what was loaded and written of codes, where a search asks for it.
    func lookAfterTerms(_ fields: [FormFields.Field]) async throws {
        let asks = fields.contains { field in
            Self.termModifiers.contains { field.name.contains($0) }
        }
        if asks { _ = try await store.termBook() }
    }

    private static let termModifiers = [":in", ":not-in", ":above", ":below", "_filter"]

    /// The grant under which a search is put on record.
    ///
    /// - Throws: ``Problem`` `.forbidden` where the caller may search none of its types.
    func mainGrant(_ query: SearchQuery, caller: Caller) async throws -> Grant {
        let ofType = Self.grants(query, caller)
        let first = query.types.first { ofType($0) != nil } ?? query.types.first ?? "Patient"
        return try await gate.grant(Ask(.search, first, patientID: query.patientID), to: caller)
    }

    /// A type that the caller may not search is left out, which is no refusal.
    private static func grants(
        _ query: SearchQuery, _ caller: Caller
    ) -> @Sendable (String) -> Grant? {
        let patientID = query.patientID
        return { type in
            // Only whether there is one counts.
            try? Policy().grant(Ask(.search, type, patientID: patientID), to: caller)
        }
    }

    /// The records that a condition fits; where they are more than `countMax`, one more than that.
    ///
    /// Every parameter counts: one that is not understood refuses the whole, since leaving it out
    /// would change records that nobody meant.
    /// - Throws: ``Problem`` for a parameter that is not understood, `.value` for a condition
    ///   without one.
    func matches(
        _ condition: String, type: String, caller: Caller, countMax: Int = 1
    ) async throws -> [Match] {
        let fields = try FormFields.parse(condition)
        guard !fields.isEmpty else {
            throw Problem(
                .value, "A condition names at least one search parameter.", location: "condition")
        }
        if let other = fields.first(where: {
            Self.shapingNames.contains($0.name) || AnswerForm.takes($0.name)
        }) {
            throw Problem(
                .invalid, "A condition takes search parameters only.",
                location: String(other.name.prefix(64)))
        }
        try await lookAfterTerms(fields)
        var wanted = try query(fields, type: type, isStrict: true)
        wanted.countMax = countMax + 1
        wanted.total = SearchTotal.none
        return try await all(wanted, caller: caller).matches.map {
            Match(id: $0.id, version: $0.version)
        }
    }
}

extension SearchQuery {
    /// The patient whose records alone can fulfil the search; nil where it is not about one.
    var patientID: String? {
        for criterion in criteria {
            switch criterion {
            case .compartment("Patient", let id): return id
            case .ids(let ids) where types == ["Patient"] && ids.count == 1: return ids[0]
            case .parameter(let one):
                guard one.modifier == nil, one.values.count == 1,
                    ["patient", "subject"].contains(one.parameter.code),
                    case .reference(let value)? = one.values.first,
                    case .local(let types, let id, nil) = value,
                    types.contains("Patient"),
                    one.parameter.code == "patient" || types == ["Patient"]
                else { continue }
                return id
            default: continue
            }
        }
        return nil
    }
}
