/// Which versions of resources somebody asks for, beside what the grants allow.
package struct HistoryQuery: Sendable {
    /// The most versions that a page holds.
    package static let pageCountMax = 1_000
    /// Versions that one page looks at before it ends early with a mark to go on from.
    package static let examinedCountMax = 20_000

    /// Only versions written at this time or later, UTC milliseconds.
    package var sinceMs: Int64?
    /// Only versions that were the newest at some time of this span, UTC milliseconds.
    package var currentDuring: Range<Int64>?
    /// Only the count is wanted.
    package var isCountOnly = false
    /// Versions of one page.
    package var limit = 20
    /// Where the page before ended.
    package var after: HistoryMark?

    /// Asks for every version.
    package init() {}
}

/// The place of a version in the order of a history: time of the change falling, then the order
/// of changes.
package struct HistoryMark: Sendable, Hashable, Comparable {
    /// UTC milliseconds.
    package let changedMs: Int64
    package let seq: Int64

    /// Before the newest version there can be.
    static let start = HistoryMark(changedMs: .max, seq: .max)

    /// Makes a mark.
    package init(changedMs: Int64, seq: Int64) {
        self.changedMs = changedMs
        self.seq = seq
    }

    package static func < (a: HistoryMark, b: HistoryMark) -> Bool {
        (a.changedMs, a.seq) < (b.changedMs, b.seq)
    }
}

/// One version in a history.
package struct HistoryVersion: Sendable {
    package let type: String
    package let id: String
    /// From 1.
    package let version: Int
    /// When the version was written, UTC milliseconds.
    package let changedMs: Int64
    /// Canonical JSON; nil where this version is a deletion.
    package let json: [UInt8]?
    /// The patient whose chart it belongs to, if any.
    package let patientID: String?
}

/// Versions of a history, newest first.
package struct HistoryPage: Sendable {
    /// All that match, not only those of this page; nil where nobody counted.
    package let total: Int?
    package let versions: [HistoryVersion]
    /// Where the next page starts; nil after the last one.
    package let next: HistoryMark?
    /// The time before which every change was on the disk when the page was read, UTC
    /// milliseconds: whoever asks again for what changed since then misses nothing.
    package let settledMs: Int64
}
