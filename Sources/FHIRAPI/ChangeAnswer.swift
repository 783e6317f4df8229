import FHIRModel
import HTTPTypes
import Hummingbird
import Kernel
import RecordStore
import ServerKit

extension AnswerForm {
    /// Answers a change, with as much as the client prefers to get.
    ///
    /// - Parameters:
    ///   - issues: what is wrong with the record that was written all the same.
    ///   - record: what the record looks like now; asked for only where it is wanted.
    /// Spec: FHIR R4, 3.1.0.1.7 Managing Return Content, https://hl7.org/fhir/R4/http.html#ops
    func answer(
        _ changed: Changed, isDeletion: Bool = false, base: String, issues: [Problem.Issue] = [],
        record: () async throws -> [UInt8]
    ) async throws -> Response {
        var headers = FHIRNames.versionHeaders(changed.version, changedMs: changed.changedMs)
        if !isDeletion { headers[.location] = FHIRNames.address(of: changed, base: base) }
        if let content = prefer.content {
            headers[.preferenceApplied] = "return=\(content.rawValue)"
        }
        let status: HTTPResponse.Status = changed.outcome == .created ? .created : .ok
        switch prefer.content {
        case .outcome?:
            return try whole(Self.note(changed, issues), status: status, headers: headers)
        case _ where isDeletion: return .empty(.noContent, headers: headers)
        case .minimal?: return .empty(status, headers: headers)
        case .representation?, nil:
            return try whole(try await record(), status: status, headers: headers)
        }
    }

    /// What became of a change, as an OperationOutcome.
    static func note(_ changed: Changed, _ issues: [Problem.Issue] = []) -> [UInt8] {
        let word =
            switch changed.outcome {
            case .created: "made"
            case .updated: "changed"
            case .unchanged: "left as it was"
            case .deleted: "deleted"
            }
        let note = OutcomeIssue.note(
            "\(changed.type)/\(changed.id) was \(word), version \(changed.version).")
        return OperationOutcome.bytes([note] + issues.map { OutcomeIssue($0) })
    }
}
