import Foundation
import NIOSSL
import ServerKit
import TestKit

/// A certificate made for this run of the tests; no key stands in the repository.
struct TestCertificate: Sendable {
    let certificatePEM: [UInt8]
    let privateKeyPEM: [UInt8]

    static let shared = make(name: "localhost")

    static func make(name: String) -> TestCertificate {
        let folder = FileManager.default.temporaryDirectory
            .appendingPathComponent("tribal-ehr-tls-\(UUID().uuidString)")
        // A leftover folder harms nothing.
        defer { try? FileManager.default.removeItem(at: folder) }
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let key = folder.appendingPathComponent("key.pem")
            let certificate = folder.appendingPathComponent("cert.pem")
            let words = [
                "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                "-subj", "/CN=\(name)", "-days", "2", "-keyout", key.path, "-out", certificate.path,
            ]
            _ = try Program.run("/usr/bin/openssl", words)
            return TestCertificate(
                certificatePEM: Array(try Data(contentsOf: certificate)),
                privateKeyPEM: Array(try Data(contentsOf: key)))
        } catch {
            preconditionFailure("openssl makes the certificate of the tests: \(error)")
        }
    }

    func identity() throws -> TLSIdentity {
        try TLSIdentity(certificatePEM: certificatePEM, privateKeyPEM: privateKeyPEM)
    }

    /// A client that takes any certificate.
    static var clientSettings: TLSConfiguration {
        var settings = TLSConfiguration.makeClientConfiguration()
        settings.certificateVerification = .none
        return settings
    }
}
