import COpenSSL
import Kernel

extension Certificates {
    /// What a certificate says.
    package struct Facts: Hashable, Sendable {
        /// From when it holds, in UTC milliseconds.
        package let notBeforeMs: Int64
        /// Until when it holds, in UTC milliseconds.
        package let notAfterMs: Int64
        /// SHA-256 of the certificate, as people compare it: `AB:CD:…`.
        package let fingerprint: String
        /// Whom it names, such as `CN=Cedar Clinic`.
        package let subject: String
        /// Who vouches for it, such as `CN=Tribal EHR red-mesa`.
        package let issuer: String
        /// The host names and addresses that it carries; names of other letters are left out.
        package let names: [String]
    }

    /// Reads the first certificate of a PEM text.
    ///
    /// - Throws: ``CertificateError/unreadable``.
    package static func facts(ofPEM pem: String) throws(CertificateError) -> Facts {
        try facts(of: try CertificateDraft(pem: pem))
    }

    static func facts(of draft: CertificateDraft) throws(CertificateError) -> Facts {
        Facts(
            notBeforeMs: try draft.notBeforeMs(), notAfterMs: try draft.notAfterMs(),
            fingerprint: try draft.fingerprintText(), subject: draft.subject,
            issuer: draft.issuer, names: draft.names)
    }

    /// The first certificate of a PEM text as DER, as phones and Windows take it.
    ///
    /// - Throws: ``CertificateError/unreadable``.
    package static func der(ofPEM pem: String) throws(CertificateError) -> [UInt8] {
        try CertificateDraft(pem: pem).der()
    }

    /// Why a browser that trusts the authority would refuse a server certificate, or nil.
    ///
    /// - Parameter host: the name or address in the browser's address line; nil leaves it out.
    package static func refusal(
        _ certificatePEM: String, authority authorityPEM: String, host: String? = nil, atMs: Int64
    ) throws(CertificateError) -> String? {
        let leaf = try CertificateDraft(pem: certificatePEM)
        let authority = try CertificateDraft(pem: authorityPEM)
        let store = X509_STORE_new()
        let context = X509_STORE_CTX_new()
        defer {
            X509_STORE_CTX_free(context)
            X509_STORE_free(store)
        }
        guard X509_STORE_add_cert(store, authority.certificate) == 1,
            X509_STORE_CTX_init(context, store, leaf.certificate, nil) == 1
        else { throw CertificateError.library("certificate check") }
        let parameters = X509_STORE_CTX_get0_param(context)
        X509_VERIFY_PARAM_set_time(parameters, Int(atMs / 1_000))
        X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_SERVER)
        if let host, X509_VERIFY_PARAM_set1_ip_asc(parameters, host) != 1 {
            X509_VERIFY_PARAM_set1_host(parameters, host, host.utf8.count)
        }
        if X509_verify_cert(context) == 1 { return nil }
        let code = Int(X509_STORE_CTX_get_error(context))
        return X509_verify_cert_error_string(code).map { String(cString: $0) } ?? "unknown reason"
    }
}
