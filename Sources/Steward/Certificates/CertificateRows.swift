import AccessControl
import FHIRModel
import Kernel
import RecordStore
import Sealing

/// The settings in which certificates and keys are kept, sealed.
enum CertificateRows {
    static let authority = "tls.authority"
    static let leaf = "tls.leaf"
    static let own = "tls.own"
    static let trust = "tls.trust"
    static let request = "tls.request"

    /// A certificate with its key, or nil if there is none or it cannot be read.
    static func pair(
        _ grant: Grant, _ name: String, _ rows: RowReader
    ) throws -> ServedCertificate? {
        guard let json = try json(grant, name, rows), let text = json.string("certificate"),
            let key = json.string("key")
        else { return nil }
        let facts = try Certificates.facts(ofPEM: text)
        return ServedCertificate(
            pair: Certificates.Pair(
                certificatePEM: text, keyPEM: SecretBytes(copying: Array(key.utf8))), facts: facts,
            notAfterMs: json["notAfterMs"]?.double.map { Int64($0) } ?? facts.notAfterMs)
    }

    /// Keeps a certificate with its key.
    static func put(
        _ grant: Grant, _ name: String, _ served: ServedCertificate, _ rows: RowWriter
    ) throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("certificate", served.pair.certificatePEM)
        writer.member(
            "key", served.pair.keyPEM.withBytes { String(decoding: $0, as: UTF8.self) })
        writer.member("notAfterMs", Int(served.notAfterMs))
        writer.endObject()
        try SettingRows.put(grant, name, writer.bytes, rows)
    }

    /// The issuers that a device was seen to trust.
    static func trusted(_ grant: Grant, _ rows: RowReader) throws -> Set<String> {
        Set(try json(grant, trust, rows)?["issuers"]?.elements.compactMap(\.string) ?? [])
    }

    /// Keeps the issuers that a device was seen to trust.
    static func putTrusted(_ grant: Grant, _ issuers: Set<String>, _ rows: RowWriter) throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.array("issuers") { list in
            for one in issuers.sorted() { list.string(one) }
        }
        writer.endObject()
        try SettingRows.put(grant, trust, writer.bytes, rows)
    }

    /// A signing request that waits for its certificate.
    static func request(
        _ grant: Grant, _ rows: RowReader
    ) throws -> (requestPEM: String, keyPEM: SecretBytes)? {
        guard let json = try json(grant, request, rows), let text = json.string("request"),
            let key = json.string("key")
        else { return nil }
        return (text, SecretBytes(copying: Array(key.utf8)))
    }

    /// Keeps a signing request and its key.
    static func putRequest(
        _ grant: Grant, _ made: (requestPEM: String, keyPEM: SecretBytes), _ rows: RowWriter
    ) throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("request", made.requestPEM)
        writer.member("key", made.keyPEM.withBytes { String(decoding: $0, as: UTF8.self) })
        writer.endObject()
        try SettingRows.put(grant, request, writer.bytes, rows)
    }

    private static func json(
        _ grant: Grant, _ name: String, _ rows: RowReader
    ) throws -> JSON? {
        try SettingRows.value(grant, name, rows).map { try JSON.parse($0) }
    }
}
