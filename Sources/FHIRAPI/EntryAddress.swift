import FHIRModel
import Kernel

/// What the `url` of a Bundle entry names.
///
/// Spec: FHIR R4 Bundle.entry.request.url, https://hl7.org/fhir/R4/bundle.html
struct EntryAddress: Sendable, Hashable {
    /// The resource type; nil for the whole system.
    let type: String?
    let id: String?
    let version: Int?
    let isHistory: Bool
    /// What comes after the question mark; nil without one.
    let query: String?

    /// Reads an address below the base, which may stand in front of it.
    ///
    /// - Throws: ``Problem`` `.value` for an address that names nothing of FHIR.
    init(_ url: String) throws(Problem) {
        let halves = url.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        query = halves.count == 2 ? String(halves[1]) : nil
        var words = Self.belowBase(halves[0])[...]
        var isHistory = false
        var version: Int?
        if words.last == "_history" {
            isHistory = true
            words = words.dropLast()
        } else if words.count == 4, words[words.startIndex + 2] == "_history" {
            guard let number = Int(words[words.startIndex + 3]), number > 0 else {
                throw Problem(.value, "Versions are numbers from 1.")
            }
            version = number
            words = words.dropLast(2)
        }
        type = words.first
        id = words.count == 2 ? words.last : nil
        self.isHistory = isHistory
        self.version = version
        guard words.count <= 2, type.map(ResourceType.isKnown) ?? isHistory,
            id.map(FHIRID.isValid) ?? true
        else {
            throw Problem(
                .value, "The url names Type/id, or Type?search, as an address below the base.")
        }
    }

    /// The words of a path without the scheme, host and base.
    private static func belowBase(_ path: Substring) -> [String] {
        var words = path.split(separator: "/").map(String.init)
        if words.first == "https:" || words.first == "http:" {
            words.removeFirst(min(2, words.count))
        }
        if words.first == "fhir" { words.removeFirst() }
        if words.first == "R4" { words.removeFirst() }
        return words
    }
}
