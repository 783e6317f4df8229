package import AccessControl
package import FHIRModel
import Kernel

/// One version of a resource as it left the store.
package struct StoredResource: Sendable {
    package let type: String
    package let id: String
    /// From 1.
    package let version: Int
    /// When the version was written, UTC milliseconds.
    package let changedMs: Int64
    /// The patient whose chart it belongs to, if any.
    package let patientID: String?
    /// Canonical JSON, ready to be sent.
    package let json: [UInt8]
}

/// What a search over records asks for, beside what the grant allows.
package struct RecordQuery: Sendable {
    /// The most rows that a page holds.
    package static let pageCountMax = 1_000

    package var type: String
    /// Only records of this patient's chart.
    package var patientID: String?
    /// Only these ids; nil for all.
    package var ids: [String]?
    /// Only the count is wanted.
    package var isCountOnly = false
    /// Rows of one page.
    package var limit = 50
    /// Where the page before ended.
    package var after: RecordMark?

    /// Asks for every current record of a type.
    package init(type: String) { self.type = type }
}

/// The place of a row in the order of a search: clinical time falling, then the order of changes.
package struct RecordMark: Sendable, Hashable {
    package let sortMs: Int64
    package let seq: Int64

    /// Makes a mark.
    package init(sortMs: Int64, seq: Int64) {
        self.sortMs = sortMs
        self.seq = seq
    }
}

/// What a search found.
package struct RecordPage: Sendable {
    /// All that match, not only those of this page.
    package let total: Int
    package let resources: [StoredResource]
    /// Where the next page starts; nil after the last one.
    package let next: RecordMark?
}

/// A change that somebody wants to make to one resource.
package struct Change: Sendable {
    /// What is to happen.
    package enum Act: Sendable, Equatable {
        /// A new resource under an id that the store or the client chose.
        case create
        /// A new version; makes the resource if there is none.
        case update
        /// The same as ``update``, but nothing happens where the content is already equal.
        case importing
        /// Nothing, as long as the resource is there: what a condition found already.
        case keep
        case delete
    }

    package let grant: Grant
    package let act: Act
    package let type: String
    package let id: String
    /// The content as canonical JSON, without stamps; empty for a deletion.
    package let json: JSON?
    /// The version that the change was made from; another one in the store refuses it.
    package let ifVersion: Int?
    /// Refused where the resource is there and not deleted.
    package var ifAbsent = false
    /// Whether an update may make the resource where there is none.
    package var mayCreate = true
    /// The caller's own number of the change, which comes back in ``Changed/place``.
    package var place = 0

    /// Makes a change.
    package init(
        _ grant: Grant, _ act: Act, type: String, id: String, json: JSON?, ifVersion: Int? = nil
    ) {
        self.grant = grant
        self.act = act
        self.type = type
        self.id = id
        self.json = json
        self.ifVersion = ifVersion
    }
}

/// What became of one change.
package struct Changed: Sendable {
    /// How it ended.
    package enum Outcome: String, Sendable {
        case created, updated, unchanged, deleted
    }

    package let outcome: Outcome
    package let type: String
    package let id: String
    package let version: Int
    package let changedMs: Int64
    package let patientID: String?
    /// The stored form; empty where it was not asked for or nothing was stored.
    package let json: [UInt8]
    /// The number that the caller gave the change.
    package var place = 0
}
