import AccessControl
import FHIRModel
import FHIRSearch
import Kernel
import RecordStore

/// Where and how the Bundle of a search is told.
struct SearchAnswer: Sendable {
    /// The absolute address of the FHIR base.
    let base: String
    let form: AnswerForm
}

extension SearchAnswer {
    fileprivate func write(
        _ found: StoredResource, _ mode: BundleWriter.SearchMode, to writer: inout BundleWriter
    ) throws {
        writer.match(
            fullURL: "\(base)/\(found.type)/\(found.id)",
            resource: try form.shown(found.json), mode: mode)
    }

    /// Writes a resource that stands inside of another one.
    fileprivate func write(
        _ id: String, of found: StoredResource, to writer: inout BundleWriter
    ) throws {
        let outer = try JSON.parse(found.json, limits: .any)
        guard let inner = outer["contained"]?.elements.first(where: { $0.string("id") == id })
        else { return }
        writer.match(
            fullURL: "\(base)/\(found.type)/\(found.id)#\(id)",
            resource: try form.shown(inner.canonicalBytes()), mode: .match)
    }
}

/// What is searched.
enum SearchPlace: Sendable, Hashable {
    case type(String)
    case system
    /// The records of a type, or of all types, that belong to somebody or something.
    case compartment(String, id: String, type: String?)

    /// The address below the base.
    var path: String {
        switch self {
        case .type(let type): "/\(type)"
        case .system: ""
        case .compartment(let owner, let id, let type): "/\(owner)/\(id)/\(type ?? "*")"
        }
    }

    /// The one type that is searched; nil for several.
    var type: String? {
        switch self {
        case .type(let type): type
        case .system: nil
        case .compartment(_, _, let type): type
        }
    }

    /// Whose records are searched.
    var compartment: (type: String, id: String)? {
        guard case .compartment(let type, let id, _) = self else { return nil }
        return (type, id)
    }
}

extension RecordFinder {
    /// The Bundle that a search is answered with.
    func bundle(
        _ fields: [FormFields.Field], in place: SearchPlace, caller: Caller,
        as answer: SearchAnswer
    ) async throws -> [UInt8] {
        let cursor = fields.last { $0.name == Self.cursorName }?.value
        try await lookAfterTerms(fields)
        let wanted = try wanted(fields, in: place, answer.form.prefer.isStrict, answer.base)
        let page = try await page(wanted, cursor: cursor, caller: caller)
        let address = answer.base + place.path
        let applied = wanted.applied.map { FormFields.Field(name: $0.name, value: $0.value) }
        var links = [(relation: "self", url: address + FormFields.text(applied))]
        if let next = page.next {
            let more = FormFields.Field(name: Self.cursorName, value: next)
            links.append((relation: "next", url: address + FormFields.text(applied + [more])))
        }
        var writer = BundleWriter(.searchset, total: page.total, links: links)
        for found in page.matches {
            let inside = page.inside["\(found.type)/\(found.id)"]
            guard wanted.showsContained, let inside else {
                try answer.write(found, .match, to: &writer)
                continue
            }
            if inside.isOwnMatch { try answer.write(found, .match, to: &writer) }
            for id in inside.ids { try answer.write(id, of: found, to: &writer) }
        }
        for found in page.included { try answer.write(found, .include, to: &writer) }
        if !wanted.ignored.isEmpty {
            writer.match(
                fullURL: "\(answer.base)/OperationOutcome/ignored",
                resource: Self.outcome(of: wanted.ignored), mode: .outcome)
        }
        return writer.finish()
    }

    /// What a search asks for.
    ///
    /// - Throws: ``Problem`` that names the parameter.
    func wanted(
        _ fields: [FormFields.Field], in place: SearchPlace, _ isStrict: Bool, _ base: String
    ) throws(Problem) -> SearchQuery {
        var wanted = try query(
            fields.filter { $0.name != Self.cursorName }, type: place.type, isStrict: isStrict,
            base: base, compartment: place.compartment)
        if let count = wanted.countMax {
            wanted.countMax = min(count, RecordStore.searchPageCountMax)
        }
        return wanted
    }

    /// Says which parameters did not count, and why.
    private static func outcome(of ignored: [IgnoredParameter]) -> [UInt8] {
        OperationOutcome.bytes(
            ignored.map { one in
                OutcomeIssue(
                    .warning, .notSupported,
                    "The search ran without \(one.name.prefix(64)): \(one.error.message)")
            })
    }
}
