/// What the store writes into a resource when it keeps it.
package struct ResourceStamp: Sendable {
    /// The logical id; nil leaves the one of the source.
    package var id: String?
    /// `meta.versionId`; nil leaves the one of the source.
    package var versionID: String?
    /// `meta.lastUpdated`, an instant; nil leaves the one of the source.
    package var lastUpdated: String?
    /// Takes the place of the source's `meta` before the version and time are set.
    package var meta: JSON?

    /// Makes a stamp; what is nil stays as it is.
    package init(
        id: String? = nil, versionID: String? = nil, lastUpdated: String? = nil, meta: JSON? = nil
    ) {
        self.id = id
        self.versionID = versionID
        self.lastUpdated = lastUpdated
        self.meta = meta
    }
}

extension JSON {
    /// The canonical bytes of a resource with some of its members set: `resourceType`, `id` and
    /// `meta` first, then the rest in source order, then members that were not there.
    ///
    /// - Parameters:
    ///   - stamp: the id and the two members of `meta` to set; other members of `meta` stay.
    ///   - setting: other top-level members as finished JSON; nil takes a member out.
    ///   - references: the text to write in place of the text of a `reference` member anywhere, or
    ///     of a `urn:` text in a member of type uri, url, oid or uuid; nil leaves the text.
    /// Spec: FHIR R4, replacing hyperlinks and full-urls, https://hl7.org/fhir/R4/http.html#trules
    package func rewritten(
        stamp: ResourceStamp = ResourceStamp(), setting: [String: [UInt8]?] = [:],
        references: (String) -> String? = { _ in nil }
    ) -> [UInt8] {
        precondition(
            setting["resourceType"] == nil && setting["id"] == nil && setting["meta"] == nil,
            "The id and meta of a resource are set by the stamp, its type never.")
        guard isObject else { return canonicalBytes() }
        var writer = JSONWriter(reservingBytes: rawBytes.count + 128)
        writer.beginObject()
        if let type = self["resourceType"] { writer.member("resourceType", type) }
        if let id = stamp.id {
            writer.member("id", id)
        } else if let id = self["id"] {
            writer.member("id", id)
        }
        writeMeta(stamp, to: &writer)
        var left = setting
        for (key, value) in members where key != "resourceType" && key != "id" && key != "meta" {
            if let replacement = left.removeValue(forKey: key) {
                if let replacement { writer.member(key, raw: replacement) }
                continue
            }
            writer.key(key)
            writer.append { value.document.append(value.node, key: key, to: &$0, references) }
        }
        for key in left.keys.sorted() {
            if let raw = left[key] ?? nil { writer.member(key, raw: raw) }
        }
        writer.endObject()
        return writer.bytes
    }

    private func writeMeta(_ stamp: ResourceStamp, to writer: inout JSONWriter) {
        let meta = stamp.meta ?? self["meta"]
        guard stamp.versionID != nil || stamp.lastUpdated != nil else {
            if let meta { writer.member("meta", meta) }
            return
        }
        writer.key("meta")
        writer.beginObject()
        if let id = meta?["id"] { writer.member("id", id) }
        if let version = stamp.versionID ?? meta?.string("versionId") {
            writer.member("versionId", version)
        }
        if let lastUpdated = stamp.lastUpdated ?? meta?.string("lastUpdated") {
            writer.member("lastUpdated", lastUpdated)
        }
        if let meta {
            for (key, value) in meta.members
            where key != "id" && key != "versionId" && key != "lastUpdated" {
                writer.member(key, value)
            }
        }
        writer.endObject()
    }
}

extension JSONDocument {
    /// Appends the value at a node as canonical bytes with references replaced.
    fileprivate func append(
        _ node: Int, key: String, to out: inout [UInt8], _ references: (String) -> String?
    ) {
        switch nodes[node].kind {
        case .null, .bool, .number: appendCanonical(node, to: &out)
        case .string:
            if Self.mayRefer(key), let text = replacement(of: node, key: key, references) {
                JSONText.appendQuoted(text.utf8, to: &out)
            } else {
                appendCanonicalString(node, to: &out)
            }
        case .array:
            appendChildren(of: node, open: 0x5B, close: 0x5D, to: &out) { child, out in
                append(child, key: key, to: &out, references)
                return child
            }
        case .object:
            appendChildren(of: node, open: 0x7B, close: 0x7D, to: &out) { name, out in
                appendCanonicalString(name, to: &out)
                out.append(0x3A)
                append(name + 1, key: string(at: name), to: &out, references)
                return name + 1
            }
        }
    }

    private static func mayRefer(_ key: String) -> Bool {
        switch key {
        case "reference", "url", "valueUri", "valueUrl", "valueUuid", "valueOid": true
        default: false
        }
    }

    private func replacement(
        of node: Int, key: String, _ references: (String) -> String?
    ) -> String? {
        let text = string(at: node)
        guard key == "reference" || text.hasPrefix("urn:") else { return nil }
        return references(text)
    }
}
