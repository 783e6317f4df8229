/// A document while a patch changes it.
///
/// What no operation touches stays a view of the source; only the lists and objects on the way to a
/// change are taken apart.
struct EditableJSON {
    private enum Form {
        case source(JSON)
        case array([EditableJSON])
        case object([Member])
    }

    private struct Member {
        let name: String
        var value: EditableJSON
        /// What the member adds to the document: quotes, colon, comma.
        var byteCount: Int { name.utf8.count + 4 + value.byteCount }
    }

    private var form: Form
    /// About as many bytes as the value takes when written; for limits.
    private(set) var byteCount: Int

    /// The value of a document, not yet taken apart.
    init(_ json: JSON) {
        form = .source(json)
        byteCount = json.rawBytes.count
    }

    /// The value at the end of some steps.
    func value(
        at tokens: [String], _ work: inout PatchWork
    ) throws(PatchFault) -> EditableJSON {
        var found = self
        for token in tokens { found = try found.child(token, &work) }
        return found
    }

    private func child(_ token: String, _ work: inout PatchWork) throws(PatchFault) -> EditableJSON
    {
        switch form {
        case .source(let json):
            try work.spend(json.count)
            if json.isArray {
                return EditableJSON(json: json[try Self.position(token, below: json.count)])
            }
            guard let value = json[token] else { throw .noTarget }
            return EditableJSON(value)
        case .array(let elements):
            return elements[try Self.position(token, below: elements.count)]
        case .object(let members):
            return members[try Self.index(of: token, in: members, &work)].value
        }
    }

    private init(json: JSON?) {
        if let json { self.init(json) } else { self.init(.absent) }
    }

    /// Puts a value at a path: beside what is in a list, in place of what an object has.
    mutating func add(
        _ value: EditableJSON, at tokens: ArraySlice<String>, _ work: inout PatchWork
    ) throws(PatchFault) {
        guard tokens.count > 1 else {
            guard let token = tokens.first else {
                self = value
                return
            }
            return try insert(value, token, &work)
        }
        try change(tokens, &work) { (child, rest, work) throws(PatchFault) in
            try child.add(value, at: rest, &work)
        }
    }

    /// Puts a value in place of the one at a path.
    mutating func replace(
        at tokens: ArraySlice<String>, with value: EditableJSON, _ work: inout PatchWork
    ) throws(PatchFault) {
        guard !tokens.isEmpty else {
            self = value
            return
        }
        try change(tokens, &work) { (child, rest, work) throws(PatchFault) in
            try child.replace(at: rest, with: value, &work)
        }
    }

    /// Takes the value at a path out; the path is not that of the whole document.
    mutating func remove(
        at tokens: ArraySlice<String>, _ work: inout PatchWork
    ) throws(PatchFault) {
        guard tokens.count > 1 else {
            guard let token = tokens.first else { throw .wholeDocument }
            return try takeOut(token, &work)
        }
        try change(tokens, &work) { (child, rest, work) throws(PatchFault) in
            try child.remove(at: rest, &work)
        }
    }

    /// Hands the value at the first step over to be changed.
    private mutating func change(
        _ tokens: ArraySlice<String>, _ work: inout PatchWork,
        _ body: (inout EditableJSON, ArraySlice<String>, inout PatchWork) throws(PatchFault) -> Void
    ) throws(PatchFault) {
        guard let token = tokens.first else { return }
        try takeApart(&work)
        switch form {
        case .source: throw .noTarget
        case .array(var elements):
            let index = try Self.position(token, below: elements.count)
            // The list is held here only while it changes, or each change would copy it.
            form = .array([])
            byteCount -= elements[index].byteCount
            try body(&elements[index], tokens.dropFirst(), &work)
            byteCount += elements[index].byteCount
            form = .array(elements)
        case .object(var members):
            let index = try Self.index(of: token, in: members, &work)
            form = .object([])
            byteCount -= members[index].byteCount
            try body(&members[index].value, tokens.dropFirst(), &work)
            byteCount += members[index].byteCount
            form = .object(members)
        }
    }

    private mutating func insert(
        _ value: EditableJSON, _ token: String, _ work: inout PatchWork
    ) throws(PatchFault) {
        try takeApart(&work)
        switch form {
        case .source: throw .noTarget
        case .array(var elements):
            let index =
                token == "-" ? elements.count : try Self.position(token, below: elements.count + 1)
            try work.spend(elements.count - index)
            form = .array([])
            elements.insert(value, at: index)
            byteCount += value.byteCount + 1
            form = .array(elements)
        case .object(var members):
            try work.spend(members.count)
            form = .object([])
            let member = Member(name: token, value: value)
            if let index = members.firstIndex(where: { $0.name.hasSameBytes(as: token) }) {
                byteCount -= members[index].byteCount
                members[index] = member
            } else {
                members.append(member)
            }
            byteCount += member.byteCount
            form = .object(members)
        }
    }

    private mutating func takeOut(
        _ token: String, _ work: inout PatchWork
    ) throws(PatchFault) {
        try takeApart(&work)
        switch form {
        case .source: throw .noTarget
        case .array(var elements):
            let index = try Self.position(token, below: elements.count)
            try work.spend(elements.count - index)
            form = .array([])
            byteCount -= elements.remove(at: index).byteCount + 1
            form = .array(elements)
        case .object(var members):
            let index = try Self.index(of: token, in: members, &work)
            form = .object([])
            byteCount -= members.remove(at: index).byteCount
            form = .object(members)
        }
    }

    /// Makes the elements or members of the source changeable; other values stay as they are.
    private mutating func takeApart(_ work: inout PatchWork) throws(PatchFault) {
        guard case .source(let json) = form else { return }
        try work.spend(json.count)
        if json.isArray {
            form = .array(json.elements.map { EditableJSON($0) })
        } else if json.isObject {
            form = .object(json.members.map { Member(name: $0.key, value: EditableJSON($0.value)) })
        }
    }

    private static func position(_ token: String, below count: Int) throws(PatchFault) -> Int {
        guard let index = JSONPointer.position(token), index < count else { throw .badPosition }
        return index
    }

    private static func index(
        of token: String, in members: [Member], _ work: inout PatchWork
    ) throws(PatchFault) -> Int {
        try work.spend(members.count)
        guard let index = members.firstIndex(where: { $0.name.hasSameBytes(as: token) }) else {
            throw .noTarget
        }
        return index
    }
}

extension EditableJSON {
    /// How deeply the value is nested; 0 for one that holds no others.
    func depth(_ work: inout PatchWork) throws(PatchFault) -> Int {
        var deepest = 0
        switch form {
        case .source(let json): return try json.depth(&work)
        case .array(let elements):
            try work.spend(elements.count)
            for element in elements { deepest = max(deepest, try element.depth(&work)) }
        case .object(let members):
            try work.spend(members.count)
            for member in members { deepest = max(deepest, try member.value.depth(&work)) }
        }
        return deepest + 1
    }

    /// Whether the value is the same as another.
    ///
    /// Numbers are compared by what they are worth, and the order of members says nothing.
    func isSame(as other: JSON, _ work: inout PatchWork) throws(PatchFault) -> Bool {
        switch form {
        case .source(let json): return try json.isSame(as: other, &work)
        case .array(let elements):
            guard other.isArray, elements.count == other.count else { return false }
            for (mine, theirs) in zip(elements, other.elements) {
                guard try mine.isSame(as: theirs, &work) else { return false }
            }
            return true
        case .object(let members):
            guard other.isObject, members.count == other.count else { return false }
            for member in members {
                try work.spend(members.count)
                guard let theirs = other[member.name],
                    try member.value.isSame(as: theirs, &work)
                else { return false }
            }
            return true
        }
    }

    /// Writes the value in canonical form.
    func write(to writer: inout JSONWriter) {
        switch form {
        case .source(let json): writer.value(json)
        case .array(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .object(let members):
            writer.beginObject()
            for member in members {
                writer.key(member.name)
                member.value.write(to: &writer)
            }
            writer.endObject()
        }
    }
}

extension JSON {
    /// `null`, for what cannot be there.
    fileprivate static let absent = JSON(
        document: JSONDocument(
            bytes: Array("null".utf8), nodes: [JSONNode(kind: .null, start: 0, end: 4, next: 1)]),
        node: 0)

    fileprivate func depth(_ work: inout PatchWork) throws(PatchFault) -> Int {
        try work.spend(1)
        guard isArray || isObject else { return 0 }
        var deepest = 0
        for element in elements { deepest = max(deepest, try element.depth(&work)) }
        for (_, value) in members { deepest = max(deepest, try value.depth(&work)) }
        return deepest + 1
    }

    fileprivate func isSame(as other: JSON, _ work: inout PatchWork) throws(PatchFault) -> Bool {
        try work.spend(1)
        guard kind == other.kind, count == other.count else { return false }
        switch kind {
        case .number:
            if let mine = number, let theirs = other.number { return mine == theirs }
            return isEqual(to: other)
        case .null, .bool, .string: return isEqual(to: other)
        case .array:
            for (mine, theirs) in zip(elements, other.elements) {
                guard try mine.isSame(as: theirs, &work) else { return false }
            }
            return true
        case .object:
            for (name, value) in members {
                try work.spend(count)
                guard let theirs = other[name], try value.isSame(as: theirs, &work) else {
                    return false
                }
            }
            return true
        }
    }
}

extension String {
    /// Whether two texts are the same byte for byte.
    ///
    /// `==` takes composed and decomposed accents for the same, which JSON does not.
    fileprivate func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}
