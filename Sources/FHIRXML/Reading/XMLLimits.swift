/// How much of an XML document is taken.
package struct XMLLimits: Sendable, Hashable {
    /// The longest document, in bytes.
    package var bytesMax: Int
    /// The deepest nesting of elements.
    package var depthMax: Int
    /// The largest number of elements and pieces of text together.
    package var nodesMax: Int
    /// The largest number of attributes and namespace declarations of one element.
    package var attributesMax: Int
    /// The largest number of namespace declarations that are in force at one place.
    package var declarationsMax: Int
    /// The largest number of different names of elements, attributes, prefixes and namespaces.
    package var namesMax: Int

    /// Makes a set of limits.
    ///
    /// What is larger than 1 GiB, deeper than 200 or has more than 1,000 attributes is beyond the
    /// reader whatever the limits say.
    package init(
        bytesMax: Int, depthMax: Int = 64, nodesMax: Int, attributesMax: Int = 64,
        declarationsMax: Int = 64, namesMax: Int = 8_192
    ) {
        self.bytesMax = min(bytesMax, 1 << 30)
        self.depthMax = min(depthMax, 200)
        self.nodesMax = nodesMax
        self.attributesMax = min(attributesMax, 1_000)
        self.declarationsMax = declarationsMax
        self.namesMax = namesMax
    }

    /// One FHIR resource, up to 16 MiB: the same resource is larger than in JSON.
    package static let resource = XMLLimits(bytesMax: 16 << 20, nodesMax: 1_000_000)
    /// A Bundle of many resources, up to 64 MiB.
    package static let bundle = XMLLimits(bytesMax: 64 << 20, nodesMax: 4_000_000)
}
