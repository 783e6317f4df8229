import Backups
import Glibc
package import Kernel
import RecordStore
import Sealing

/// Looks whether a package may be installed over what runs.
package struct PackageCheck: Sendable {
    /// What runs, and where.
    package struct Machine: Sendable {
        /// The release that runs.
        package var version: String
        /// As Debian calls it, such as `amd64`.
        package var architecture: String
        /// The last step of the schema that the record has; nil where there is no record.
        package var schemaStep: Int?
        /// Folders with the public keys of those whose packages are taken, in PEM.
        package var keyFolders: [String]
        /// The folder of the record, for the room on its disk.
        package var dataFolder: String
        /// Bytes of the record.
        package var recordBytes: Int

        /// Collects the facts.
        package init(
            version: String, schemaStep: Int?, dataFolder: String, recordBytes: Int,
            keyFolders: [String] = PackageCheck.keyFolders
        ) {
            self.version = version
            self.schemaStep = schemaStep
            self.dataFolder = dataFolder
            self.recordBytes = recordBytes
            self.keyFolders = keyFolders
            #if arch(arm64)
            architecture = "arm64"
            #else
            architecture = "amd64"
            #endif
        }
    }

    /// Where keys lie: those of the clinic, and those that came with the package.
    package static let keyFolders = [
        "/etc/tribal-ehr/package-keys", "/usr/share/tribal-ehr/package-keys",
    ]
    /// What the name of a signature ends with.
    package static let signatureSuffix = ".sig"
    private static let keyBytesMax = 1_024
    private static let keyCountMax = 32
    private static let pieceBytes = 1 << 20
    private static let spareBytes = 256 << 20

    private let machine: Machine

    /// Makes the check for a machine.
    package init(_ machine: Machine) { self.machine = machine }

    /// Checks a package and its signature.
    ///
    /// - Parameter signature: the path of the signature; that of the package with ``signatureSuffix``
    ///   where nil.
    /// - Returns: what is signed about it.
    /// - Throws: ``Problem`` that says what is wrong and what to do; nothing was changed.
    package func run(_ path: String, signature: String? = nil) throws(Problem) -> SignedPackage {
        let place = signature ?? path + Self.signatureSuffix
        guard let bytes = try FileBytes.read(place, bytesMax: SignedPackage.bytesMax) else {
            throw Problem(
                .notFound,
                "There is no signature \(place). Copy it from where the package is from, beside the "
                    + "package, or name it with --signature.", location: "signature")
        }
        let signed = try SignedPackage(bytes)
        try checkKeys(signed)
        try checkFacts(signed)
        try checkFile(path, signed)
        return signed
    }

    /// Who signed it.
    private func checkKeys(_ signed: SignedPackage) throws(Problem) {
        let keys = try trusted()
        guard !keys.isEmpty else {
            throw Problem(
                .forbidden,
                "This box trusts nobody's packages yet. Put the public key of those who make them, a "
                    + "file that ends with .pem, into \(machine.keyFolders[0]).",
                location: "signature")
        }
        guard signed.isSigned(by: keys) else {
            throw Problem(
                .forbidden,
                "The signature is of nobody whom this box trusts, or it was changed. Nothing was "
                    + "installed. Take the package from those who make it, once more.",
                location: "signature")
        }
    }

    /// Whether it is for this box, and later than what runs.
    private func checkFacts(_ signed: SignedPackage) throws(Problem) {
        guard signed.name == "tribal-ehr" else {
            throw Problem(.value, "This is the package \(signed.name), not tribal-ehr.")
        }
        guard signed.architecture == machine.architecture else {
            throw Problem(
                .value,
                "This package is for machines of the kind \(signed.architecture); this one is "
                    + "\(machine.architecture). Take the other file.")
        }
        if let step = machine.schemaStep, signed.schemaStep < step {
            throw Problem(
                .notSupported,
                "The record of this box is newer than release \(signed.version) (schema step \(step); "
                    + "it knows \(signed.schemaStep)). Install release \(machine.version) or a later one."
            )
        }
        guard signed.version != machine.version else {
            throw Problem(.conflict, "Release \(signed.version) runs on this box already.")
        }
        guard DebianVersion.isEarlier(machine.version, signed.version) else {
            throw Problem(
                .value,
                "Release \(signed.version) is older than \(machine.version), which runs here. To go "
                    + "back to the release before: tribal-ehr upgrade roll-back")
        }
    }

    /// Whether the bytes are those that were signed, and the disk has room.
    private func checkFile(_ path: String, _ signed: SignedPackage) throws(Problem) {
        let file = open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            throw Problem(.notFound, "The package \(path) cannot be read. Name another file.")
        }
        defer { close(file) }
        let digest = DigestContext()
        var count = 0
        var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
        while count <= signed.byteCount {
            let got = read(file, &piece, piece.count)
            if got < 0 && errno == EINTR { continue }
            guard got >= 0 else {
                throw Problem(.incomplete, "The package \(path) could not be read to its end.")
            }
            if got == 0 { break }
            digest.update(Array(piece[..<got]))
            count += got
        }
        guard count == signed.byteCount, SHA256.equal(digest.finish(), signed.digest) else {
            let cut = count < signed.byteCount ? "a part of it is missing" : "it was changed"
            throw Problem(
                .invalid,
                "The package is not the one that was signed: \(cut). Nothing was installed. Copy it "
                    + "once more.", location: "package")
        }
        try Folders.requireRoom(
            3 * signed.byteCount + 3 * machine.recordBytes + Self.spareBytes,
            in: machine.dataFolder)
    }

    /// The keys in the folders; files that are none are left out.
    private func trusted() throws(Problem) -> [[UInt8]] {
        var keys: [[UInt8]] = []
        for folder in machine.keyFolders {
            for name in Folders.names(in: folder).prefix(Self.keyCountMax)
            where name.hasSuffix(".pem") {
                let path = folder + "/" + name
                guard let bytes = try FileBytes.read(path, bytesMax: Self.keyBytesMax),
                    let key = Self.key(bytes)
                else { continue }
                keys.append(key)
            }
        }
        return keys
    }

    /// The 32 bytes of a public key of Ed25519 in PEM; nil for anything else.
    static func key(_ pem: [UInt8]) -> [UInt8]? {
        let lines = String(decoding: pem, as: UTF8.self).split(whereSeparator: \.isNewline)
        guard lines.first == "-----BEGIN PUBLIC KEY-----", lines.last == "-----END PUBLIC KEY-----",
            let bytes = Base64.bytes(lines.dropFirst().dropLast().joined()),
            bytes.starts(with: SignatureCheck.ed25519Prefix)
        else { return nil }
        let key = Array(bytes.dropFirst(SignatureCheck.ed25519Prefix.count))
        return key.count == 32 ? key : nil
    }
}

/// What Debian's list of packages says.
package enum InstalledPackage {
    private static let list = "/var/lib/dpkg/status"
    private static let listBytesMax = 64 << 20

    /// The installed version of the package tribal-ehr; nil where it was not installed as one.
    package static func version(list: String = list) -> String? {
        // A list that cannot be read is that of a machine without packages.
        guard let bytes = try? FileBytes.read(list, bytesMax: listBytesMax) else { return nil }
        var isOurs = false
        for line in bytes.split(separator: 0x0A, omittingEmptySubsequences: false) {
            if line.isEmpty { isOurs = false }
            if line.elementsEqual("Package: tribal-ehr".utf8) { isOurs = true }
            if isOurs, line.starts(with: "Version: ".utf8) {
                return String(decoding: line.dropFirst(9), as: UTF8.self)
            }
        }
        return nil
    }
}
