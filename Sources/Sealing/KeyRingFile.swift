import FoundationEssentials
import Kernel

/// The content of `keyring.json`: nothing in it opens anything without one of the slots' secrets.
struct KeyRingFile: Codable, Equatable, Sendable {
    /// One way to open the ring.
    struct Slot: Codable, Equatable, Sendable {
        var kind: SlotKind
        /// The kit number of a recovery slot; the kind's own name for the others.
        var id: String
        var createdAtMs: Int64
        /// Of a passphrase slot.
        var passphrase: Passphrase?
    }

    /// How the key of a passphrase slot is computed.
    struct Passphrase: Codable, Equatable, Sendable {
        var saltHex: String
        var passes: UInt32
        var memoryKiB: UInt32
        var lanes: UInt32
    }

    /// One master key, wrapped by every slot.
    struct Generation: Codable, Equatable, Sendable {
        var number: Int
        var createdAtMs: Int64
        /// Tells a wrong key at once.
        var checkHex: String
        var wraps: [Wrap]
    }

    /// A master key under a slot, and the slot's key under the master key: with the second one a
    /// rotation can wrap the next master key without asking for paper.
    struct Wrap: Codable, Equatable, Sendable {
        var slot: String
        var masterHex: String
        var wrappingHex: String
    }

    static let name = "keyring.json"
    static let format = 1
    private static let bytesMax = 1 << 20

    var slots: [Slot]
    var generations: [Generation]

    static func path(in folder: String) -> String { "\(folder)/\(name)" }

    static func read(folder: String) throws(KeyRingError) -> KeyRingFile {
        let path = path(in: folder)
        let bytes: [UInt8]
        do throws(PrivateFile.Failure) {
            bytes = try PrivateFile.read(path, bytesMax: bytesMax, ownerOnly: true)
        } catch {
            throw error == .missing(path: path) ? .missing(folder: folder) : .file("\(error)")
        }
        return try decode(bytes, path: path)
    }

    func write(folder: String, replacing: Bool) throws(KeyRingError) {
        let path = KeyRingFile.path(in: folder)
        do throws(PrivateFile.Failure) {
            try PrivateFile.write(encoded(), to: path, replacing: replacing)
        } catch {
            throw error == .exists(path: path) ? .exists(folder: folder) : .file("\(error)")
        }
    }

    /// The bytes of the file.
    func encoded() -> [UInt8] {
        let whole = Whole(
            format: KeyRingFile.format, checksum: KeyRingFile.checksum(of: self), ring: self)
        return KeyRingFile.json(whole) + [0x0A]
    }

    static func decode(_ bytes: [UInt8], path: String) throws(KeyRingError) -> KeyRingFile {
        let data = Data(bytes)
        let whole: Whole
        do {
            let format = try JSONDecoder().decode(FormatOnly.self, from: data).format
            guard format <= KeyRingFile.format else {
                throw KeyRingError.newer(path: path, format: format)
            }
            whole = try JSONDecoder().decode(Whole.self, from: data)
        } catch let error as KeyRingError {
            throw error
        } catch {
            throw KeyRingError.damaged(path: path)
        }
        guard whole.checksum == checksum(of: whole.ring), !whole.ring.generations.isEmpty else {
            throw KeyRingError.damaged(path: path)
        }
        return whole.ring
    }

    private struct FormatOnly: Codable { var format: Int }

    private struct Whole: Codable {
        var format: Int
        var checksum: String
        var ring: KeyRingFile
    }

    private static func checksum(of ring: KeyRingFile) -> String {
        Hex.text(SHA256.digest(json(ring)))
    }

    private static func json(_ value: some Encodable) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        do {
            return Array(try encoder.encode(value))
        } catch {
            preconditionFailure("Texts and numbers can always be written as JSON.")
        }
    }
}
