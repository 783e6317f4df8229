import FHIRSearch

/// The resources of a page, as many of them as ``RecordStore/pageBytesMax`` allows.
struct SearchPageContent {
    /// The matches of the page.
    private(set) var matches: [Found] = []
    /// The same, opened.
    private(set) var resources: [StoredResource] = []
    /// What comes along with the matches.
    private(set) var included: [Found] = []
    /// The same, opened.
    private(set) var includedResources: [StoredResource] = []
    /// How many of the origins the page is done with, those included that are not shown any more.
    private(set) var originsCount = 0

    /// Of each match how many origins the page is done with once it is shown.
    private var ends: [Int] = []

    /// Takes the resources of origins, in their order, as long as they fit.
    init(_ origins: [Int64], _ run: SearchRun, _ keys: DataKeys) throws {
        var bytes = 0
        for (place, origin) in origins.enumerated() {
            if let found = try run.found(origin) {
                let resource = try found.row.opened(with: keys)
                bytes += resource.json.count
                if bytes > RecordStore.pageBytesMax, !matches.isEmpty { return }
                matches.append(found)
                resources.append(resource)
                ends.append(place + 1)
            }
            originsCount = place + 1
        }
    }

    /// Takes what comes along with the matches.
    ///
    /// - Returns: false, with nothing taken, where that is too much and fewer matches would do.
    mutating func takeIncluded(
        _ includes: [SearchInclude], _ run: SearchRun, _ keys: DataKeys
    ) throws -> Bool {
        let found = try run.included(with: matches, includes)
        var opened: [StoredResource] = []
        var bytes = 0
        for one in found {
            let resource = try one.row.opened(with: keys)
            bytes += resource.json.count
            if bytes > RecordStore.pageBytesMax, matches.count > 1 { return false }
            opened.append(resource)
        }
        included = found
        includedResources = opened
        return true
    }

    /// Leaves the second half of the matches to the next page.
    mutating func halve() {
        let count = max(1, matches.count / 2)
        matches.removeLast(matches.count - count)
        resources.removeLast(resources.count - count)
        ends.removeLast(ends.count - count)
        originsCount = ends.last ?? originsCount
    }
}
