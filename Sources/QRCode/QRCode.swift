/// A QR code of error correction level M that holds a text of up to 666 bytes.
///
/// A scanner reads it although 15 % of it are dirty or torn. The same text always gives the same
/// picture. Making one costs well under a millisecond for an address, a few for the largest.
///
/// Spec: ISO/IEC 18004:2015, 7 Encoding and symbol generation,
/// https://www.iso.org/standard/62021.html
public struct QRCode: Sendable, Equatable {
    /// The longest text that fits, in bytes of UTF-8.
    public static let textBytesMax = 666

    /// Modules on a side: 21 for the smallest code, 97 for the largest.
    public let side: Int

    /// One entry for each module, row by row from the top left: true is dark.
    let modules: [Bool]

    /// A code that reads as `text`, or nil where the text is longer than `textBytesMax`.
    public init?(text: String) {
        let bytes = Array(text.utf8)
        guard let version = QRVersion.smallest(forBytes: bytes.count) else { return nil }
        let codewords = version.codewords(of: bytes)
        var grid = QRGrid(version: version)
        grid.drawPatterns()
        grid.place(codewords)
        let masked = (0..<8).map { grid.masked(by: $0) }
        var best = masked[0]
        for candidate in masked.dropFirst() where candidate.penalty < best.penalty {
            best = candidate
        }
        side = version.side
        modules = best.modules
    }

    /// A code of modules that are there already.
    init(side: Int, modules: [Bool]) {
        self.side = side
        self.modules = modules
    }

    /// Whether the module at a row and column, from the top left, is dark; light outside of the code.
    public subscript(row: Int, column: Int) -> Bool {
        (0..<side).contains(row) && (0..<side).contains(column) && modules[row * side + column]
    }
}
