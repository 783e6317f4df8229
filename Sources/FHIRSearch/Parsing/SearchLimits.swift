/// How large a search may be.
package struct SearchLimits: Sendable, Hashable {
    /// Parameters of one search, those that steer the answer included.
    package var parametersMax = 64
    /// UTF-8 bytes of the name of one parameter.
    package var nameBytesMax = 1_024
    /// UTF-8 bytes of the value of one parameter.
    package var valueBytesMax = 65_536
    /// Values with commas between in one parameter.
    package var valuesPerParameterMax = 1_000
    /// Values with commas between in one parameter that is compared as text.
    package var textsPerParameterMax = 50
    /// UTF-8 bytes of one value that is compared as text.
    package var textBytesMax = 1_024
    /// Steps from resource to resource in one parameter, by chains and `_has` together.
    package var chainStepsMax = 5
    /// Ways that the chains of one parameter may take, where a reference leads to several types.
    package var chainWaysMax = 200
    /// Keys of the order.
    package var sortKeysMax = 5
    /// `_include` and `_revinclude` together.
    package var includesMax = 32
    /// Comparisons in one `_filter`.
    package var filterTermsMax = 64
    /// Levels of parentheses in one `_filter`.
    package var filterDepthMax = 16

    /// The limits as they stand.
    package init() {}
}
