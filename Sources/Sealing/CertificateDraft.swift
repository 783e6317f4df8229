import COpenSSL
import Kernel

/// One X.509 structure of libcrypto, freed with it.
final class CertificateDraft {
    let certificate: OpaquePointer

    /// A private key of libcrypto, freed with it.
    final class Key {
        let pointer: OpaquePointer
        init(_ pointer: OpaquePointer) { self.pointer = pointer }
        deinit { EVP_PKEY_free(pointer) }
    }

    init(commonName: String, key: Key, fromMs: Int64, toMs: Int64) throws(CertificateError) {
        guard let made = X509_new() else { throw CertificateError.library("X509_new") }
        certificate = made
        let name = X509_get_subject_name(made)
        let shown = Array(String(commonName.prefix(64)).utf8)
        let from = ASN1_TIME_set(nil, Int(fromMs / 1_000))
        let to = ASN1_TIME_set(nil, Int(toMs / 1_000))
        defer {
            ASN1_TIME_free(from)
            ASN1_TIME_free(to)
        }
        guard X509_set_version(made, 2) == 1, X509_set_pubkey(made, key.pointer) == 1,
            X509_set1_notBefore(made, from) == 1, X509_set1_notAfter(made, to) == 1,
            X509_NAME_add_entry_by_txt(
                name, "CN", MBSTRING_FLAG, shown, Int32(shown.count), -1, 0) == 1
        else { throw CertificateError.library("certificate fields") }
        try setSerial()
    }

    init(pem: String) throws(CertificateError) {
        let bytes = Array(pem.utf8)
        let bio = BIO_new_mem_buf(bytes, Int32(bytes.count))
        defer { BIO_free(bio) }
        guard let read = PEM_read_bio_X509(bio, nil, nil, nil) else {
            ERR_clear_error()
            throw CertificateError.unreadable
        }
        certificate = read
    }

    private init(owning certificate: OpaquePointer) { self.certificate = certificate }

    deinit { X509_free(certificate) }

    /// Every certificate of a PEM text, in its order; one more than `countMax` ends the reading.
    static func all(pem: [UInt8], countMax: Int) -> [CertificateDraft] {
        let bio = BIO_new_mem_buf(pem, Int32(clamping: pem.count))
        defer {
            BIO_free(bio)
            ERR_clear_error()
        }
        var found: [CertificateDraft] = []
        while found.count <= countMax, let read = PEM_read_bio_X509(bio, nil, nil, nil) {
            found.append(CertificateDraft(owning: read))
        }
        return found
    }

    static func key() throws(CertificateError) -> Key {
        guard let made = copenssl_p256() else { throw CertificateError.library("key generation") }
        return Key(made)
    }

    static func key(pem: SecretBytes) throws(CertificateError) -> Key {
        let read = pem.withBytes { bytes in
            let bio = BIO_new_mem_buf(bytes.baseAddress, Int32(bytes.count))
            defer { BIO_free(bio) }
            return copenssl_read_key(bio)
        }
        guard let read else {
            ERR_clear_error()
            throw CertificateError.unreadable
        }
        return Key(read)
    }

    static func pem(of key: Key) throws(CertificateError) -> SecretBytes {
        // A secure memory BIO is wiped when it is freed.
        let bio = BIO_new(BIO_s_secmem())
        defer { BIO_free(bio) }
        guard PEM_write_bio_PKCS8PrivateKey(bio, key.pointer, nil, nil, 0, nil, nil) == 1 else {
            throw CertificateError.library("key encoding")
        }
        return SecretBytes(copying: bytes(of: bio))
    }

    func pem() throws(CertificateError) -> String {
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        guard PEM_write_bio_X509(bio, certificate) == 1 else {
            throw CertificateError.library("certificate encoding")
        }
        return String(decoding: CertificateDraft.bytes(of: bio), as: UTF8.self)
    }

    func setIssuer(_ issuer: CertificateDraft) throws(CertificateError) {
        guard X509_set_issuer_name(certificate, X509_get_subject_name(issuer.certificate)) == 1
        else {
            throw CertificateError.library("issuer name")
        }
    }

    func add(_ extensionID: Int32, _ value: String, issuer: CertificateDraft)
        throws(CertificateError)
    {
        var context = X509V3_CTX()
        X509V3_set_ctx(&context, issuer.certificate, certificate, nil, nil, 0)
        guard let made = X509V3_EXT_conf_nid(nil, &context, extensionID, value) else {
            ERR_clear_error()
            throw CertificateError.library("extension \(extensionID)")
        }
        defer { X509_EXTENSION_free(made) }
        guard X509_add_ext(certificate, made, -1) == 1 else {
            throw CertificateError.library("extension \(extensionID)")
        }
    }

    func sign(with key: Key) throws(CertificateError) {
        guard X509_sign(certificate, key.pointer, Algorithm.sha256) > 0 else {
            throw CertificateError.library("signature")
        }
    }

    func notBeforeMs() throws(CertificateError) -> Int64 {
        try CertificateDraft.milliseconds(X509_get0_notBefore(certificate))
    }

    func notAfterMs() throws(CertificateError) -> Int64 {
        try CertificateDraft.milliseconds(X509_get0_notAfter(certificate))
    }

    func fingerprintText() throws(CertificateError) -> String {
        var digest = [UInt8](repeating: 0, count: SHA256.digestBytes)
        var count: UInt32 = 0
        guard X509_digest(certificate, Algorithm.sha256, &digest, &count) == 1 else {
            throw CertificateError.library("fingerprint")
        }
        return digest.map { Hex.text([$0]).uppercased() }.joined(separator: ":")
    }

    var subject: String { Self.text(of: X509_get_subject_name(certificate)) }

    var issuer: String { Self.text(of: X509_get_issuer_name(certificate)) }

    /// The host names and addresses that it carries.
    var names: [String] {
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        guard copenssl_write_names(bio, certificate) == 1 else { return [] }
        let text = String(decoding: CertificateDraft.bytes(of: bio), as: UTF8.self)
        return text.split(separator: "\n").map(String.init)
    }

    func der() throws(CertificateError) -> [UInt8] {
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        guard i2d_X509_bio(bio, certificate) == 1 else {
            throw CertificateError.library("certificate encoding")
        }
        return CertificateDraft.bytes(of: bio)
    }

    private static func text(of name: OpaquePointer?) -> String {
        let bio = BIO_new(BIO_s_mem())
        defer { BIO_free(bio) }
        X509_NAME_print_ex(bio, name, 0, copenssl_name_style())
        return String(decoding: CertificateDraft.bytes(of: bio), as: UTF8.self)
    }

    /// 128 random bits, of which the first is 0: a serial number is positive.
    private func setSerial() throws(CertificateError) {
        var bytes: [UInt8]
        do throws(SealingError) {
            bytes = try Random.bytes(16)
        } catch {
            throw CertificateError.sealing(error)
        }
        bytes[0] = bytes[0] & 0x7F | 0x40
        let number = BN_bin2bn(bytes, Int32(bytes.count), nil)
        defer { BN_free(number) }
        guard BN_to_ASN1_INTEGER(number, X509_get_serialNumber(certificate)) != nil else {
            throw CertificateError.library("serial number")
        }
    }

    private static func milliseconds(
        _ time: UnsafePointer<ASN1_TIME>?
    ) throws(CertificateError) -> Int64 {
        var days: Int32 = 0
        var seconds: Int32 = 0
        let epoch = ASN1_TIME_set(nil, 0)
        defer { ASN1_TIME_free(epoch) }
        guard ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else {
            throw CertificateError.unreadable
        }
        return (Int64(days) * 86_400 + Int64(seconds)) * 1_000
    }

    static func bytes(of bio: OpaquePointer?) -> [UInt8] {
        var start: UnsafeMutablePointer<CChar>?
        let count = copenssl_memory(bio, &start)
        return Array(UnsafeRawBufferPointer(start: start, count: Int(count)))
    }
}
