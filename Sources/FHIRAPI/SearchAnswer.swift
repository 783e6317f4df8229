import AccessControl
import FHIRModel
import Kernel
import RecordStore

/// Where and how the Bundle of a search is told.
struct SearchAnswer: Sendable {
    /// The absolute address of the FHIR base.
    let base: String
    let form: AnswerForm
}

extension RecordFinder {
    /// The Bundle that a search is answered with.
    func bundle(
        _ fields: [FormFields.Field], type: String, caller: Caller, in answer: SearchAnswer
    ) async throws -> [UInt8] {
        let wanted = try SearchFields(fields, type: type, isStrict: answer.form.prefer.isStrict)
        let page = try await page(wanted, type: type, caller: caller)
        let place = "\(answer.base)/\(type)"
        var links = [(relation: "self", url: "\(place)\(wanted.selfQuery)")]
        if let next = page.next {
            links.append((relation: "next", url: "\(place)\(wanted.query(after: next))"))
        }
        var writer = BundleWriter(.searchset, total: page.total, links: links)
        for found in page.resources {
            writer.match(
                fullURL: "\(place)/\(found.id)", resource: try answer.form.shown(found.json))
        }
        if !wanted.ignored.isEmpty {
            let words = wanted.ignored.joined(separator: ", ")
            let issue = OutcomeIssue(
                .warning, .notSupported,
                "Not applied: \(words). The search ran without them; see the self link.")
            writer.match(
                fullURL: "\(answer.base)/OperationOutcome/ignored",
                resource: OperationOutcome.bytes([issue]), mode: .outcome)
        }
        return writer.finish()
    }
}
