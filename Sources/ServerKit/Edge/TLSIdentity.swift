package import Kernel
import NIOCore
import NIOSSL
import Synchronization

/// The certificate and key that the box shows; can be replaced while the server runs.
package final class TLSIdentity: Sendable {
    private let current: Mutex<NIOSSLContext>

    /// Reads a certificate with its chain, and the private key that belongs to it.
    ///
    /// - Throws: ``Problem`` `.invalid` if either cannot be read or they do not belong together.
    package init(certificatePEM: [UInt8], privateKeyPEM: [UInt8]) throws(Problem) {
        current = Mutex(try Self.context(certificatePEM, privateKeyPEM))
    }

    /// Takes another certificate; connections from now on see it, open ones keep the old one.
    package func replace(certificatePEM: [UInt8], privateKeyPEM: [UInt8]) throws(Problem) {
        let context = try Self.context(certificatePEM, privateKeyPEM)
        current.withLock { $0 = context }
    }

    var context: NIOSSLContext { current.withLock { $0 } }

    /// TLS 1.2 and 1.3; of TLS 1.2 only suites with forward secrecy and authenticated encryption.
    ///
    /// Spec: RFC 9325, 3.1 and 4.2, https://www.rfc-editor.org/rfc/rfc9325
    private static func context(
        _ certificatePEM: [UInt8], _ privateKeyPEM: [UInt8]
    ) throws(Problem) -> NIOSSLContext {
        do {
            let chain = try NIOSSLCertificate.fromPEMBytes(certificatePEM)
            let key = try NIOSSLPrivateKey(bytes: privateKeyPEM, format: .pem)
            var settings = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            settings.minimumTLSVersion = .tlsv12
            settings.applicationProtocols = ["h2", "http/1.1"]
            settings.cipherSuiteValues = [
                .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
                .TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                .TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
            ]
            // A client that does not answer the end of TLS is not worth a connection for long.
            settings.shutdownTimeout = .seconds(1)
            return try NIOSSLContext(configuration: settings)
        } catch {
            throw Problem(
                .invalid,
                "The certificate and its private key cannot be used together. Check both PEM files."
            )
        }
    }
}
