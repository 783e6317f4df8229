import AccessControl
import Deflate
import Kernel
import Sealing

/// How the body of a resource version is kept: canonical JSON, deflated if that pays, sealed.
enum Body {
    /// Smaller bodies are kept as they are: the time costs more than the bytes.
    private static let deflateBytesMin = 4_096
    private static let inflatedBytesMax = 64 * 1_048_576

    /// Where a body belongs; it opens nowhere else.
    static func place(
        type: String, id: String, version: Int64, patientID: String, compartment: String
    ) -> Place {
        Place(
            table: "resource_version", column: "sealed_body", row: "\(type)/\(id)",
            patient: patientID, compartment: compartment, version: version)
    }

    /// The sealed form of a body.
    static func seal(_ json: [UInt8], key: DataKey, at place: Place) throws -> [UInt8] {
        var plain: [UInt8] = []
        if json.count >= deflateBytesMin {
            let packed = Deflate.compress(json, level: 1)
            if packed.count < json.count / 10 * 7 {
                plain.reserveCapacity(packed.count + 1)
                plain.append(1)
                plain.append(contentsOf: packed)
            }
        }
        if plain.isEmpty {
            plain.reserveCapacity(json.count + 1)
            plain.append(0)
            plain.append(contentsOf: json)
        }
        return try SealedValue.seal(plain, key: key, at: place)
    }

    /// The body that a sealed form holds.
    ///
    /// - Throws: ``Problem`` `.security` if it was changed or moved.
    static func open(_ sealed: [UInt8], key: DataKey, at place: Place) throws -> [UInt8] {
        var plain: [UInt8]
        do {
            plain = try SealedValue.open(sealed, key: key, at: place)
        } catch {
            throw Problem(
                .security,
                "A stored record was changed outside the program and does not open. Tell the "
                    + "administrator; a backup holds the record as it was.")
        }
        guard let form = plain.first else { return [] }
        if form == 1 {
            return try plain.withUnsafeBytes { bytes in
                try Deflate.decompress(
                    UnsafeRawBufferPointer(rebasing: bytes.dropFirst()),
                    bytesMax: inflatedBytesMax)
            }
        }
        plain.removeFirst()
        return plain
    }
}
