package import HTTPTypes
package import Hummingbird
import NIOCore

extension Response {
    /// An answer of `application/json`.
    package static func json(
        _ bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        bytesAnswer(bytes, "application/json; charset=utf-8", status, headers)
    }

    /// An answer of `application/fhir+json`.
    ///
    /// Spec: FHIR R4, 3.1.0.1.8 Content Types, https://hl7.org/fhir/R4/http.html#mime-type
    package static func fhir(
        _ bytes: [UInt8], status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]
    ) -> Response {
        bytesAnswer(bytes, "application/fhir+json; charset=utf-8", status, headers)
    }

    /// An answer without a body.
    package static func empty(
        _ status: HTTPResponse.Status, headers: HTTPFields = [:]
    ) -> Response {
        Response(status: status, headers: headers)
    }

    private static func bytesAnswer(
        _ bytes: [UInt8], _ type: String, _ status: HTTPResponse.Status, _ headers: HTTPFields
    ) -> Response {
        var headers = headers
        headers[.contentType] = type
        return Response(
            status: status, headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
