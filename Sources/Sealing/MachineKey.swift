import Glibc
import Kernel

/// The secret that lets the box open its own key ring when nobody is there: a systemd credential
/// named `machine-key`, or the file `machine.key` in the data folder.
///
/// Spec: systemd, System and Service Credentials, https://systemd.io/CREDENTIALS/
package enum MachineKey {
    /// The file in the data folder.
    package static let fileName = "machine.key"
    /// The credential of the service.
    package static let credentialName = "machine-key"
    /// Where the package keeps the credential, sealed by systemd for this machine.
    package static let storedCredential = "/etc/credstore.encrypted/tribal-ehr.machine-key"
    private static let secretBytes = 32
    private static let fileBytesMax = 256

    /// Where the service manager puts credentials, if it started this process.
    package static var credentialsFolder: String? {
        getenv("CREDENTIALS_DIRECTORY").map { String(cString: $0) }
    }

    /// Reads the secret; the credential wins over the file.
    ///
    /// - Throws: ``KeyRingError`` if there is none, or if the file is open to others.
    package static func find(
        folder: String, credentialsFolder: String? = credentialsFolder
    ) throws(KeyRingError) -> SecretBytes {
        if let credentialsFolder {
            let path = "\(credentialsFolder)/\(credentialName)"
            do {
                // The service manager keeps credentials in a folder of the service, some of them
                // 0440.
                return try secret(
                    in: PrivateFile.read(path, bytesMax: fileBytesMax, ownerOnly: false), path)
            } catch PrivateFile.Failure.missing {
                // A unit may have other credentials and keep the machine key in the data folder.
            } catch let error as KeyRingError {
                throw error
            } catch {
                throw KeyRingError.file("\(error)")
            }
        }
        let path = "\(folder)/\(fileName)"
        let bytes: [UInt8]
        do throws(PrivateFile.Failure) {
            bytes = try PrivateFile.read(path, bytesMax: fileBytesMax, ownerOnly: true)
        } catch {
            throw error == .missing(path: path) ? .noMachineKey(path: path) : .file("\(error)")
        }
        return try secret(in: bytes, path)
    }

    /// Makes a secret and writes it to the data folder, for its owner only.
    ///
    /// - Parameter replacing: true only after the ring was opened by another slot.
    package static func make(
        folder: String, replacing: Bool = false
    ) throws(KeyRingError) -> SecretBytes {
        do {
            let secret = try SecretBytes.random(secretBytes)
            let text = secret.withBytes { Hex.text($0) } + "\n"
            try PrivateFile.write(
                Array(text.utf8), to: "\(folder)/\(fileName)", replacing: replacing)
            return secret
        } catch {
            throw KeyRingError.file("\(error)")
        }
    }

    /// 64 hexadecimal digits, or 32 bytes as they are.
    private static func secret(in bytes: [UInt8], _ path: String) throws(KeyRingError)
        -> SecretBytes
    {
        if bytes.count == secretBytes { return SecretBytes(copying: bytes) }
        let digits = bytes.filter { !($0 == 0x20 || (0x09...0x0D).contains($0)) }
        guard let read = Hex.bytes(String(decoding: digits, as: UTF8.self)),
            read.count == secretBytes
        else {
            throw KeyRingError.damagedMachineKey(path: path)
        }
        return SecretBytes(copying: read)
    }
}
