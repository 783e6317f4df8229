import CDemoClinic
import Deflate

/// The invented demo clinic that is built into the program.
package enum DemoLines {
    /// The most bytes that the lines may come to.
    private static let contentBytesMax = 8 << 20

    /// The resources as JSON, one an element, in the order in which they are loaded.
    ///
    /// - Throws: ``DeflateError`` if the packed bytes are damaged.
    package static func all() throws -> [[UInt8]] {
        try Gzip.decompress(packed, bytesMax: contentBytesMax).split(separator: 0x0A)
            .map { Array($0) }
    }

    /// How many bytes the program carries for them.
    package static var packedBytesCount: Int { packed.count }

    private static var packed: [UInt8] {
        var count = 0
        guard let start = demo_clinic(&count) else { return [] }
        return Array(UnsafeBufferPointer(start: start, count: count))
    }
}
