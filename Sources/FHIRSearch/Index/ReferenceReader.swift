import FHIRModel

/// Reads where a reference of a resource points.
enum ReferenceReader {
    /// Whether a reference, by its text or by what stands beside it, leads to a resource of a type.
    static func points(_ json: JSON, to type: String, root: RootResource) -> Bool {
        guard let text = json.isObject ? json.string("reference") : json.string else {
            return json["type"]?.equals(type) == true
        }
        if text.utf8.first == UInt8(ascii: "#") {
            return root.type(ofContained: String(text.dropFirst())) == type
        }
        if let local = local(text) { return local.type == type }
        return remote(text)?.type == type || json["type"]?.equals(type) == true
    }

    /// The address, identifier and type of a Reference; nil if it is no object.
    static func reference(_ json: JSON, ownAddress: String?) -> IndexedReference? {
        guard json.isObject else { return nil }
        var found = IndexedReference()
        if let text = json.string("reference"), !text.isEmpty {
            found = address(text, ownAddress: ownAddress)
        }
        if found.type == nil { found.type = json.string("type") }
        if let identifier = json["identifier"] {
            found.identifierSystem = identifier.string("system")
            found.identifierValue = identifier.string("value")
        }
        return found
    }

    /// What the text of a reference says.
    static func address(_ text: String, ownAddress: String?) -> IndexedReference {
        var found = IndexedReference()
        found.url = text
        if let local = local(text) ?? ownAddress.flatMap({ self.local(text, below: $0) }) {
            (found.type, found.id, found.version) = local
            if let version = found.version {
                found.url = String(text.dropLast("/_history/".utf8.count + version.utf8.count))
            }
            return found
        }
        guard let remote = remote(text) else { return found }
        found.type = remote.type
        if let version = remote.version {
            found.version = version
            found.url = String(text.dropLast("/_history/".utf8.count + version.utf8.count))
        }
        return found
    }

    /// A canonical address, with its version behind a bar.
    static func canonical(_ text: String, ownAddress: String?) -> IndexedReference {
        guard let bar = text.utf8.firstIndex(of: UInt8(ascii: "|")) else {
            return address(text, ownAddress: ownAddress)
        }
        var found = address(String(text[..<bar]), ownAddress: ownAddress)
        found.version = String(text[text.utf8.index(after: bar)...])
        return found
    }

    /// Type and version at the end of an address elsewhere.
    private static func remote(_ text: String) -> (type: String, version: String?)? {
        guard text.utf8.starts(with: "http".utf8),
            case .absolute(_, let type?, _, let version) = Reference(text)
        else { return nil }
        return (type, version)
    }

    /// Type, id and version of an address of this system.
    static func local(
        _ text: String, below ownAddress: String
    ) -> (type: String, id: String, version: String?)? {
        guard text.hasPrefix(ownAddress) else { return nil }
        let end = text.dropFirst(ownAddress.count)
        return local(String(end.first == "/" ? end.dropFirst() : end))
    }

    /// Type, id and version of `Type/id` and `Type/id/_history/version`.
    static func local(_ text: String) -> (type: String, id: String, version: String?)? {
        let bytes = text.utf8
        guard let slash = bytes.firstIndex(of: UInt8(ascii: "/")) else { return nil }
        let type = String(text[..<slash])
        guard ResourceType.isKnown(type) else { return nil }
        let rest = text[bytes.index(after: slash)...]
        if let second = rest.utf8.firstIndex(of: UInt8(ascii: "/")) {
            let tail = rest[rest.utf8.index(after: second)...]
            guard tail.hasPrefix("_history/") else { return nil }
            let (id, version) = (String(rest[..<second]), String(tail.dropFirst(9)))
            guard FHIRID.isValid(id), FHIRID.isValid(version) else { return nil }
            return (type, id, version)
        }
        let id = String(rest)
        return FHIRID.isValid(id) ? (type, id, nil) : nil
    }
}
