/// Why compressed bytes cannot be read.
package enum DeflateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The bytes do not begin as gzip does.
    case notGzip
    /// The bytes end in the middle.
    case truncated
    /// The bytes or their checksum were changed.
    case corrupt
    /// More comes out than is allowed, in bytes.
    case tooLarge(bytesMax: Int)
    /// More comes out of each byte than real data ever gives.
    case tooDense(ratioMax: Int)
    /// zlib has no memory.
    case noMemory

    package var description: String {
        switch self {
        case .notGzip: "The file is not gzip. Check its name, or decompress it first."
        case .truncated: "The compressed data ends too early. Copy the file again."
        case .corrupt:
            "The compressed data is damaged: its checksum does not match. Copy the file again."
        case .tooLarge(let bytesMax):
            "The data is larger than \(bytesMax) bytes when decompressed. Split it into smaller files."
        case .tooDense(let ratioMax):
            "The data grows more than \(ratioMax)-fold when decompressed, which no health record does."
        case .noMemory: "There is not enough memory to decompress the data."
        }
    }
}
