/// How much of a document the parser takes, and how strict it is where RFC 8259 leaves a choice.
package struct JSONLimits: Sendable, Hashable {
    /// What the parser does with input that the standard allows but that two readers may read
    /// differently.
    package enum Rule: Sendable, Hashable {
        case accept, refuse
    }

    /// The longest document, in bytes.
    package var bytesMax: Int
    /// The deepest nesting of arrays and objects; an array in an array is 2.
    package var depthMax: Int
    /// The largest number of values and member names together.
    package var nodesMax: Int
    /// Whether an object may have two members of one name.
    package var duplicateKeys: Rule
    /// Whether `\uD800` may stand without its other half.
    package var loneSurrogates: Rule

    /// Makes a set of limits; strict where the standard leaves a choice.
    package init(
        bytesMax: Int, depthMax: Int, nodesMax: Int,
        duplicateKeys: Rule = .refuse, loneSurrogates: Rule = .refuse
    ) {
        self.bytesMax = min(bytesMax, Int(UInt32.max) - 1)
        self.depthMax = depthMax
        self.nodesMax = min(nodesMax, JSONNode.countMax)
        self.duplicateKeys = duplicateKeys
        self.loneSurrogates = loneSurrogates
    }

    /// Anything RFC 8259 allows, up to 64 MiB.
    package static let any = JSONLimits(
        bytesMax: 64 << 20, depthMax: 512, nodesMax: 8_000_000,
        duplicateKeys: .accept, loneSurrogates: .accept)
    /// One FHIR resource, up to 10 MiB.
    package static let resource = JSONLimits(bytesMax: 10 << 20, depthMax: 64, nodesMax: 1_000_000)
    /// A Bundle of many resources, up to 64 MiB.
    package static let bundle = JSONLimits(bytesMax: 64 << 20, depthMax: 64, nodesMax: 2_000_000)
}
