import FHIRModel
import Kernel
import RecordStore
import Sealing

/// What the entries of a Bundle come to: which resource each one makes or changes, and what the
/// references between them become.
///
/// Pure: what the store must be asked first is listed, the answers are handed in.
struct BundlePlan: Sendable {
    /// What an entry does.
    enum Act: Sendable, Equatable {
        case create, update, delete
    }

    /// One entry, understood.
    struct Item: Sendable {
        /// The position in the Bundle, from 0.
        let index: Int
        let act: Act
        let type: String
        var id: String
        let resource: JSON?
        /// Made only if nothing carries this identifier.
        let unless: IdentifierKey?
        let ifVersion: Int?
        let fullURL: String?
    }

    /// An entry that cannot be used, and why.
    struct Fault: Sendable {
        let index: Int
        let problem: Problem
    }

    /// How new resources get their ids.
    enum Naming: Sendable {
        /// As the sender named them, so that the same file twice makes nothing twice.
        case kept
        /// Anew, as an interaction over REST asks.
        case fresh(@Sendable () -> String)
    }

    private(set) var items: [Item] = []
    private(set) var faults: [Fault] = []
    private var target: [String: String] = [:]

    /// Takes the entries apart; those that cannot be used are in ``faults``.
    init(_ entries: [FHIRBundle.Entry], naming: Naming) {
        var seen: Set<String> = []
        for entry in entries {
            do throws(Problem) {
                guard let item = try Self.item(entry, naming) else { continue }
                guard seen.insert("\(item.type)/\(item.id)").inserted else {
                    throw Problem(
                        .duplicate, "The Bundle names the same resource twice.",
                        location: Self.place(entry.index))
                }
                items.append(item)
                if let url = item.fullURL { target[url] = "\(item.type)/\(item.id)" }
            } catch {
                faults.append(Fault(index: entry.index, problem: error))
            }
        }
    }

    /// The identifiers by which references of an item, and its condition, name other resources.
    func lookups(_ item: Item) -> Set<IdentifierKey> {
        var keys: Set<IdentifierKey> = []
        if let unless = item.unless { keys.insert(unless) }
        item.resource?.forEachString { name, value in
            guard name == "reference", value.contains("?"),
                case .conditional(let type, let query)? = Reference(value),
                let key = IdentifierKey(type: type, query: query)
            else { return }
            keys.insert(key)
        }
        return keys
    }

    /// The item came out as another resource than was planned: one that was there already.
    mutating func rename(_ position: Int, to id: String) {
        items[position].id = id
        if let url = items[position].fullURL { target[url] = "\(items[position].type)/\(id)" }
    }

    /// The resource of an item with its references as they are stored.
    ///
    /// - Parameter found: what the store knows of the identifiers in ``lookups(_:)``.
    /// - Throws: ``Problem`` `.notFound` or `.multipleMatches` for a reference that names nothing
    ///   or more than one; the message says which type is missing.
    func resolved(_ item: Item, found: [IdentifierKey: [String]]) throws(Problem) -> JSON? {
        guard let resource = item.resource else { return nil }
        var failure: Problem?
        var hasChanges = false
        let bytes = resource.rewritten(
            references: { text in
                if let local = target[text] {
                    hasChanges = true
                    return local
                }
                guard text.contains("?"), case .conditional(let type, let query)? = Reference(text)
                else { return nil }
                let place = Self.place(item.index)
                guard let key = IdentifierKey(type: type, query: query) else {
                    failure = Problem(
                        .notSupported,
                        "A reference that searches takes identifier=system|value.", location: place)
                    return nil
                }
                let ids = found[key] ?? []
                guard ids.count == 1 else {
                    failure = Self.unresolved(type, ids.count, place)
                    return nil
                }
                hasChanges = true
                return "\(type)/\(ids[0])"
            })
        if let failure { throw failure }
        guard hasChanges else { return resource }
        do throws(JSONError) {
            return try JSON.parse(bytes, limits: .resource)
        } catch {
            throw error.problem()
        }
    }

    /// Where an entry is, as FHIRPath.
    static func place(_ index: Int) -> String { "Bundle.entry[\(index)]" }

    private static func unresolved(_ type: String, _ count: Int, _ place: String) -> Problem {
        count == 0
            ? Problem(
                .notFound,
                "A reference names a \(type) by an identifier that nothing here carries. Import "
                    + "the file with that \(type) first.", location: place)
            : Problem(
                .multipleMatches,
                "A reference names a \(type) by an identifier that more than one carries.",
                location: place)
    }

    private static func item(
        _ entry: FHIRBundle.Entry, _ naming: Naming
    ) throws(Problem) -> Item? {
        if let fault = entry.fault { throw fault.problem }
        switch entry.request?.method {
        case .get, .head, .patch:
            throw Problem(
                .notSupported, "Entries may create, update and delete.",
                location: place(entry.index) + ".request.method")
        case .delete: return try deletion(entry)
        case .put, .post, nil: break
        }
        guard let resource = entry.resource else {
            guard entry.request == nil else {
                throw Problem(
                    .required, "The entry holds no resource.", location: place(entry.index))
            }
            return nil
        }
        try checked(resource, entry.index)
        let type = resource.string("resourceType") ?? ""
        let isPut = entry.request?.method == .put
        return Item(
            index: entry.index, act: isPut ? .update : .create, type: type,
            id: try id(entry, resource, type, naming), resource: resource,
            unless: try condition(entry, type),
            ifVersion: try FHIRNames.ifMatch(entry.request?.ifMatch), fullURL: entry.fullURL)
    }

    private static func checked(_ resource: JSON, _ index: Int) throws(Problem) {
        do throws(Problem) {
            try ResourceBody.check(resource)
        } catch {
            let inside = error.location.map { "\(place(index)): \($0)" }
            throw Problem(error.code, error.detail, location: inside ?? place(index))
        }
    }

    private static func deletion(_ entry: FHIRBundle.Entry) throws(Problem) -> Item {
        guard case .local(let type, let id, nil)? = Reference(entry.request?.url ?? "") else {
            throw Problem(
                .value, "A deletion names Type/id.", location: place(entry.index) + ".request.url")
        }
        return Item(
            index: entry.index, act: .delete, type: type, id: id, resource: nil, unless: nil,
            ifVersion: try FHIRNames.ifMatch(entry.request?.ifMatch), fullURL: entry.fullURL)
    }

    private static func id(
        _ entry: FHIRBundle.Entry, _ resource: JSON, _ type: String, _ naming: Naming
    ) throws(Problem) -> String {
        if entry.request?.method == .put {
            guard case .local(let named, let id, nil)? = Reference(entry.request?.url ?? ""),
                named == type, resource.string("id") == nil || resource.string("id") == id
            else {
                throw Problem(
                    .value, "An update names the Type/id of its resource.",
                    location: place(entry.index) + ".request.url")
            }
            return id
        }
        if case .fresh(let next) = naming { return next() }
        if let id = resource.string("id") { return id }
        if let url = entry.fullURL, url.hasPrefix("urn:uuid:"),
            FHIRID.isValid(String(url.dropFirst(9)))
        {
            return String(url.dropFirst(9))
        }
        return ContentID.of(resource)
    }

    private static func condition(
        _ entry: FHIRBundle.Entry, _ type: String
    ) throws(Problem) -> IdentifierKey? {
        guard let query = entry.request?.ifNoneExist else { return nil }
        guard let key = IdentifierKey(type: type, query: query) else {
            throw Problem(
                .notSupported, "ifNoneExist takes identifier=system|value.",
                location: place(entry.index) + ".request.ifNoneExist")
        }
        return key
    }
}

/// An id for a resource that came without one: the same content gets the same id.
enum ContentID {
    /// 32 hexadecimal digits of the content's digest.
    static func of(_ resource: JSON) -> String {
        Hex.text(SHA256.digest(resource.canonicalBytes()).prefix(16))
    }
}
