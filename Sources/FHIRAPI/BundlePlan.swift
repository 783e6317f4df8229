import FHIRModel
import Kernel
import RecordStore
import Sealing

/// What the entries of a Bundle come to: which resource each one makes, changes or reads, and what
/// the references between them become.
///
/// Pure: what the store must be asked first is listed, the answers are handed in.
struct BundlePlan: Sendable {
    /// What an entry does, in the order in which the standard has it done.
    ///
    /// Spec: FHIR R4 §3.1.0.11.2 transaction processing rules,
    /// https://hl7.org/fhir/R4/http.html#trules
    enum Act: Int, Sendable, Comparable {
        case delete, create, update, patch, read

        static func < (a: Act, b: Act) -> Bool { a.rawValue < b.rawValue }
    }

    /// One entry, understood.
    struct Item: Sendable {
        /// The position in the Bundle, from 0.
        let index: Int
        let act: Act
        /// Empty for a read of more than one type.
        let type: String
        /// Empty while a condition has to find it.
        var id: String
        let resource: JSON?
        let patch: PatchBody?
        /// Of a creation what must not be there, of another change what it is about.
        let condition: Condition?
        /// The version that the client changed.
        let ifVersion: Int?
        let ifAbsent: Bool
        let fullURL: String?
        let request: FHIRBundle.Request?

        /// The place of the entry, as FHIRPath.
        var place: String { BundlePlan.place(index) }
    }

    /// A search that a change depends on.
    struct Condition: Hashable, Sendable {
        let type: String
        let query: String
        /// The identifier that it is about, where it is about one with its system and nothing
        /// else, and identifiers of the type are found by their tags.
        var key: IdentifierKey? {
            let isPlain = query.utf8.allSatisfy { $0 != 0x25 && $0 != 0x2B && $0 != 0x2C }
            guard isPlain, query.contains("|"), !["RelatedPerson", "Person"].contains(type) else {
                return nil
            }
            return IdentifierKey(type: type, query: query)
        }
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
                guard let item = try EntryReading(entry, naming).item() else { continue }
                if item.act != .read, !item.id.isEmpty {
                    guard seen.insert("\(item.type)/\(item.id)").inserted else {
                        throw Self.twice(item.place)
                    }
                }
                items.append(item)
                if let url = item.fullURL, item.act != .read, !item.id.isEmpty {
                    target[url] = "\(item.type)/\(item.id)"
                }
            } catch {
                faults.append(Fault(index: entry.index, problem: error))
            }
        }
    }

    /// The conditions by which creations, and references of items, name other resources.
    func conditions(of items: some Sequence<Item>) -> Set<Condition> {
        var all: Set<Condition> = []
        for item in items {
            if let condition = item.condition, item.act == .create { all.insert(condition) }
            item.resource?.forEachString { name, value in
                guard name == "reference", value.contains("?"),
                    case .conditional(let type, let query)? = Reference(value)
                else { return }
                all.insert(Condition(type: type, query: query))
            }
        }
        return all
    }

    /// The types whose turn the plan needs: those that a change depends on.
    var conditionalTypes: Set<String> { Set(items.compactMap { $0.condition?.type }) }

    /// The item came out as another resource than was planned: one that was there already.
    mutating func rename(_ position: Int, to id: String) {
        items[position].id = id
        if let url = items[position].fullURL { target[url] = "\(items[position].type)/\(id)" }
    }

    /// A resource with its references as they are stored.
    ///
    /// - Parameter found: what the store knows of the conditions in ``conditions(of:)``.
    /// - Throws: ``Problem`` `.notFound` or `.multipleMatches` for a reference that names nothing
    ///   or more than one; the message says which type is missing.
    func resolved(
        _ resource: JSON, of item: Item, found: [Condition: [String]]
    ) throws(Problem) -> JSON {
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
                let ids = found[Condition(type: type, query: query)] ?? []
                guard ids.count == 1 else {
                    failure = failure ?? Self.unresolved(type, ids.count, item.place)
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

    /// The refusal of a Bundle that changes a resource in two entries.
    static func twice(_ place: String) -> Problem {
        Problem(.duplicate, "The Bundle names the same resource twice.", location: place)
    }

    private static func unresolved(_ type: String, _ count: Int, _ place: String) -> Problem {
        count == 0
            ? Problem(
                .notFound,
                "A reference names a \(type) by a search that finds nothing here. Send that "
                    + "\(type) first.", location: place)
            : Problem(
                .multipleMatches,
                "A reference names a \(type) by a search that finds more than one.",
                location: place)
    }
}

/// An id for a resource that came without one: the same content gets the same id.
enum ContentID {
    /// 32 hexadecimal digits of the content's digest.
    static func of(_ resource: JSON) -> String {
        Hex.text(SHA256.digest(resource.canonicalBytes()).prefix(16))
    }
}
