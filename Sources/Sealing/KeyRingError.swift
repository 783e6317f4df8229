/// Why the key ring cannot be made, read, opened or changed; each with the way out.
package enum KeyRingError: Error, Hashable, Sendable, CustomStringConvertible {
    /// There is no key ring in the folder.
    case missing(folder: String)
    /// There is a key ring already; another one would lock everybody out of the data.
    case exists(folder: String)
    /// The file is not what was written.
    case damaged(path: String)
    /// The file was written by a newer release.
    case newer(path: String, format: Int)
    /// There is no machine key where it is looked for.
    case noMachineKey(path: String)
    /// The machine key is not 32 bytes.
    case damagedMachineKey(path: String)
    /// The machine key belongs to another key ring.
    case wrongMachineKey
    /// The code belongs to another kit.
    case wrongKit(needed: [String], entered: String)
    /// The passphrase is another one.
    case wrongPassphrase
    /// The ring has no slot of this kind.
    case noSlot(SlotKind)
    /// The ring has no key of this generation.
    case noGeneration(Int)
    /// A rotation is under way already.
    case rotating
    /// A file could not be read or written; a sentence.
    case file(String)
    /// Sealing itself failed.
    case sealing(SealingError)

    private static let kitWay =
        "open with the recovery kit: tribal-ehr keys open --recovery-code-file FILE"

    package var description: String {
        switch self {
        case .missing(let folder):
            "There is no keyring.json in \(folder). Without it no data there can be opened, and no new "
                + "one is made over existing data. Put keyring.json back from the newest backup, then "
                + KeyRingError.kitWay
        case .exists(let folder):
            "\(folder) has a keyring.json already. Choose an empty folder, or start without setup."
        case .damaged(let path):
            "\(path) is damaged: its checksum does not match. Put it back from the newest backup, then "
                + KeyRingError.kitWay
        case .newer(let path, let format):
            "\(path) has format \(format), written by a newer release. Install that release again."
        case .noMachineKey(let path):
            "The machine key \(path) is missing. Put it back, or \(KeyRingError.kitWay)"
        case .damagedMachineKey(let path):
            "The machine key \(path) is not one: it must hold 64 hexadecimal digits. Put it back, or "
                + KeyRingError.kitWay
        case .wrongMachineKey:
            "The machine key does not open this key ring; it belongs to another folder or machine. "
                + "Put the right one back, or \(KeyRingError.kitWay)"
        case .wrongKit(let needed, let entered):
            "This folder needs kit \(needed.joined(separator: " or ")), you entered the code of kit "
                + "\(entered). Look for the kit with that number."
        case .wrongPassphrase: "The passphrase does not open this key ring. Type it again."
        case .noSlot(let kind): "This key ring cannot be opened by \(kind.words); use another way."
        case .noGeneration(let number):
            "The key ring has no master key of generation \(number); it is older or newer than the "
                + "database. Put keyring.json back from the same backup as the database."
        case .rotating: "A key rotation is under way. Let it finish: tribal-ehr keys rotate"
        case .file(let sentence): sentence
        case .sealing(let error): "\(error)"
        }
    }
}

/// What opens a key ring.
package enum SlotKind: String, Codable, Hashable, Sendable, CaseIterable {
    case machine, recovery, passphrase

    var words: String {
        switch self {
        case .machine: "a machine key"
        case .recovery: "a recovery code"
        case .passphrase: "a passphrase"
        }
    }
}
