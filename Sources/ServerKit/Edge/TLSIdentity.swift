package import Kernel
import NIOCore
import NIOSSL
import Synchronization

/// The certificates and keys that the box shows; can be replaced while the server runs.
///
/// One is for everybody. Another can be put beside it for clients that name a host which it covers.
package final class TLSIdentity: Sendable {
    /// A certificate with its chain, and the private key that belongs to it, as PEM.
    package struct Pair: Sendable {
        let certificatePEM: [UInt8]
        let privateKeyPEM: [UInt8]

        /// Takes both as they are.
        package init(certificatePEM: [UInt8], privateKeyPEM: [UInt8]) {
            self.certificatePEM = certificatePEM
            self.privateKeyPEM = privateKeyPEM
        }
    }

    /// A certificate for some host names.
    package struct Named: Sendable {
        let pair: Pair
        let covers: @Sendable (String) -> Bool

        /// - Parameter covers: whether it is for a host name; must answer from memory.
        package init(_ pair: Pair, covers: @escaping @Sendable (String) -> Bool) {
            self.pair = pair
            self.covers = covers
        }
    }

    struct Shown: Sendable {
        let context: NIOSSLContext
        let number: Int
    }

    private let current: Mutex<Shown>

    /// Reads a certificate with its chain, and the private key that belongs to it.
    ///
    /// - Throws: ``Problem`` `.invalid` if either cannot be read or they do not belong together.
    package convenience init(certificatePEM: [UInt8], privateKeyPEM: [UInt8]) throws(Problem) {
        try self.init(Pair(certificatePEM: certificatePEM, privateKeyPEM: privateKeyPEM))
    }

    /// Reads a certificate for everybody, and one for some names.
    ///
    /// - Throws: ``Problem`` `.invalid` if one cannot be read, or key and certificate do not belong
    ///   together.
    package init(_ pair: Pair, named: Named? = nil) throws(Problem) {
        current = Mutex(Shown(context: try Self.context(pair, named), number: 1))
    }

    /// Takes another certificate; connections from now on see it, open ones keep the old one.
    ///
    /// - Throws: ``Problem`` `.invalid` as above; the old one stays then.
    package func replace(certificatePEM: [UInt8], privateKeyPEM: [UInt8]) throws(Problem) {
        try replace(Pair(certificatePEM: certificatePEM, privateKeyPEM: privateKeyPEM))
    }

    /// Takes other certificates.
    ///
    /// - Returns: the number of this identity.
    /// - Throws: ``Problem`` `.invalid` as above; the old ones stay then.
    @discardableResult
    package func replace(_ pair: Pair, named: Named? = nil) throws(Problem) -> Int {
        let context = try Self.context(pair, named)
        return current.withLock {
            $0 = Shown(context: context, number: $0.number + 1)
            return $0.number
        }
    }

    /// Counts the identities since the start, from 1; a connection keeps the number that it was
    /// opened with.
    package var number: Int { current.withLock(\.number) }

    var shown: Shown { current.withLock { $0 } }

    /// TLS 1.2 and 1.3; of TLS 1.2 only suites with forward secrecy and authenticated encryption.
    ///
    /// Spec: RFC 9325, 3.1 and 4.2, https://www.rfc-editor.org/rfc/rfc9325
    private static func context(_ pair: Pair, _ named: Named?) throws(Problem) -> NIOSSLContext {
        do {
            let (chain, key) = try sources(pair)
            var settings = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain, privateKey: key)
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
            if let named { try choose(named, in: &settings) }
            return try NIOSSLContext(configuration: settings)
        } catch {
            throw Problem(
                .invalid,
                "The certificate and its private key cannot be used together. Check both PEM files."
            )
        }
    }

    private static func sources(
        _ pair: Pair
    ) throws -> ([NIOSSLCertificateSource], NIOSSLPrivateKeySource) {
        let chain = try NIOSSLCertificate.fromPEMBytes(pair.certificatePEM)
        let key = try NIOSSLPrivateKey(bytes: pair.privateKeyPEM, format: .pem)
        return (chain.map { .certificate($0) }, .privateKey(key))
    }

    private static func choose(_ named: Named, in settings: inout TLSConfiguration) throws {
        let (chain, key) = try sources(named.pair)
        // Refuses a pair that does not belong together before anybody asks for it.
        _ = try NIOSSLContext(
            configuration: .makeServerConfiguration(certificateChain: chain, privateKey: key))
        var other = NIOSSLContextConfigurationOverride()
        other.certificateChain = chain
        other.privateKey = key
        let chosen = other
        settings.sslContextCallback = { values, promise in
            let host = values.serverHostname?.lowercased()
            promise.succeed(host.map(named.covers) == true ? chosen : .noChanges)
        }
    }
}
