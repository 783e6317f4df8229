package import FHIRModel

/// What has to be done to one version of a resource so that it becomes another: the operations of a
/// FHIRPath Patch.
///
/// Spec: FHIR R4 FHIRPath Patch, https://hl7.org/fhir/R4/fhirpatch.html
package enum FHIRPathDiff {
    /// The Parameters resource that makes `new` out of `old` when it is applied.
    ///
    /// It was applied before it is returned. Elements are told one by one; where these are more
    /// than a patch takes, lists and structures as wholes.
    ///
    /// - Parameter ignoring: top-level elements that are not compared; `resourceType` and `id`
    ///   never are.
    /// - Throws: ``PatchError`` `badValue` for resources of two types, `tooManyOperations` where a
    ///   patch cannot tell so much.
    package static func parameters(
        from old: JSON, to new: JSON, ignoring: Set<String> = []
    ) throws(PatchError) -> [UInt8] {
        guard let name = old.string("resourceType"), new.string("resourceType") == name,
            let type = Definitions.r4.type(name)
        else { throw PatchError(.badValue) }
        let ignored = ignoring.union(["resourceType", "id"])
        for depthMax in [DiffWalk.depthMax, 1, 0] {
            var walk = DiffWalk(depthMax: depthMax)
            walk.compare(old, new, type, at: name, depth: 0, ignoring: ignored)
            guard walk.operations.count <= FHIRPathPatch.operationsMax else { continue }
            let bytes = walk.bytes()
            if makes(bytes, old, new, ignored) { return bytes }
        }
        throw PatchError(.tooManyOperations)
    }

    private static func makes(
        _ patch: [UInt8], _ old: JSON, _ new: JSON, _ ignored: Set<String>
    ) -> Bool {
        // What cannot be applied is told in a coarser way.
        guard let parameters = try? JSON.parse(patch, limits: .bundle),
            let made = try? FHIRPathPatch(parameters).applied(to: old),
            let json = try? JSON.parse(made, limits: .resource)
        else { return false }
        let names = Set(json.members.map(\.key) + new.members.map(\.key))
        return names.subtracting(ignored).allSatisfy { name in
            switch (json[name], new[name]) {
            case (let mine?, let theirs?): mine.isEqual(to: theirs)
            case (nil, nil): true
            default: false
            }
        }
    }
}

/// Compares two resources from the top down.
private struct DiffWalk {
    /// How deep structures are told by their parts.
    static let depthMax = 12
    /// Structures that are told as wholes: what stands in them is no element of its own.
    private static let wholes: Set = ["Narrative", "Extension", "Resource"]
    /// Elements whose names mean something else in an expression.
    private static let keywords: Set = [
        "div", "mod", "and", "or", "xor", "implies", "is", "as", "in", "contains", "true", "false",
        "day", "month", "year",
    ]

    let depthMax: Int
    private(set) var operations: [[UInt8]] = []

    init(depthMax: Int) { self.depthMax = depthMax }

    /// One element of an object: its member and the one beside it.
    private struct Member {
        let key: String
        let value: JSON?
        let sibling: JSON?
        let element: ElementDefinition
        let type: String

        var isList: Bool { element.isList }
        var values: [PatchValue] {
            guard isList else {
                return [PatchValue(type: type, value: value, sibling: sibling)]
            }
            let count = max(value?.count ?? 0, sibling?.count ?? 0)
            return (0..<count).map { index in
                func side(_ list: JSON?) -> JSON? {
                    list?[index].flatMap { $0.isNull ? nil : $0 }
                }
                return PatchValue(type: type, value: side(value), sibling: side(sibling))
            }
        }
    }

    /// The operations as a Parameters resource.
    func bytes() -> [UInt8] {
        var writer = JSONWriter(reservingBytes: 512)
        writer.beginObject()
        writer.member("resourceType", "Parameters")
        if !operations.isEmpty {
            writer.array("parameter") { list in
                for operation in operations { list.raw(operation) }
            }
        }
        writer.endObject()
        return writer.bytes
    }

    /// Tells what differs between two objects of a type.
    ///
    /// What comes is told before what goes, since an object that lost all is taken away.
    mutating func compare(
        _ old: JSON, _ new: JSON, _ type: TypeDefinition, at path: String, depth: Int,
        ignoring: Set<String> = []
    ) {
        let before = Self.members(old, type, ignoring)
        let after = Self.members(new, type, ignoring)
        for (name, member) in after {
            let step = Self.step(path, name)
            guard let earlier = before.first(where: { $0.name == name })?.member else {
                for value in member.values {
                    tell("add", path) { operation in
                        Self.part("name", in: &operation) { $0.member("valueString", name) }
                        value.write(named: "value", to: &operation)
                    }
                }
                continue
            }
            if member.isList {
                compare(earlier.values, member.values, at: step, depth: depth)
            } else {
                compare(
                    earlier.values[0], member.values[0], at: step, depth: depth,
                    isSameKind: earlier.key == member.key)
            }
        }
        for (name, member) in before where !after.contains(where: { $0.name == name }) {
            let step = Self.step(path, name)
            guard member.isList else {
                tell("delete", step)
                continue
            }
            for index in member.values.indices.reversed() { tell("delete", "\(step)[\(index)]") }
        }
    }

    private mutating func compare(
        _ old: PatchValue, _ new: PatchValue, at path: String, depth: Int, isSameKind: Bool = true
    ) {
        guard !isSameKind || !old.isEqual(to: new) else { return }
        if isSameKind, depth < depthMax, !Self.wholes.contains(new.type),
            let before = old.value, let after = new.value, before.isObject, after.isObject,
            let type = Definitions.r4.type(new.type), type.kind != .resource
        {
            return compare(before, after, type, at: path, depth: depth + 1)
        }
        tell("replace", path) { new.write(named: "value", to: &$0) }
    }

    private mutating func compare(
        _ old: [PatchValue], _ new: [PatchValue], at path: String, depth: Int
    ) {
        let common = min(old.count, new.count)
        let start = (0..<common).first { !old[$0].isEqual(to: new[$0]) } ?? common
        let tail =
            (0..<(common - start)).first {
                !old[old.count - 1 - $0].isEqual(to: new[new.count - 1 - $0])
            } ?? (common - start)
        let oldEnd = old.count - tail
        let newEnd = new.count - tail
        for index in start..<min(oldEnd, newEnd) {
            compare(old[index], new[index], at: "\(path)[\(index)]", depth: depth)
        }
        for index in stride(from: oldEnd - 1, to: newEnd - 1, by: -1) {
            tell("delete", "\(path)[\(index)]")
        }
        for index in oldEnd..<max(oldEnd, newEnd) {
            tell("insert", path) { operation in
                Self.part("index", in: &operation) { $0.member("valueInteger", index) }
                new[index].write(named: "value", to: &operation)
            }
        }
    }

    private mutating func tell(
        _ act: String, _ path: String, _ more: (inout JSONWriter) -> Void = { _ in }
    ) {
        guard operations.count <= FHIRPathPatch.operationsMax else { return }
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("name", "operation")
        writer.array("part") { list in
            Self.part("type", in: &list) { $0.member("valueCode", act) }
            Self.part("path", in: &list) { $0.member("valueString", path) }
            more(&list)
        }
        writer.endObject()
        operations.append(writer.bytes)
    }

    private static func part(
        _ name: String, in list: inout JSONWriter, _ value: (inout JSONWriter) -> Void
    ) {
        list.object { part in
            part.member("name", name)
            value(&part)
        }
    }

    private static func step(_ path: String, _ name: String) -> String {
        keywords.contains(name) ? "\(path).`\(name)`" : "\(path).\(name)"
    }

    /// The elements of an object in the order of its members.
    private static func members(
        _ json: JSON, _ type: TypeDefinition, _ ignoring: Set<String>
    ) -> [(name: String, member: Member)] {
        var found: [(name: String, member: Member)] = []
        for (key, _) in json.members {
            let plain = key.hasPrefix("_") ? String(key.dropFirst()) : key
            guard let (element, code) = type.element(json: plain), !ignoring.contains(plain),
                !found.contains(where: { $0.member.key == plain })
            else { continue }
            found.append(
                (
                    element.name,
                    Member(
                        key: plain, value: json[plain], sibling: json["_\(plain)"],
                        element: element, type: code)
                ))
        }
        return found
    }
}
