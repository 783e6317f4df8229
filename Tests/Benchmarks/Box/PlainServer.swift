import Hummingbird
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import Sealing

/// What the box's reads are compared with: a bare hummingbird route that answers the same bytes
/// from memory, behind TLS of the same versions and suites.
///
/// A process of its own, like the box.
enum PlainServer {
    /// The word that makes this program the plain server.
    static let word = "plain-server"

    /// Serves until the process is ended.
    ///
    /// - Parameter words: the port, and a file of lines, each a path, a tab and the answer.
    static func serve(_ words: [String]) async throws {
        guard words.count == 2, let port = Int(words[0]) else {
            throw Failure("The plain server needs a port and a file.")
        }
        let router = Router()
        let answers = try answers(words[1])
        let headers: HTTPFields = [.contentType: "application/fhir+json; charset=utf-8"]
        router.get("/fhir/:type/:id") { request, context -> Response in
            let type = try context.parameters.require("type")
            let id = try context.parameters.require("id")
            guard let bytes = answers["/fhir/\(type)/\(id)"] else {
                throw HTTPError(.notFound)
            }
            return Response(
                status: .ok, headers: headers, body: ResponseBody(byteBuffer: bytes))
        }
        var logger = Logger(label: "plain")
        logger.logLevel = .error
        let app = Application(
            router: router, server: try .tls(.http1(), tlsConfiguration: tls()),
            configuration: .init(address: .hostname("127.0.0.1", port: port)), logger: logger)
        try await app.runService()
    }

    private static func answers(_ path: String) throws -> [String: ByteBuffer] {
        var answers: [String: ByteBuffer] = [:]
        for line in String(decoding: FileText.bytes(path), as: UTF8.self).split(separator: "\n") {
            let halves = line.split(separator: "\t", maxSplits: 1)
            guard halves.count == 2 else { throw Failure("A line without a tab in \(path).") }
            answers[String(halves[0])] = ByteBuffer(string: String(halves[1]))
        }
        return answers
    }

    private static func tls() throws -> TLSConfiguration {
        let nowMs: Int64 = 1_790_000_000_000
        let authority = try Certificates.makeAuthority(
            name: "Bench", dnsNames: ["localhost"], nowMs: nowMs)
        let leaf = try Certificates.makeLeaf(
            dnsNames: ["localhost"], addresses: ["127.0.0.1"], authority: authority, nowMs: nowMs)
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(leaf.certificatePEM.utf8))
        let key = try leaf.keyPEM.withBytes {
            try NIOSSLPrivateKey(bytes: Array($0), format: .pem)
        }
        var settings = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        settings.minimumTLSVersion = .tlsv12
        settings.cipherSuiteValues = [
            .TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, .TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
            .TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, .TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
        ]
        return settings
    }
}
