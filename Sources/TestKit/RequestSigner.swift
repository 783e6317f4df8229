import COpenSSL

/// Answers signing requests as an authority on the internet does, with a root that nobody knows.
package struct RequestSigner: Sendable {
    /// The root as PEM.
    package let rootPEM: String
    private let root: Shared

    /// libcrypto counts who holds on to its structures.
    private final class Shared: @unchecked Sendable {  // because: read only once it is made
        let certificate: OpaquePointer
        let key: OpaquePointer

        init(_ certificate: OpaquePointer, _ key: OpaquePointer) {
            self.certificate = certificate
            self.key = key
        }

        deinit {
            X509_free(certificate)
            EVP_PKEY_free(key)
        }
    }

    /// Makes a root that holds for ten years around a moment, in UTC milliseconds.
    package init?(nowMs: Int64) {
        guard let key = copenssl_p256(),
            let made = Self.certificate(
                name: "Invented Root", key: key, fromMs: nowMs - 86_400_000,
                toMs: nowMs + 315_360_000_000)
        else { return nil }
        X509_set_issuer_name(made, X509_get_subject_name(made))
        Self.add(NID_basic_constraints, "critical,CA:TRUE", to: made, issuer: made)
        guard X509_sign(made, key, EVP_sha256()) > 0 else { return nil }
        root = Shared(made, key)
        rootPEM = Self.pem(made)
    }

    /// The certificate for a request, with the root behind it, as PEM; nil for what is no request.
    ///
    /// - Parameters:
    ///   - request: DER.
    ///   - days: how long it holds, from `nowMs` on.
    package func chain(
        for request: [UInt8], names: [String], nowMs: Int64, days: Int64
    ) -> String? {
        let read = request.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var next = buffer.baseAddress
            return d2i_X509_REQ(nil, &next, buffer.count)
        }
        guard let read else { return nil }
        defer { X509_REQ_free(read) }
        guard let key = X509_REQ_get_pubkey(read), X509_REQ_verify(read, key) == 1 else {
            return nil
        }
        defer { EVP_PKEY_free(key) }
        guard
            let made = Self.certificate(
                name: names.first ?? "", key: key, fromMs: nowMs,
                toMs: nowMs + days * 86_400_000)
        else { return nil }
        defer { X509_free(made) }
        X509_set_issuer_name(made, X509_get_subject_name(root.certificate))
        Self.add(NID_ext_key_usage, "serverAuth", to: made, issuer: root.certificate)
        Self.add(
            NID_subject_alt_name, names.map { "DNS:\($0)" }.joined(separator: ","), to: made,
            issuer: root.certificate)
        guard X509_sign(made, root.key, EVP_sha256()) > 0 else { return nil }
        return Self.pem(made) + rootPEM
    }

    private static func certificate(
        name: String, key: OpaquePointer, fromMs: Int64, toMs: Int64
    ) -> OpaquePointer? {
        guard let made = X509_new() else { return nil }
        let text = Array(name.utf8)
        X509_set_version(made, 2)
        X509_set_pubkey(made, key)
        ASN1_TIME_set(X509_getm_notBefore(made), Int(fromMs / 1_000))
        ASN1_TIME_set(X509_getm_notAfter(made), Int(toMs / 1_000))
        ASN1_INTEGER_set(X509_get_serialNumber(made), Int(fromMs / 1_000))
        X509_NAME_add_entry_by_txt(
            X509_get_subject_name(made), "CN", MBSTRING_FLAG, text, Int32(text.count), -1, 0)
        return made
    }

    private static func add(
        _ id: Int32, _ value: String, to made: OpaquePointer, issuer: OpaquePointer
    ) {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer, made, nil, nil, 0)
        guard let part = X509V3_EXT_conf_nid(nil, &context, id, value) else { return }
        X509_add_ext(made, part, -1)
        X509_EXTENSION_free(part)
    }

    private static func pem(_ certificate: OpaquePointer) -> String {
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        PEM_write_bio_X509(bio, certificate)
        var start: UnsafeMutablePointer<CChar>?
        let count = copenssl_memory(bio, &start)
        return String(
            decoding: UnsafeRawBufferPointer(start: start, count: Int(count)), as: UTF8.self)
    }
}
