import FHIRModel
import FHIRXML
import Kernel

/// What the body of a failed request says, in the shape that the path calls for.
struct OutcomeBody {
    let status: Int
    let problem: Problem
    let requestID: String

    /// The shapes that the body of a failed request can have.
    enum Shape {
        /// Our own object.
        case plain
        /// An OperationOutcome as JSON.
        case outcome
        /// An OperationOutcome as XML.
        case outcomeXML
    }

    /// The bytes and the content type.
    func bytes(_ shape: Shape) -> (bytes: [UInt8], contentType: String) {
        guard shape != .plain else { return (plain, "application/json; charset=utf-8") }
        let outcome = OperationOutcome.bytes(problem)
        // What cannot be written as XML is told as JSON: the reason matters more than its form.
        if shape == .outcomeXML, let json = try? JSON.parse(outcome),
            let xml = try? FHIRXML.r4.xml(from: json, isPretty: false)
        {
            return (xml, "application/fhir+xml; charset=utf-8")
        }
        return (outcome, "application/fhir+json; charset=utf-8")
    }

    private var plain: [UInt8] {
        var writer = JSONWriter()
        writer.object { root in
            root.object("error") { error in
                error.member("status", status)
                error.member("code", problem.code.rawValue)
                error.member("message", problem.detail)
                error.array("details") { details in
                    for issue in problem.issues {
                        details.object { detail in
                            if let location = issue.location { detail.member("location", location) }
                            detail.member("message", issue.detail)
                        }
                    }
                    guard problem.issues.isEmpty, let location = problem.location else { return }
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
