import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore

/// Everything about a patient or a visit, page by page.
///
/// Access is inside of each query: what the caller may not search is as if it were not there.
///
/// Spec: FHIR R4 Patient/$everything,
/// https://hl7.org/fhir/R4/patient-operation-everything.html
struct Everything: Sendable {
    /// Records of one page where the client does not say.
    static let pageCountDefault = 200
    /// The most that a client may ask for.
    static let pageCountMax = 1_000
    /// Searches that one page may take.
    private static let searchesMax = 400

    /// What is asked for beside whose records.
    struct Wish: Sendable {
        let span: CareSpan
        /// Only these types; nil for all.
        let types: Set<String>?
        let since: String?
        let countMax: Int
    }

    let finder: RecordFinder
    let caller: Caller

    /// What one page holds.
    struct Page {
        fileprivate(set) var matches: [StoredResource] = []
        fileprivate(set) var included: [StoredResource] = []
        /// Where the next page begins; nil after the last one.
        fileprivate(set) var next: String?
        fileprivate var names: Set<String> = []
        fileprivate var byteCount = 0

        fileprivate mutating func add(_ found: StoredResource, isMatch: Bool) {
            guard names.insert("\(found.type)/\(found.id)").inserted else { return }
            byteCount += found.json.count
            if isMatch { matches.append(found) } else { included.append(found) }
        }

        fileprivate func isFull(_ wish: Wish) -> Bool {
            matches.count >= wish.countMax || byteCount >= RecordStore.pageBytesMax
        }
    }

    /// A page of the records of one patient or visit.
    ///
    /// - Parameter cursor: what the page before gave; empty for the first one.
    /// - Throws: ``Problem`` `.notFound` where the caller may not see whose records they are.
    func page(
        _ type: String, _ id: String, _ wish: Wish, cursor: String
    ) async throws -> Page {
        var page = Page()
        page.next = try await add(type, id, wish, cursor: cursor, to: &page)
        return page
    }

    /// A page of the records of all patients whom the caller may find, one patient after the other.
    func page(_ wish: Wish, cursor: String) async throws -> Page {
        let halves = cursor.split(
            separator: ".", maxSplits: 1, omittingEmptySubsequences: false
        ).map(String.init)
        var place = halves.first ?? ""
        var inner = halves.count == 2 ? halves[1] : ""
        var page = Page()
        for _ in 0..<Self.searchesMax {
            var patients = SearchQuery(types: ["Patient"])
            patients.countMax = 1
            patients.total = SearchTotal.none
            let found = try await finder.page(
                patients, cursor: place.isEmpty ? nil : place, caller: caller)
            guard let patient = found.matches.first else { return page }
            if let next = try await add("Patient", patient.id, wish, cursor: inner, to: &page) {
                page.next = "\(place).\(next)"
                return page
            }
            guard let next = found.next else { return page }
            place = next
            inner = ""
            if page.isFull(wish) { break }
        }
        page.next = "\(place)."
        return page
    }

    /// Adds records until the page is full.
    ///
    /// - Returns: where to go on; nil where nothing is left.
    private func add(
        _ type: String, _ id: String, _ wish: Wish, cursor: String, to page: inout Page
    ) async throws -> String? {
        var cursor = cursor
        if cursor.isEmpty { try await addOwner(type, id, wish, to: &page) }
        guard let query = try query(type, id, wish) else { return nil }
        let patientID = type == "Patient" ? id : nil
        for _ in 0..<Self.searchesMax {
            // The first records of a chart are asked for even where the page is full already.
            guard !page.isFull(wish) else { return cursor.isEmpty ? Self.start : cursor }
            let found = try await search(
                query, wish.countMax - page.matches.count,
                cursor: cursor == Self.start ? "" : cursor)
            for one in found.matches where try wish.includes(one) { page.add(one, isMatch: true) }
            for one in found.included
            where one.patientID == nil || patientID == nil
                || one.patientID == patientID
            {
                page.add(one, isMatch: false)
            }
            guard let next = found.next else { return nil }
            cursor = next
        }
        return cursor
    }

    /// The word for a chart of which the owner was told and nothing else.
    private static let start = "-"

    /// The patient or visit itself, with what tells where it comes from.
    private func addOwner(
        _ type: String, _ id: String, _ wish: Wish, to page: inout Page
    ) async throws {
        var query = SearchQuery(types: [type])
        query.criteria = [.ids([id])]
        query.countMax = 1
        query.total = SearchTotal.none
        query.includes = includes(wish, type)
        let found = try await finder.page(query, caller: caller)
        guard let owner = found.matches.first else {
            throw Problem(.notFound, "\(type)/\(id) was not found.")
        }
        if wish.types?.contains(type) ?? true { page.add(owner, isMatch: true) }
        for one in found.included where one.patientID == nil || one.patientID == owner.patientID {
            page.add(one, isMatch: false)
        }
    }

    /// The search for the records of a compartment; nil where no type is wanted that it has.
    private func query(_ type: String, _ id: String, _ wish: Wish) throws -> SearchQuery? {
        let since = wish.since.map { FormFields.Field(name: "_lastUpdated", value: "ge\($0)") }
        var query = try finder.query(
            since.map { [$0] } ?? [], type: nil, isStrict: true, compartment: (type, id))
        // What tells where a record comes from comes along with it, and is not told twice.
        query.types = query.types.filter {
            $0 != type && $0 != "Provenance" && wish.types?.contains($0) ?? true
        }
        guard !query.types.isEmpty else { return nil }
        query.total = SearchTotal.none
        query.includes = includes(wish, type)
        return query
    }

    /// What comes along: who and what the records name that belongs to no patient, and Provenance.
    private func includes(_ wish: Wish, _ owner: String) -> [SearchInclude] {
        var named = [
            "Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService",
            "Medication", "Device", "Endpoint", "Binary",
        ]
        if owner == "Encounter" { named.append("Patient") }
        var all = named.filter { wish.types?.contains($0) ?? true }.map {
            SearchInclude(
                isReverse: false, isIterate: true, sourceType: nil, parameter: nil, targetType: $0)
        }
        if wish.types?.contains("Provenance") ?? true {
            all.insert(
                SearchInclude(isReverse: true, sourceType: "Provenance", parameter: "target"),
                at: 0)
        }
        return all
    }

    /// A page of a search; a smaller one where too much would come along.
    private func search(
        _ query: SearchQuery, _ count: Int, cursor: String
    ) async throws -> SearchPage {
        var query = query
        var count = max(1, min(count, Self.pageCountMax))
        while true {
            query.countMax = count
            do {
                return try await finder.page(
                    query, cursor: cursor.isEmpty ? nil : cursor, caller: caller)
            } catch let problem as Problem
                where problem.code == .tooCostly && count > 1
                && problem.location?.hasSuffix("include") == true
            {
                count /= 4
                count = max(1, count)
            }
        }
    }
}

extension Everything.Wish {
    /// Reads what a call asks for.
    ///
    /// - Throws: ``Problem`` `.value` that names the parameter.
    init(_ input: OperationInput) throws(Problem) {
        let types = input.values("_type")
        if let wrong = types.first(where: { !ResourceType.isKnown($0) }) {
            throw Problem(
                .value, "_type names \(wrong.prefix(64)), which is no resource type of R4.",
                location: "_type")
        }
        self.init(
            span: CareSpan(from: try input.time("start"), to: try input.time("end")),
            types: types.isEmpty ? nil : Set(types),
            since: try input.time("_since")?.text,
            countMax: try input.number("_count", 1...Everything.pageCountMax)
                ?? Everything.pageCountDefault)
    }

    fileprivate func includes(_ found: StoredResource) throws -> Bool {
        guard !span.isAll else { return true }
        return span.includes(try JSON.parse(found.json, limits: .any))
    }
}
