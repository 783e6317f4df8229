package import Kernel

/// The one table from the kind of a failure to the HTTP status.
///
/// Spec: FHIR R4, 3.1.0 RESTful API, status codes, https://hl7.org/fhir/R4/http.html
package enum StatusTable {
    /// The status that a failure of this kind is answered with.
    package static func status(of code: Problem.Code) -> Int {
        switch code {
        case .invalid, .structure, .required, .value, .notSupported: 400
        case .login, .expired: 401
        case .forbidden, .suppressed, .security: 403
        case .notFound: 404
        case .conflict, .duplicate: 409
        case .deleted: 410
        case .lockError, .multipleMatches: 412
        case .tooLong: 413
        case .incomplete, .tooCostly, .processing: 422
        case .throttled: 429
        case .unexpected: 500
        case .timeout, .transient: 503
        case .noStore: 507
        }
    }

    /// The kind of failure for a status that a library chose.
    package static func code(of status: Int) -> Problem.Code {
        switch status {
        case 401: .login
        case 403: .forbidden
        case 404: .notFound
        case 405, 406, 415, 501, 505: .notSupported
        case 409: .conflict
        case 410: .deleted
        case 412: .lockError
        case 413, 414, 431: .tooLong
        case 408: .timeout
        case 429: .throttled
        case 500...: .unexpected
        default: .invalid
        }
    }
}
