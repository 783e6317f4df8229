/// Where a reference points, taken from its text.
///
/// Spec: FHIR R4 references, https://hl7.org/fhir/R4/references.html#literal
package enum Reference: Sendable, Hashable {
    /// `Type/id` or `Type/id/_history/version`.
    case local(type: String, id: String, version: String?)
    /// A whole URL; type, id and version are known if it ends as a RESTful address does.
    case absolute(url: String, type: String?, id: String?, version: String?)
    /// `urn:uuid:…` or `urn:oid:…`: an entry of the same Bundle.
    case urn(String)
    /// `#id`: a resource inside the same resource; the id is empty for that resource itself.
    case contained(id: String)
    /// `Type?query`: the one match of a search, allowed in transactions.
    case conditional(type: String, query: String)

    /// Reads a text; nil if it has none of these forms or names no resource of the standard.
    package init?(_ text: String) {
        if text.hasPrefix("#") {
            let id = String(text.dropFirst())
            guard id.isEmpty || FHIRID.isValid(id) else { return nil }
            self = .contained(id: id)
        } else if text.hasPrefix("urn:") {
            guard FHIRURI.isValid(text), text.utf8.count > 9 else { return nil }
            self = .urn(text)
        } else if text.hasPrefix("http://") || text.hasPrefix("https://") {
            guard FHIRURI.isValid(text) else { return nil }
            let end = Self.address(in: text.split(separator: "/").suffix(4))
            self = .absolute(url: text, type: end?.type, id: end?.id, version: end?.version)
        } else if let mark = text.firstIndex(of: "?") {
            let (type, query) = (String(text[..<mark]), String(text[text.index(after: mark)...]))
            guard ResourceType.isKnown(type), !query.isEmpty else { return nil }
            self = .conditional(type: type, query: query)
        } else {
            let parts = text.split(separator: "/", omittingEmptySubsequences: false)
            guard let end = Self.address(in: parts[...]),
                parts.count == (end.version == nil ? 2 : 4)
            else { return nil }
            self = .local(type: end.type, id: end.id, version: end.version)
        }
    }

    /// Type and id, where the text says them.
    package var typeAndID: (type: String, id: String)? {
        switch self {
        case .local(let type, let id, _): return (type, id)
        case .absolute(_, let type?, let id?, _): return (type, id)
        default: return nil
        }
    }

    /// The reference as it is written.
    package var text: String {
        switch self {
        case .local(let type, let id, let version?): "\(type)/\(id)/_history/\(version)"
        case .local(let type, let id, nil): "\(type)/\(id)"
        case .absolute(let url, _, _, _): url
        case .urn(let urn): urn
        case .contained(let id): "#\(id)"
        case .conditional(let type, let query): "\(type)?\(query)"
        }
    }

    private typealias Address = (type: String, id: String, version: String?)

    /// Type, id and version at the end of a path.
    private static func address(in path: ArraySlice<Substring>) -> Address? {
        let parts = path.map(String.init)
        if parts.count >= 4, parts[parts.count - 2] == "_history" {
            let (type, id, version) = (parts[parts.count - 4], parts[parts.count - 3], parts.last)
            guard ResourceType.isKnown(type), FHIRID.isValid(id), let version,
                FHIRID.isValid(version)
            else { return nil }
            return (type, id, version)
        }
        guard parts.count >= 2, ResourceType.isKnown(parts[parts.count - 2]), let id = parts.last,
            FHIRID.isValid(id)
        else { return nil }
        return (parts[parts.count - 2], id, nil)
    }
}
