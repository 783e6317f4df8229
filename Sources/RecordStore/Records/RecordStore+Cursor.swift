import Kernel
import Sealing

extension RecordStore {
    /// The longest cursor that is looked at.
    private static let cursorBytesMax = 512

    /// A place in a list, sealed so that a client can hand it back and can neither read nor make
    /// one.
    ///
    /// - Parameter binding: what the cursor belongs to: the search, and who asked. With another
    ///   one it does not open.
    package func sealCursor(_ place: [UInt8], for binding: String) throws -> String {
        Hex.text(
            try SealedValue.seal(
                place, key: keys.current(.rows), at: Self.cursorPlace(binding)))
    }

    /// The place in a list that a cursor stands for.
    ///
    /// - Throws: ``Problem`` `.value` for what ``sealCursor(_:for:)`` did not make for the same
    ///   binding.
    package func openCursor(_ text: String, for binding: String) throws -> [UInt8] {
        let wrong = Problem(
            .value, "Follow the next link of the page before as it is, or ask from the start.",
            location: "_cursor")
        guard text.utf8.count <= Self.cursorBytesMax, let sealed = Hex.bytes(text) else {
            throw wrong
        }
        do {
            let key = try keys.key(id: Int64(try SealedValue.keyID(of: sealed)))
            return try SealedValue.open(sealed, key: key, at: Self.cursorPlace(binding))
        } catch {
            throw wrong
        }
    }

    private static func cursorPlace(_ binding: String) -> Place {
        Place(
            table: "cursor", column: "place", row: Hex.text(SHA256.digest(Array(binding.utf8))),
            compartment: BoxKey.rows.rawValue)
    }
}
