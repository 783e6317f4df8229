import FHIRModel

/// Changes of single elements of a resource, gathered as a JSON Patch.
///
/// An element is a member and, for a primitive, the one beside it with an underline; in lists both
/// are kept of the same length. What becomes empty is taken away, as FHIR knows no empty element.
struct ElementEdit {
    private let root: JSON
    private var changes: [(path: [String], value: [UInt8]?)] = []

    init(root: JSON) { self.root = root }

    /// Where an element is: in which object, under which name, and where in a list.
    private struct Spot {
        let owner: [String]
        let key: String
        let index: Int?
    }

    /// Adds an element to the one at a place.
    mutating func add(
        _ part: PatchPart, named name: String, to place: [String]
    ) throws(PatchError) {
        guard let owner = object(at: place), let type = type(at: place) else {
            throw PatchError(.badValue)
        }
        let slot = try ElementSlot(name, part, of: type)
        let pair = try part.pair(for: slot.type)
        let spot = Spot(owner: place, key: slot.key, index: nil)
        guard slot.isList else {
            let isTaken = slot.forms.contains { owner[$0] != nil || owner["_\($0)"] != nil }
            guard !isTaken else { throw PatchError(.badPosition) }
            return put([pair], at: spot, isList: false)
        }
        put(pairs(at: spot) + [pair], at: spot, isList: true)
    }

    /// Takes the element at a place away.
    mutating func delete(_ place: [String]) throws(PatchError) {
        guard !place.isEmpty else { throw PatchError(.wholeDocument) }
        let spot = try self.spot(place)
        var left = pairs(at: spot)
        if let index = spot.index, left.indices.contains(index) {
            left.remove(at: index)
        } else {
            left = []
        }
        let others = object(at: spot.owner)?.members.contains {
            $0.key != spot.key && $0.key != "_\(spot.key)"
        }
        if left.isEmpty, others == false, !spot.owner.isEmpty { return try delete(spot.owner) }
        put(left, at: spot, isList: spot.index != nil)
    }

    /// Puts another value where an element is.
    mutating func replace(_ place: [String], with part: PatchPart) throws(PatchError) {
        guard !place.isEmpty else { throw PatchError(.wholeDocument) }
        let spot = try self.spot(place)
        guard let type = type(at: spot.owner) else { throw PatchError(.badValue) }
        if let index = spot.index {
            var all = pairs(at: spot)
            guard all.indices.contains(index) else { throw PatchError(.noTarget) }
            all[index] = try part.pair(for: self.type(at: place))
            return put(all, at: spot, isList: true)
        }
        let element = type.element(json: spot.key)?.element
        guard element?.isChoice == true, let name = element?.name else {
            return put([try part.pair(for: self.type(at: place))], at: spot, isList: false)
        }
        let slot = try ElementSlot(name, part, of: type)
        put([], at: spot, isList: false)
        put(
            [try part.pair(for: slot.type)],
            at: Spot(owner: spot.owner, key: slot.key, index: nil), isList: false)
    }

    /// Puts a value into the list whose elements are at some places.
    mutating func insert(
        _ part: PatchPart, at index: Int, in places: [[String]]
    ) throws(PatchError) {
        let spot = try list(places)
        var all = pairs(at: spot)
        guard index <= all.count else { throw PatchError(.badPosition) }
        all.insert(try part.pair(for: type(at: spot.owner + [spot.key, "0"])), at: index)
        put(all, at: spot, isList: true)
    }

    /// Moves a value inside of the list whose elements are at some places.
    mutating func move(_ from: Int, _ to: Int, in places: [[String]]) throws(PatchError) {
        let spot = try list(places)
        var all = pairs(at: spot)
        guard all.indices.contains(from), all.indices.contains(to) else {
            throw PatchError(.badPosition)
        }
        let moved = all.remove(at: from)
        all.insert(moved, at: to)
        put(all, at: spot, isList: true)
    }

    /// The canonical bytes of the resource with the changes made.
    func patched() throws(PatchError) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginArray()
        for change in changes {
            writer.object { operation in
                operation.member("op", change.value == nil ? "remove" : "add")
                operation.member("path", change.path.map { "/\(Self.escaped($0))" }.joined())
                if let value = change.value { operation.member("value", raw: value) }
            }
        }
        writer.endArray()
        let json: JSON
        do throws(JSONError) {
            json = try JSON.parse(writer.bytes, limits: .bundle)
        } catch {
            throw PatchError(.badValue)
        }
        return try JSONPatch(json).applied(to: root)
    }

    private static func escaped(_ token: String) -> String {
        var out = ""
        for character in token {
            switch character {
            case "~": out += "~0"
            case "/": out += "~1"
            default: out.append(character)
            }
        }
        return out
    }

    private func object(at tokens: [String]) -> JSON? {
        var json = root
        for token in tokens {
            guard let next = json.isArray ? Int(token).flatMap({ json[$0] }) : json[token] else {
                return nil
            }
            json = next
        }
        return json.isObject ? json : nil
    }

    /// The type of the element at a place.
    private func type(at tokens: [String]) -> TypeDefinition? {
        var type = root.string("resourceType").flatMap(Definitions.r4.type)
        for (index, token) in tokens.enumerated() where Int(token) == nil {
            let next = type?.element(json: token)?.type
            let inside =
                object(at: Array(tokens.prefix(index + 2)))
                ?? object(
                    at: Array(tokens.prefix(index + 1)))
            type = (inside?.string("resourceType") ?? next).flatMap(Definitions.r4.type)
        }
        return type
    }

    private func spot(_ place: [String]) throws(PatchError) -> Spot {
        guard let last = place.last else { throw PatchError(.wholeDocument) }
        let index = Int(last)
        let owner = place.dropLast(index == nil ? 1 : 2)
        let key = place[owner.count]
        return Spot(
            owner: Array(owner), key: key.hasPrefix("_") ? String(key.dropFirst()) : key,
            index: index)
    }

    /// The one list that all places are in.
    private func list(_ places: [[String]]) throws(PatchError) -> Spot {
        guard let first = places.first else { throw PatchError(.noTarget) }
        let spot = try self.spot(first)
        guard spot.index != nil else { throw PatchError(.badPosition) }
        for place in places {
            let other = try self.spot(place)
            guard other.owner == spot.owner, other.key == spot.key else {
                throw PatchError(.severalTargets)
            }
        }
        return spot
    }

    /// The values at a spot; of a list all of them.
    private func pairs(at spot: Spot) -> [PatchPart.Pair] {
        let owner = object(at: spot.owner)
        let value = owner?[spot.key]
        let sibling = owner?["_\(spot.key)"]
        guard value?.isArray ?? sibling?.isArray ?? false else {
            guard value != nil || sibling != nil else { return [] }
            return [
                PatchPart.Pair(
                    value: value?.canonicalBytes(), sibling: sibling?.canonicalBytes())
            ]
        }
        func bytes(_ list: JSON?, _ index: Int) -> [UInt8]? {
            list?[index].flatMap { $0.isNull ? nil : $0.canonicalBytes() }
        }
        return (0..<max(value?.count ?? 0, sibling?.count ?? 0)).map { index in
            PatchPart.Pair(value: bytes(value, index), sibling: bytes(sibling, index))
        }
    }

    private mutating func put(_ pairs: [PatchPart.Pair], at spot: Spot, isList: Bool) {
        let owner = object(at: spot.owner)
        let sides: [(key: String, side: (PatchPart.Pair) -> [UInt8]?)] = [
            (spot.key, { $0.value }), ("_\(spot.key)", { $0.sibling }),
        ]
        for (key, side) in sides {
            let value = isList ? PatchPart.Pair.list(pairs, side) : pairs.first.flatMap(side)
            guard value != nil || owner?[key] != nil else { continue }
            changes.append((spot.owner + [key], value))
        }
    }
}
