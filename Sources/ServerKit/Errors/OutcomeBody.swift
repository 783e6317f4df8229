import FHIRModel
import Kernel

/// What the body of a failed request says, in the shape that the path calls for.
struct OutcomeBody {
    let status: Int
    let problem: Problem
    let requestID: String

    /// The bytes and the content type: an OperationOutcome below the FHIR base, else our own object.
    func bytes(isFHIR: Bool) -> (bytes: [UInt8], contentType: String) {
        isFHIR
            ? (OperationOutcome.bytes(problem), "application/fhir+json; charset=utf-8")
            : (plain, "application/json; charset=utf-8")
    }

    private var plain: [UInt8] {
        var writer = JSONWriter()
        writer.object { root in
            root.object("error") { error in
                error.member("status", status)
                error.member("code", problem.code.rawValue)
                error.member("message", problem.detail)
                error.array("details") { details in
                    guard let location = problem.location else { return }
                    details.object { detail in
                        detail.member("location", location)
                        detail.member("message", problem.detail)
                    }
                }
                error.member("requestId", requestID)
            }
        }
        return writer.bytes
    }
}
