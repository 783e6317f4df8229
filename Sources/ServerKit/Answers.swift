package import HTTPTypes
package import Hummingbird
import NIOCore

extension Response {
    /// An answer of `application/json`.
    package static func json(
        _ bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        .bytes(bytes, type: "application/json; charset=utf-8", status: status, headers: headers)
    }

    /// An answer of `application/fhir+json`.
    ///
    /// Spec: FHIR R4, 3.1.0.1.8 Content Types, https://hl7.org/fhir/R4/http.html#mime-type
    package static func fhir(
        _ bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        .bytes(
            bytes, type: "application/fhir+json; charset=utf-8", status: status, headers: headers)
    }

    /// An answer without a body.
    package static func empty(
        _ status: HTTPResponse.Status, headers: HTTPFields = [:]
    ) -> Response {
        Response(status: status, headers: headers)
    }

    /// An answer of any type.
    package static func bytes(
        _ bytes: [UInt8], type: String, status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
