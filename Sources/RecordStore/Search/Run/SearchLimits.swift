/// What one search may cost.
enum SearchLimits {
    /// Resources that one criterion may find.
    static let originsCountMax = 1_000_000
    /// Resources that are opened where rows of the index cannot answer.
    static let openedCountMax = 20_000
    /// Sealed values that are opened to be compared with a text.
    static let sealedCountMax = 500_000
    /// People whose names fit that are looked at one by one rather than all in a row.
    static let namedCountMax = 500
    /// Resources that a chain or `_has` may go over.
    static let linkedCountMax = 100_000
    /// So few candidates are opened rather than looked for in the index.
    static let fewCount = 32
    /// Resources that come along with one page.
    static let includedCountMax = 1_000
    /// Rounds of `:iterate`.
    static let iterateRoundsMax = 8
    /// Sorted results that are kept for their next pages.
    static let keptListsMax = 64
    /// Resources of all sorted results that are kept.
    static let keptOriginsMax = 2_000_000
    /// How long a sorted result is kept, in minutes.
    static let keptMinutesMax = 10
}
