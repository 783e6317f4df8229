/// What a version of a resource is found by, as rows of the search index.
///
/// The same for the same content, chart and keys, so that an update writes only what differs.
struct IndexContent: Sendable, Equatable {
    /// A row of `search_tag`.
    struct Tag: Hashable, Sendable {
        let parameter: Int64
        let tag: Int64
        let systemTag: Int64
    }

    /// A row of `search_link`.
    struct Link: Hashable, Sendable {
        let parameter: Int64
        let targetTag: Int64
    }

    /// A row of `search_range`, in UTC milliseconds.
    struct Range: Hashable, Sendable {
        let parameter: Int64
        let lowMs: Int64
        let highMs: Int64
    }

    /// A row of `search_quantity`.
    struct Quantity: Hashable, Sendable {
        let parameter: Int64
        let low: Double
        let high: Double
        let canonicalLow: Double
        let canonicalHigh: Double
    }

    var tags: Set<Tag> = []
    var links: Set<Link> = []
    var ranges: Set<Range> = []
    var quantities: Set<Quantity> = []
    /// Values that are sealed, by parameter, not sealed yet.
    var texts: [Int64: [UInt8]] = [:]

    /// What is here and not in another content; a text counts as another one when a byte differs.
    func subtracting(_ other: IndexContent) -> IndexContent {
        IndexContent(
            tags: tags.subtracting(other.tags), links: links.subtracting(other.links),
            ranges: ranges.subtracting(other.ranges),
            quantities: quantities.subtracting(other.quantities),
            texts: texts.filter { other.texts[$0.key] != $0.value })
    }
}

/// How the search index follows one change, made ready off the writer's thread.
struct IndexDraft: Sendable {
    /// A content and the chart whose rows it has.
    struct Placed: Sendable {
        let chart: Int64
        let content: IndexContent
    }

    let type: Int64
    let selfTag: Int64
    /// What the version before is found by; nil if there is none.
    let old: Placed?
    /// What the new version is found by; nil for a deletion.
    let new: Placed?
    /// The sealed texts of the new content, by parameter.
    let sealed: [Int64: [UInt8]]
}
