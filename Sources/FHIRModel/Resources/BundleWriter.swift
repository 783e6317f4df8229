/// Writes a Bundle around resources that are finished bytes, which it does not read again.
///
/// Spec: FHIR R4 Bundle, https://hl7.org/fhir/R4/bundle.html
package struct BundleWriter: Sendable {
    /// Why an entry is in the answer to a search.
    package enum SearchMode: String, Sendable, Hashable {
        case match, include, outcome
    }

    /// What became of one request.
    package struct ResponseLine: Sendable, Hashable {
        /// The HTTP status, such as `201 Created`.
        package var status: String
        /// The address with version of what was written.
        package var location: String?
        /// The version as `W/"1"`.
        package var etag: String?
        /// The instant of the last change.
        package var lastModified: String?

        /// Makes a line.
        package init(
            status: String, location: String? = nil, etag: String? = nil,
            lastModified: String? = nil
        ) {
            self.status = status
            self.location = location
            self.etag = etag
            self.lastModified = lastModified
        }
    }

    private var writer: JSONWriter
    private var hasEntries = false

    /// Starts a Bundle; `total` and `timestamp` are left out if nil.
    package init(
        _ kind: FHIRBundle.Kind, id: String? = nil, timestamp: String? = nil, total: Int? = nil,
        links: [(relation: String, url: String)] = [], reservingBytes: Int = 4_096
    ) {
        writer = JSONWriter(reservingBytes: reservingBytes)
        writer.beginObject()
        writer.member("resourceType", "Bundle")
        if let id { writer.member("id", id) }
        writer.member("type", kind.rawValue)
        if let timestamp { writer.member("timestamp", timestamp) }
        if let total { writer.member("total", total) }
        guard !links.isEmpty else { return }
        writer.array("link") { list in
            for link in links {
                list.object { item in
                    item.member("relation", link.relation)
                    item.member("url", link.url)
                }
            }
        }
    }

    /// Adds a resource that a search found.
    package mutating func match(
        fullURL: String?, resource: some Sequence<UInt8>, mode: SearchMode = .match
    ) {
        entry { item in
            if let fullURL { item.member("fullUrl", fullURL) }
            item.member("resource", raw: resource)
            item.object("search") { $0.member("mode", mode.rawValue) }
        }
    }

    /// Adds a person who may be the one that was asked for, with how likely that is.
    ///
    /// Spec: FHIR R4 match-grade, https://hl7.org/fhir/R4/extension-match-grade.html
    package mutating func candidate(
        fullURL: String, resource: some Sequence<UInt8>, _ score: MatchScore
    ) {
        entry { item in
            item.member("fullUrl", fullURL)
            item.member("resource", raw: resource)
            item.object("search") { search in
                search.array("extension") { list in
                    list.object { one in
                        one.member("url", "http://hl7.org/fhir/StructureDefinition/match-grade")
                        one.member("valueCode", score.grade.rawValue)
                    }
                }
                search.member("mode", SearchMode.match.rawValue)
                search.key("score")
                search.number(text: score.shareText)
            }
        }
    }

    /// Adds a resource and nothing else, as collections have it.
    package mutating func resource(fullURL: String?, _ resource: some Sequence<UInt8>) {
        entry { item in
            if let fullURL { item.member("fullUrl", fullURL) }
            item.member("resource", raw: resource)
        }
    }

    /// Adds the answer to one request of a batch or transaction.
    package mutating func response(
        _ line: ResponseLine, fullURL: String? = nil, resource: [UInt8]? = nil,
        outcome: [UInt8]? = nil
    ) {
        entry { item in
            if let fullURL { item.member("fullUrl", fullURL) }
            if let resource { item.member("resource", raw: resource) }
            Self.write(line, outcome: outcome, to: &item)
        }
    }

    /// Adds one version of a resource, the newest first; `resource` is nil for a deletion.
    package mutating func version(
        fullURL: String, method: FHIRBundle.Method, url: String, _ line: ResponseLine,
        resource: [UInt8]?
    ) {
        entry { item in
            item.member("fullUrl", fullURL)
            if let resource { item.member("resource", raw: resource) }
            item.object("request") { request in
                request.member("method", method.rawValue)
                request.member("url", url)
            }
            Self.write(line, outcome: nil, to: &item)
        }
    }

    /// Ends the Bundle; the writer is used up.
    package mutating func finish() -> [UInt8] {
        if hasEntries { writer.endArray() }
        writer.endObject()
        return writer.bytes
    }

    private mutating func entry(_ body: (inout JSONWriter) -> Void) {
        if !hasEntries {
            writer.key("entry")
            writer.beginArray()
            hasEntries = true
        }
        writer.object(nil, body)
    }

    private static func write(
        _ line: ResponseLine, outcome: [UInt8]?, to item: inout JSONWriter
    ) {
        item.object("response") { response in
            response.member("status", line.status)
            if let location = line.location { response.member("location", location) }
            if let etag = line.etag { response.member("etag", etag) }
            if let lastModified = line.lastModified {
                response.member("lastModified", lastModified)
            }
            if let outcome { response.member("outcome", raw: outcome) }
        }
    }
}
