import COpenSSL
import Kernel

extension Certificates {
    /// The longest PEM text of a chain, in bytes.
    package static let chainBytesMax = 65_536
    /// The most certificates of a chain.
    package static let chainCountMax = 8

    /// A chain and a key that browsers can use, looked through.
    package struct Reviewed: Sendable {
        /// The server's certificate first, as PEM text without anything between.
        package let chainPEM: String
        /// PKCS #8, without a password.
        package let keyPEM: SecretBytes
        /// What the server's certificate says.
        package let facts: Facts
        /// When the first certificate of the chain ends, in UTC milliseconds.
        package let notAfterMs: Int64
    }

    /// Looks through a certificate that somebody brings: the key belongs to it and is strong enough,
    /// each certificate is vouched for by the next, none has ended, and servers may use it.
    ///
    /// - Parameters:
    ///   - chainPEM: the server's certificate, then those that vouch for it.
    ///   - nowMs: UTC milliseconds.
    /// - Throws: ``CertificateFault``, a sentence for the one who brings it.
    package static func review(
        chainPEM: [UInt8], keyPEM: SecretBytes, nowMs: Int64
    ) throws(CertificateFault) -> Reviewed {
        guard chainPEM.count <= chainBytesMax, keyPEM.count <= chainBytesMax else {
            throw .tooLarge
        }
        let chain = CertificateDraft.all(pem: chainPEM, countMax: chainCountMax)
        guard let leaf = chain.first else { throw .noCertificate }
        guard chain.count <= chainCountMax else { throw .tooLarge }
        try check(key: try key(keyPEM), of: chain)
        try check(order: chain)
        do {
            for (index, one) in chain.enumerated() {
                try check(dates: one, number: index + 1, nowMs: nowMs)
            }
            try check(use: leaf)
            return try reviewed(chain, keyPEM)
        } catch let fault as CertificateFault {
            throw fault
        } catch {
            throw .library
        }
    }

    private static func reviewed(
        _ chain: [CertificateDraft], _ keyPEM: SecretBytes
    ) throws -> Reviewed {
        var text = ""
        var endMs = Int64.max
        for one in chain {
            text += try one.pem()
            endMs = min(endMs, try one.notAfterMs())
        }
        return Reviewed(
            chainPEM: text, keyPEM: try CertificateDraft.pem(of: CertificateDraft.key(pem: keyPEM)),
            facts: try facts(of: chain[0]), notAfterMs: endMs)
    }

    private static func key(_ pem: SecretBytes) throws(CertificateFault) -> CertificateDraft.Key {
        let (isEncrypted, isKey) = pem.withBytes { bytes in
            let text = Array(bytes)
            return (
                text.firstRange(of: Array("ENCRYPTED".utf8)) != nil,
                text.firstRange(of: Array("PRIVATE KEY-----".utf8)) != nil
            )
        }
        guard isKey else { throw .noKey }
        guard !isEncrypted else { throw .encryptedKey }
        do {
            return try CertificateDraft.key(pem: pem)
        } catch {
            throw .noKey
        }
    }

    private static func check(
        key: CertificateDraft.Key, of chain: [CertificateDraft]
    ) throws(CertificateFault) {
        func belongs(_ one: CertificateDraft) -> Bool {
            EVP_PKEY_eq(X509_get0_pubkey(one.certificate), key.pointer) == 1
        }
        guard belongs(chain[0]) else {
            ERR_clear_error()
            if let place = chain.firstIndex(where: belongs) { throw .notFirst(place + 1) }
            throw .otherKey
        }
        let bits = Int(EVP_PKEY_get_bits(key.pointer))
        switch EVP_PKEY_get_base_id(key.pointer) {
        case NID_rsaEncryption: if bits < 2_048 { throw .weakKey("RSA with \(bits) bits") }
        case NID_X9_62_id_ecPublicKey:
            if bits < 256 { throw .weakKey("elliptic curve with \(bits) bits") }
        default: throw .oddKey
        }
    }

    /// Each is signed by the next; signatures of what browsers keep themselves do not matter.
    private static func check(order chain: [CertificateDraft]) throws(CertificateFault) {
        defer { ERR_clear_error() }
        for (index, one) in chain.enumerated() {
            let isOwn = one.subject == one.issuer
            if index == 0, isOwn { throw .vouchesForItself }
            if !isOwn {
                var bits: Int32 = 0
                guard X509_get_signature_info(one.certificate, nil, nil, &bits, nil) == 1,
                    bits >= 112
                else { throw .weakSignature(index + 1) }
            }
            guard index + 1 < chain.count else { continue }
            let next = chain[index + 1]
            guard X509_check_issued(next.certificate, one.certificate) == X509_V_OK,
                X509_verify(one.certificate, X509_get0_pubkey(next.certificate)) == 1
            else { throw .brokenChain(index + 1, issuer: one.issuer, next: next.subject) }
            guard X509_check_ca(next.certificate) == 1 else { throw .noAuthority(index + 2) }
        }
    }

    private static func check(
        dates one: CertificateDraft, number: Int, nowMs: Int64
    ) throws {
        let endMs = try one.notAfterMs()
        guard nowMs < endMs else { throw CertificateFault.ended(number, onMs: endMs) }
        let beginMs = try one.notBeforeMs()
        // Clocks of authorities run a little ahead now and then.
        guard beginMs <= nowMs + 300_000 else {
            throw CertificateFault.early(number, onMs: beginMs)
        }
    }

    private static func check(use leaf: CertificateDraft) throws(CertificateFault) {
        guard !leaf.names.isEmpty else { throw .noNames }
        guard X509_check_purpose(leaf.certificate, X509_PURPOSE_SSL_SERVER, 0) == 1,
            X509_check_ca(leaf.certificate) == 0
        else { throw .notForServers }
    }

    /// Makes a key and the request by which an authority elsewhere vouches for it.
    ///
    /// - Parameter dnsNames: at least one; the first is its common name.
    /// - Throws: ``CertificateError``.
    /// Spec: RFC 2986, https://www.rfc-editor.org/rfc/rfc2986
    package static func makeRequest(
        dnsNames: [String]
    ) throws(CertificateError) -> (requestPEM: String, keyPEM: SecretBytes) {
        try check(dnsNames: dnsNames, addresses: [])
        guard let first = dnsNames.first else { throw .noName }
        let key = try CertificateDraft.key()
        guard let request = X509_REQ_new() else { throw .library("X509_REQ_new") }
        let bio = BIO_new(BIO_s_mem())
        defer {
            BIO_free(bio)
            X509_REQ_free(request)
        }
        let shown = Array(String(first.prefix(64)).utf8)
        let names = dnsNames.map { "DNS:\($0)" }.joined(separator: ",")
        guard X509_REQ_set_version(request, 0) == 1,
            X509_REQ_set_pubkey(request, key.pointer) == 1,
            X509_NAME_add_entry_by_txt(
                X509_REQ_get_subject_name(request), "CN", MBSTRING_FLAG, shown,
                Int32(shown.count), -1, 0) == 1,
            copenssl_request_names(request, names) == 1,
            X509_REQ_sign(request, key.pointer, Algorithm.sha256) > 0,
            PEM_write_bio_X509_REQ(bio, request) == 1
        else { throw .library("signing request") }
        let text = String(decoding: CertificateDraft.bytes(of: bio), as: UTF8.self)
        return (text, try CertificateDraft.pem(of: key))
    }
}

/// What is wrong with a certificate that somebody brings.
package enum CertificateFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// Over the bounds of size or count.
    case tooLarge
    /// No certificate in PEM form.
    case noCertificate
    /// No private key in PEM form.
    case noKey
    /// The key needs a password.
    case encryptedKey
    /// The key is of none of the certificates.
    case otherKey
    /// The key is of another certificate of the chain, counted from 1.
    case notFirst(Int)
    /// Too short a key, in words.
    case weakKey(String)
    /// A kind of key that browsers do not take.
    case oddKey
    /// A signature that browsers do not take, of the certificate counted from 1.
    case weakSignature(Int)
    /// It is its own issuer.
    case vouchesForItself
    /// The certificate counted from 1 is not signed by the one behind it.
    case brokenChain(Int, issuer: String, next: String)
    /// The certificate counted from 1 may not vouch for others.
    case noAuthority(Int)
    /// The certificate counted from 1 has ended, in UTC milliseconds.
    case ended(Int, onMs: Int64)
    /// The certificate counted from 1 does not hold yet, in UTC milliseconds.
    case early(Int, onMs: Int64)
    /// No alternative names.
    case noNames
    /// Made for something else than a server.
    case notForServers
    /// libcrypto refused a call.
    case library

    /// Whether the key is at fault, rather than a certificate.
    package var isAboutKey: Bool {
        switch self {
        case .noKey, .encryptedKey, .otherKey, .weakKey, .oddKey: true
        default: false
        }
    }

    package var description: String {
        switch self {
        case .tooLarge:
            "The file is too large: at most \(Certificates.chainCountMax) certificates and "
                + "\(Certificates.chainBytesMax) bytes."
        case .noCertificate:
            "There is no certificate in the text. It begins with -----BEGIN CERTIFICATE-----."
        case .noKey:
            "There is no private key in the text. It begins with a line that says PRIVATE KEY."
        case .encryptedKey:
            "The private key is protected by a password. Take it off with: openssl pkey -in KEY "
                + "-out PLAIN"
        case .otherKey:
            "The private key does not belong to the certificate. Choose the two files that were "
                + "made together."
        case .notFirst(let place):
            "The private key belongs to certificate \(place) of the file. Put the server's "
                + "certificate first, then those that vouch for it."
        case .weakKey(let kind):
            "The key is too weak (\(kind)). Use an elliptic curve of 256 bits or RSA of 2048 and more."
        case .oddKey:
            "Browsers do not take this kind of key. Use ECDSA or RSA."
        case .weakSignature(let place):
            "Certificate \(place) is signed in a way that browsers refuse (SHA-1 or older). Ask its "
                + "issuer for one with SHA-256."
        default: chainDescription
        }
    }

    private var chainDescription: String {
        switch self {
        case .vouchesForItself:
            "The certificate vouches for itself, so no device trusts it. Use the box's own "
                + "certificate instead, or one of an authority."
        case .brokenChain(let place, let issuer, let next):
            "Certificate \(place) was issued by \(issuer), but the next one in the file is \(next). "
                + "Put each issuer right behind what it issued."
        case .noAuthority(let place):
            "Certificate \(place) of the file may not vouch for others. Leave it out."
        case .ended(let place, let ms):
            "Certificate \(place) ended on \(Timestamp.text(ms: ms).prefix(10)). Ask for a fresh one."
        case .early(let place, let ms):
            "Certificate \(place) holds from \(Timestamp.text(ms: ms).prefix(10)) on only. Check the "
                + "clock of the box."
        case .noNames:
            "The certificate has no alternative names (SAN), and browsers look at nothing else."
        case .notForServers:
            "The certificate was not made for servers. Ask for one with the use “server "
                + "authentication”."
        default: "libcrypto could not read the certificate."
        }
    }
}
